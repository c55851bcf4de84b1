// The target of a request (RFC 9112 §3.2, origin form), decoded; and what is said of it to metrics and log.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace custody {

struct Target {
  std::string path;                          // decoded
  std::map<std::string, std::string> query;  // decoded; of a repeated name the last
};

// nullopt where it is not of this form: no leading slash, a broken escape, a NUL or control character, no UTF-8.
std::optional<Target> parse_target(std::string_view target);

}  // namespace custody
