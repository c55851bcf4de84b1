#include "tools/custody/command.h"

namespace custody {

std::optional<std::string> Invocation::value(const std::string& name) const {
  const auto at = options.find(name);
  if (at == options.end() || at->second.empty()) return std::nullopt;
  return at->second.back();
}

std::vector<std::string> Invocation::values(const std::string& name) const {
  const auto at = options.find(name);
  return at == options.end() ? std::vector<std::string>{} : at->second;
}

Home Invocation::home() const {
  return Home::find(value("--data").value_or(""), value("--keys").value_or(""));
}

const std::string& Invocation::argument(size_t index, std::string_view what) const {
  if (index >= arguments.size()) throw Error(ErrorCode::kUsage, std::string(what) + " is missing");
  return arguments[index];
}

}  // namespace custody
