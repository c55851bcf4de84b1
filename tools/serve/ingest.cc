#include "tools/serve/ingest.h"

namespace custody {
namespace {

std::string refused_line(uint64_t line, size_t limit) {
  return "{\"line\":" + std::to_string(line) +
         ",\"status\":\"refused\",\"faults\":[{\"pointer\":\"\",\"message\":\"the line is longer than " +
         std::to_string(limit) + " bytes\"}]}\n";
}

}  // namespace

ApiResponse ingest(Service& service, const Plan& plan, const EventLines::Batch& batch) {
  try {
    if (batch.too_long) return {200, "", refused_line(batch.first_line, service.options.limits.line_bytes), {}};
    service.metrics.lines(batch.lines.size());
    return {200, "", service.api.ingest_lines(batch.lines, batch.first_line, plan.request.principal, plan.options), {}};
  } catch (const Error& error) {
    return problem(error);
  } catch (const std::exception& error) {
    return problem(500, "the service failed", error.what());
  }
}

std::string failed_line(uint64_t line, const ApiResponse& failure) {
  std::string detail = failure.body;
  while (detail.ends_with('\n')) detail.pop_back();
  return "{\"line\":" + std::to_string(line) + ",\"status\":\"not-tried\",\"problem\":" + detail + "}\n";
}

}  // namespace custody
