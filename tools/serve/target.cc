#include "tools/serve/target.h"

#include <array>

#include "ledger/base/bytes.h"
#include "tools/serve/front.h"

namespace custody {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
      c = static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out.push_back(c);
  }
  return is_utf8(out) ? std::optional(std::move(out)) : std::nullopt;
}

struct NamedRoute {
  std::string_view prefix;  // of the path; whole where it does not end in a slash
  std::string_view name;
  std::string_view end = "";  // of the path
};
constexpr std::array kRoutes{
    NamedRoute{"/v1/events", "/v1/events"},
    NamedRoute{"/v1/imports", "/v1/imports"},
    NamedRoute{"/v1/statements", "/v1/statements"},
    NamedRoute{"/v1/customers/lookup", "/v1/customers/lookup"},
    NamedRoute{"/v1/customers/reveal", "/v1/customers/reveal"},
    NamedRoute{"/v1/customers/", "/v1/customers/{subject}"},
    NamedRoute{"/v1/records", "/v1/records"},
    NamedRoute{"/v1/records/", "/v1/records/{shard}/{seq}"},
    NamedRoute{"/v1/checkpoints", "/v1/checkpoints"},
    NamedRoute{"/v1/keys", "/v1/keys"},
    NamedRoute{"/v1/shards/", "/v1/shards/{shard}/checkpoint", "/checkpoint"},
    NamedRoute{"/v1/shards/", "/v1/shards/{shard}/tile/{tile}"},
    NamedRoute{"/v1/proofs/", "/v1/proofs/{shard}/{seq}"},
    NamedRoute{"/v1/bundles", "/v1/bundles"},
    NamedRoute{"/v1/activity", "/v1/activity"},
    NamedRoute{"/v1/registry/", "/v1/registry/{kind}"},
    NamedRoute{"/v1/digests", "/v1/digests"},
    NamedRoute{"/v1/completeness", "/v1/completeness"},
    NamedRoute{"/v1/projections", "/v1/projections"},
    NamedRoute{"/v1/projections/", "/v1/projections/{what}"},
    NamedRoute{"/v1/status", "/v1/status"},
    NamedRoute{"/v1/stream", "/v1/stream"},
    NamedRoute{"/healthz", "/healthz"},
    NamedRoute{"/readyz", "/readyz"},
    NamedRoute{"/metrics", "/metrics"},
    NamedRoute{"/openapi.json", "/openapi.json"},
    NamedRoute{"/app.js", "/app.js"},
    NamedRoute{"/app.css", "/app.css"},
};

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
  if (!target.starts_with('/')) return std::nullopt;
  target = target.substr(0, target.find('#'));
  const size_t question = target.find('?');
  auto path = decode(target.substr(0, question), false);
  if (!path) return std::nullopt;
  Target out{std::move(*path), {}};
  std::string_view rest = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const size_t equals = pair.find('=');
    auto name = decode(pair.substr(0, equals), true);
    auto value = decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    if (!name->empty()) out.query[std::move(*name)] = std::move(*value);
  }
  return out;
}

std::string_view route_of(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/") return "/";
  for (const NamedRoute& route : kRoutes) {
    const bool is_prefix = route.prefix.ends_with('/');
    if ((is_prefix ? path.starts_with(route.prefix) : path == route.prefix) && path.ends_with(route.end))
      return route.name;
  }
  return "other";
}

}  // namespace custody
