#include <ctime>

#include "tools/serve/front.h"

namespace custody {
namespace {

// IMF-fixdate (RFC 9110 §5.6.7).
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

void add(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return status < 500 ? "Refused" : "Internal Server Error";
  }
}

std::string response_head(const ApiResponse& response, std::optional<size_t> length, bool keep_alive, bool http_1_0) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out.append(reason_phrase(response.status)).append("\r\n");
  add(out, "Date", http_date());
  add(out, "Server", "custody/" + std::string(kVersion));
  if (response.status != 304) add(out, "Content-Type", response.content_type);
  bool cache_said = false;
  for (const auto& [name, value] : response.headers) {
    add(out, name, value);
    cache_said = cache_said || name == "Cache-Control";
  }
  if (!cache_said) add(out, "Cache-Control", "no-store");
  add(out, "Content-Security-Policy",
      "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  add(out, "X-Content-Type-Options", "nosniff");
  add(out, "Referrer-Policy", "no-referrer");
  add(out, "Cross-Origin-Resource-Policy", "same-origin");
  if (length && response.status != 304) add(out, "Content-Length", std::to_string(*length));
  if (!length && !http_1_0) add(out, "Transfer-Encoding", "chunked");
  add(out, "Connection", keep_alive ? "keep-alive" : "close");
  return out + "\r\n";
}

}  // namespace custody
