#include "tools/api/api.h"

#include <charconv>

#include "ledger/codec/json.h"
#include "tools/api/status.h"

namespace custody {

namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 400:
      return "the request is wrong";
    case 401:
      return "authentication is needed";
    case 403:
      return "not allowed";
    case 404:
      return "there is no such thing";
    case 405:
      return "not with this method";
    case 409:
      return "in conflict with what is there";
    case 413:
      return "too large";
    case 422:
      return "refused";
    case 503:
      return "not available now";
    default:
      return "the service failed";
  }
}

// "/v1/records/{}/{}" against a path: the parts that stand for {}; {...} stands for the rest of it.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> parts;
  while (!pattern.empty() || !path.empty()) {
    const auto piece = [](std::string_view& text) {
      const size_t end = text.find('/', 1);
      const std::string_view first = text.substr(0, end);
      text = end == std::string_view::npos ? std::string_view() : text.substr(end);
      return first;
    };
    if (pattern == "/{...}" && path.size() > 1) {
      parts.emplace_back(path.substr(1));
      return parts;
    }
    const std::string_view wanted = piece(pattern);
    const std::string_view found = piece(path);
    if (wanted == "/{}" && found.size() > 1)
      parts.emplace_back(found.substr(1));
    else if (wanted != found)
      return std::nullopt;
  }
  return parts;
}

}  // namespace

struct Api::Route {
  std::string_view method;
  std::string_view pattern;
  Handler handler;
};

Api::Api(Node& node) : node_(node), log_facts_([&node] { return ask_log(node); }) {}

const std::vector<Api::Route>& Api::routes() {
  static const std::vector<Route> all = {
      {"POST", "/v1/events", &Api::post_events},
      {"POST", "/v1/imports", &Api::post_import_mark},
      {"POST", "/v1/statements", &Api::post_statements},
      {"POST", "/v1/customers/lookup", &Api::post_lookup},
      {"POST", "/v1/customers/reveal", &Api::post_reveal},
      {"GET", "/v1/customers/{}", &Api::get_customer},
      {"GET", "/v1/records", &Api::get_records},
      {"GET", "/v1/records/{}/{}", &Api::get_record},
      {"GET", "/v1/checkpoints", &Api::get_checkpoints},
      {"GET", "/v1/keys", &Api::get_keys},
      {"GET", "/v1/shards/{}/checkpoint", &Api::get_checkpoint},
      {"GET", "/v1/shards/{}/tile/{...}", &Api::get_tile},
      {"GET", "/v1/proofs/{}/{}", &Api::get_proof},
      {"POST", "/v1/bundles", &Api::post_bundle},
      {"GET", "/v1/activity", &Api::get_activity},
      {"GET", "/v1/registry/{}", &Api::get_registry},
      {"GET", "/v1/digests", &Api::get_digests},
      {"GET", "/v1/completeness", &Api::get_completeness},
      {"POST", "/v1/projections/{}", &Api::post_projections},
      {"GET", "/v1/projections", &Api::get_projections},
      {"GET", "/v1/status", &Api::get_status},
      {"GET", "/healthz", &Api::get_healthz},
      {"GET", "/readyz", &Api::get_readyz},
      {"GET", "/openapi.json", &Api::get_openapi},
  };
  return all;
}

std::vector<std::pair<std::string_view, std::string_view>> Api::served() {
  std::vector<std::pair<std::string_view, std::string_view>> all;
  for (const Route& route : routes()) all.emplace_back(route.method, route.pattern);
  return all;
}

ApiResponse Api::handle(const ApiRequest& request) {
  std::string allowed;
  try {
    for (const Route& route : routes()) {
      const auto parts = match(route.pattern, request.path);
      if (!parts) continue;
      if (route.method == request.method) return (this->*route.handler)(request, *parts);
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    }
  } catch (const Error& error) {
    return problem(error);
  } catch (const std::exception& error) {
    return problem(500, reason_of(500), error.what());
  }
  if (allowed.empty()) return problem(404, reason_of(404), "nothing is served at " + request.path);
  ApiResponse response = problem(405, reason_of(405), request.path + " takes " + allowed);
  response.headers.emplace_back("Allow", allowed);
  return response;
}

ApiResponse problem(int status, std::string_view title, std::string_view detail, const std::vector<Fault>& faults) {
  ApiResponse response{status, "application/problem+json", "{\"type\":\"about:blank\",\"title\":", {}};
  std::string& out = response.body;
  append_json_string(out, title);
  out += ",\"status\":" + std::to_string(status) + ",\"detail\":";
  append_json_string(out, detail);
  if (!faults.empty()) {
    out += ",\"faults\":[";
    for (size_t i = 0; i < faults.size(); ++i) {
      out += i == 0 ? "{\"pointer\":" : ",{\"pointer\":";
      append_json_string(out, faults[i].pointer);
      out += ",\"message\":";
      append_json_string(out, faults[i].message);
      out += '}';
    }
    out += ']';
  }
  out += "}\n";
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

ApiResponse problem(const Error& error) {
  const int status = http_status(error.code());
  return problem(status, reason_of(status), error.what());
}

}  // namespace custody
