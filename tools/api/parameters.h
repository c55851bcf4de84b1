// Reading the parameters of a request.
#pragma once

#include "tools/api/api.h"

namespace custody {

std::optional<std::string> parameter(const ApiRequest& request, const std::string& name);
// kUsage when it is no number in [low, high].
uint64_t number_parameter(const ApiRequest& request, const std::string& name, uint64_t otherwise, uint64_t low,
                          uint64_t high);
// `as_of`: a round ("12", "round:12") or a time (RFC 3339, or a date); "now" or absent = the newest round. kUsage
// otherwise.
Moment moment_parameter(const ApiRequest& request);
// The same of a text under that name; of a day its begin where `day_begins`.
Moment moment_of(const std::string& text, std::string_view name, bool day_begins = false);
SubjectId subject_of(std::string_view text);      // kUsage
OperationId operation_of(std::string_view text);  // kUsage

}  // namespace custody
