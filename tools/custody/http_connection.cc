// The one HTTP client of the command line (Beast, one translation unit).
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/url.hpp>
#include <cstdlib>

#include "tools/custody/connection.h"

namespace custody {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

class HttpConnection : public Connection {
 public:
  explicit HttpConnection(const std::string& url) : url_(url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->scheme() != "http") throw Error(ErrorCode::kUsage, "not an http:// address: " + url);
    host_ = parsed->host_address();
    port_ = parsed->has_port() ? std::string(parsed->port()) : "80";
  }

  ApiResponse call(const ApiRequest& request) override {
    // A kept-alive connection may have been closed by the service meanwhile: one fresh one is worth a second try.
    for (int attempt = 0;; ++attempt) {
      const bool fresh = !stream_;
      try {
        return exchange(request);
      } catch (const beast::system_error& error) {
        stream_.reset();
        if (fresh || attempt > 0)
          throw Error(ErrorCode::kUnavailable, "no answer from " + url_ + ": " + error.code().message());
      }
    }
  }
  bool local() const override { return false; }

 private:
  ApiResponse exchange(const ApiRequest& request) {
    if (!stream_) {
      stream_ = std::make_unique<beast::tcp_stream>(context_);
      asio::ip::tcp::resolver resolver(context_);
      stream_->connect(resolver.resolve(host_, port_));
    }
    http::write(*stream_, message(request));
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::uint64_t{1} << 30);
    http::read(*stream_, buffer_, parser);
    const auto& answer = parser.get();
    if (!answer.keep_alive()) stream_.reset();
    return {static_cast<int>(answer.result_int()), std::string(answer[http::field::content_type]), answer.body(), {}};
  }

  http::request<http::string_body> message(const ApiRequest& request) const {
    std::string target = request.path;
    char separator = '?';
    for (const auto& [name, value] : request.query) {
      target += separator + url_encoded(name) + "=" + url_encoded(value);
      separator = '&';
    }
    http::request<http::string_body> out(http::string_to_verb(request.method), target, 11);
    out.set(http::field::host, host_ + ":" + port_);
    out.set(http::field::user_agent, "custody/" + std::string(kVersion));
    if (!request.content_type.empty()) out.set(http::field::content_type, request.content_type);
    if (const char* token = std::getenv("CUSTODY_TOKEN"))
      out.set(http::field::authorization, std::string("Bearer ") + token);
    out.body() = request.body;
    out.prepare_payload();
    return out;
  }

  std::string url_, host_, port_;
  asio::io_context context_;
  std::unique_ptr<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
};

}  // namespace

std::unique_ptr<Connection> connect_http(const std::string& url) {
  return std::make_unique<HttpConnection>(url);
}

}  // namespace custody
