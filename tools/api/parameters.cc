#include "tools/api/parameters.h"

namespace custody {

std::optional<std::string> parameter(const ApiRequest& request, const std::string& name) {
  const auto at = request.query.find(name);
  if (at == request.query.end()) return std::nullopt;
  return at->second;
}

uint64_t number_parameter(const ApiRequest& request, const std::string& name, uint64_t otherwise, uint64_t low,
                          uint64_t high) {
  const auto text = parameter(request, name);
  if (!text) return otherwise;
  const auto number = parse_u64(*text);
  if (!number || *number < low || *number > high)
    throw Error(ErrorCode::kUsage, name + " is a number from " + std::to_string(low) + " to " + std::to_string(high));
  return *number;
}

Moment moment_parameter(const ApiRequest& request) {
  return moment_of(parameter(request, "as_of").value_or(""), "as_of");
}

Moment moment_of(const std::string& text, std::string_view name, bool day_begins) {
  Moment moment;
  if (text.empty() || text == "now") return moment;
  if (text == "frontier") {
    moment.frontier = true;
    return moment;
  }
  const std::string_view number =
      std::string_view(text).starts_with("round:") ? std::string_view(text).substr(6) : text;
  if (const auto round = parse_u64(number)) {
    moment.round = *round;
  } else if (const auto time = parse_rfc3339(text)) {
    moment.time_us = time->us;
  } else if (const auto day = parse_day(text)) {
    moment.time_us = (int64_t{day->days} + (day_begins ? 0 : 1)) * 86'400'000'000 - 1;  // just before one begins
  } else {
    throw Error(ErrorCode::kUsage, std::string(name) + " is a round (12), a time (2026-01-31T12:00:00Z) or a date");
  }
  return moment;
}

SubjectId subject_of(std::string_view text) {
  const auto uuid = parse_uuid(text);
  if (!uuid) throw Error(ErrorCode::kUsage, "a subject is a UUID; POST /v1/customers/lookup tells that of a number");
  return SubjectId{*uuid};
}

OperationId operation_of(std::string_view text) {
  const auto uuid = parse_uuid(text);
  if (!uuid) throw Error(ErrorCode::kUsage, "an operation is named by its UUID, as the records of it show it");
  return OperationId{*uuid};
}

}  // namespace custody
