#include "ledger/codec/json.h"
#include "ledger/proof/checkpoint.h"
#include "tools/api/api.h"
#include "tools/api/openapi.h"
#include "tools/api/status.h"

namespace custody {

ApiResponse Api::get_status(const ApiRequest&, const std::vector<std::string>&) {
  return {200, "application/json", to_json_text(status_of(node_, log_facts_, started_us_)) + "\n", {}};
}

ApiResponse Api::get_healthz(const ApiRequest&, const std::vector<std::string>&) {
  return {200, "text/plain; charset=utf-8", "alive\n", {}};
}

ApiResponse Api::get_readyz(const ApiRequest&, const std::vector<std::string>&) {
  std::string reason = node_.not_ready();
  if (reason.empty()) reason = node_.unwitnessed();
  if (reason.empty()) return {200, "text/plain; charset=utf-8", "ready\n", {}};
  return {503, "text/plain; charset=utf-8", "not ready: " + reason + "\n", {{"Retry-After", "1"}}};
}

ApiResponse Api::get_openapi(const ApiRequest&, const std::vector<std::string>&) {
  return {200, "application/json", std::string(kOpenApi), {}};
}

}  // namespace custody
