#include "tools/serve/front.h"

#include <algorithm>

#include "tools/serve/page.h"
#include "tools/serve/target.h"

namespace custody {
namespace {

constexpr unsigned kStatusWorkers = 2;

Refusal refuse(int status, std::string_view title, std::string_view detail) {
  return {problem(status, title, detail)};
}

Refusal not_known() {
  Refusal refusal = refuse(401, "authentication is needed",
                           "send Authorization: Bearer <id>.<secret>, or connect with a client certificate that this "
                           "service knows (custody principal add)");
  refusal.response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"custody\"");
  return refusal;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string without_port(const std::string& host) {
  const size_t end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  return host.substr(0, end);
}

// 127.0.0.0/8: no name of a site can be written like that.
bool is_loopback_ip4(const std::string& name) {
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos;
}

// A page of another site that has its name resolve to this machine still sends its own name.
bool host_allowed(const Service& service, const std::string& host) {
  const std::string name = without_port(host);
  if (service.loopback && (name == "localhost" || name == "[::1]" || is_loopback_ip4(name))) return true;
  const auto& hosts = service.options.hosts;
  if (!service.loopback && hosts.empty()) return true;
  return std::any_of(hosts.begin(), hosts.end(),
                     [&](const std::string& h) { return lower(h) == name || lower(h) == host; });
}

std::optional<Refusal> judge_origin(const Service& service, const RequestHead& head) {
  if (head.host_count > 1 || (head.host_count == 0 && !head.http_1_0))
    return refuse(400, "the request is wrong", "a request has one Host header");
  const std::string host = lower(head.host);
  // No browser leaves it out, so a request of HTTP/1.0 without one is no page's.
  if (head.host_count > 0 && !host_allowed(service, host))
    return refuse(403, "not allowed", "this service is not reached by the name in the Host header");
  if (!head.origin.empty() && lower(head.origin) != (service.tls ? "https://" : "http://") + host)
    return refuse(403, "not allowed", "pages of other sites may not speak to this service");
  return std::nullopt;
}

bool is_public(const Service& service, std::string_view path) {
  return path == "/healthz" || path == "/readyz" || path == "/openapi.json" || page_file(path) != nullptr ||
         (service.loopback && path == "/metrics");
}

// nullopt: credentials are needed, or wrong. A wrong one is never taken for none.
std::optional<Principal> principal_of(const Service& service, const RequestHead& head) {
  if (!head.authorization.empty()) {
    constexpr std::string_view kBearer = "bearer ";
    if (lower(head.authorization.substr(0, kBearer.size())) != kBearer) return std::nullopt;
    return service.principals.by_token(std::string_view(head.authorization).substr(kBearer.size()));
  }
  if (head.certificate)
    if (auto known = service.principals.by_certificate(*head.certificate)) return known;
  if (!service.loopback || !service.node.descriptor().open_mode() || !service.principals.empty()) return std::nullopt;
  return Principal{"anyone", Method::kOpen, {}, {}};
}

Refusal wrong_method(std::string_view path, std::string_view allowed) {
  Refusal refusal = refuse(405, "not with this method", std::string(path) + " takes " + std::string(allowed));
  refusal.response.headers.emplace_back("Allow", allowed);
  return refusal;
}

std::optional<std::string> parameter_of(const ApiRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::nullopt : std::optional(found->second);
}

std::variant<Plan, Refusal> plan_live(Plan plan) {
  if (plan.request.method != "GET") return wrong_method(plan.request.path, "GET");
  plan.kind = Plan::Kind::kLive;
  std::string_view types = parameter_of(plan.request, "types") ? plan.request.query["types"] : std::string_view();
  while (!types.empty()) {
    const size_t comma = types.find(',');
    if (comma != 0) plan.types.emplace(types.substr(0, comma));
    types = comma == std::string_view::npos ? std::string_view() : types.substr(comma + 1);
  }
  return plan;
}

std::variant<Plan, Refusal> plan_events(Plan plan) {
  const std::string wait = parameter_of(plan.request, "wait").value_or("intake");
  if (wait != "intake" && wait != "sealed") return refuse(400, "the request is wrong", "wait is intake or sealed");
  if (parameter_of(plan.request, "all_or_nothing").value_or("0") == "1") return plan;
  plan.kind = Plan::Kind::kEvents;
  plan.options.wait = wait == "sealed" ? Wait::kSealed : Wait::kIntake;
  return plan;
}

}  // namespace

Service::Service(Node& n, Api& a, Server::Options o)
    : node(n),
      api(a),
      options(std::move(o)),
      principals(options.principals_file.empty() ? principals_path(n.config().home.data) : options.principals_file),
      feed(n.log(), n.tails(),
           {options.limits.stream_clients, options.limits.stream_client_bytes, options.limits.stream_slow}),
      workers(options.workers, options.limits.queue),
      status_workers(kStatusWorkers, options.limits.queue) {}

std::variant<Plan, Refusal> plan_for(const Service& service, const RequestHead& head) {
  if (auto refusal = judge_origin(service, head)) return std::move(*refusal);
  auto target = parse_target(head.target);
  if (!target) return refuse(400, "the request is wrong", "the address is not well formed");
  Plan plan;
  plan.request.method = head.method == "HEAD" ? "GET" : head.method;
  plan.request.path = std::move(target->path);
  plan.request.query = std::move(target->query);
  plan.request.content_type = lower(head.content_type);
  plan.if_none_match = head.if_none_match;
  const std::string& path = plan.request.path;
  const auto principal = principal_of(service, head);
  if (!principal && (!is_public(service, path) || !head.authorization.empty())) return not_known();
  if (principal) plan.request.principal = *principal;
  if ((path == "/metrics" || page_file(path) != nullptr) && plan.request.method != "GET")
    return wrong_method(path, "GET, HEAD");
  if (path == "/v1/stream") return plan_live(std::move(plan));
  if (path == "/healthz" || path == "/readyz" || path == "/metrics") plan.kind = Plan::Kind::kState;
  if (path == "/v1/status") plan.kind = Plan::Kind::kStatus;
  if (path == "/v1/events" && plan.request.method == "POST" &&
      plan.request.content_type.starts_with("application/x-ndjson"))
    return plan_events(std::move(plan));
  return plan;
}

ApiResponse answer(Service& service, Plan& plan) {
  try {
    if (const PageFile* file = page_file(plan.request.path)) {
      ApiResponse response{200, std::string(file->content_type), std::string(file->bytes), {{"ETag", file->etag}}};
      if (plan.if_none_match.find(file->etag) != std::string::npos) {
        response.status = 304;
        response.body.clear();
      }
      response.headers.emplace_back("Cache-Control", "no-cache");
      return response;
    }
    if (plan.request.path == "/metrics") {
      service.metrics.workers(service.workers.working(), service.workers.waiting());
      service.metrics.stream_dropped(service.feed.dropped());
      return {200, "text/plain; version=0.0.4; charset=utf-8", service.metrics.text(service.node), {}};
    }
  } catch (const std::exception& error) {
    return problem(500, "the service failed", error.what());
  }
  return service.api.handle(plan.request);
}

}  // namespace custody
