#include "tools/serve/service_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "ledger/codec/json.h"

namespace custody {
namespace {

spdlog::logger& logger() {
  static const auto made = [] {
    auto log = std::make_shared<spdlog::logger>("serve", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    log->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
    return log;
  }();
  return *made;
}

}  // namespace

void log_request(const RequestFacts& facts) {
  std::string line = "\"event\":\"request\",\"method\":";
  append_json_string(line, facts.method);
  line += ",\"route\":";
  append_json_string(line, facts.route);
  line += ",\"status\":" + std::to_string(facts.status) + ",\"micros\":" + std::to_string(facts.duration_us);
  logger().info("{}", line);
}

void log_warning(std::string_view what) {
  std::string line = "\"event\":\"warning\",\"message\":";
  append_json_string(line, what);
  logger().warn("{}", line);
}

}  // namespace custody
