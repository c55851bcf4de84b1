#include "producers/adapters/value_spec.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "ledger/codec/json.h"
#include "ledger/event/vocabulary.h"
#include "producers/adapters/code_name.h"

namespace custody {
namespace {

namespace json = boost::json;
using Kind = ValueSpec::Kind;

[[noreturn]] void refuse(const ValueSpec& spec, const std::string& text, const std::string& expected) {
  throw RecordFault{spec.from.column(), "'" + text.substr(0, 80) + "' " + expected};
}

json::value integer(const ValueSpec& spec, const std::string& text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > kMaxJsonInteger || number < -kMaxJsonInteger)
    refuse(spec, text, "is no whole number within 2^53");
  return number;
}

json::value boolean(const ValueSpec& spec, const std::string& text) {
  if (text == "true" || text == "yes" || text == "1") return true;
  if (text == "false" || text == "no" || text == "0") return false;
  refuse(spec, text, "is none of true, false, yes, no, 1, 0");
}

json::value time(const ValueSpec& spec, const Scope& scope, const std::string& text) {
  const auto at = spec.format.instant(text, scope.mapping->zone_min);
  if (!at) refuse(spec, text, "is no time of the form " + spec.format.expected());
  return json::string(to_rfc3339(*at));
}

json::value day(const ValueSpec& spec, const std::string& text) {
  const auto at = spec.format.day(text);
  if (!at) refuse(spec, text, "is no day of the form " + spec.format.expected());
  return json::string(to_text(*at));
}

std::string through_map(const ValueSpec& spec, const Scope& scope, std::string part) {
  if (spec.map.empty()) return part;
  const auto& words = scope.mapping->maps.at(spec.map);
  const auto found = words.find(part);
  if (found == words.end()) refuse(spec, part, "does not stand in [maps." + spec.map + "]");
  return found->second;
}

std::string trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

std::optional<json::value> list(const ValueSpec& spec, const Scope& scope, const std::string& text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(spec.split, begin), text.size());
    const std::string part = through_map(spec, scope, trimmed(std::string_view(text).substr(begin, end - begin)));
    if (!part.empty() && std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
    begin = end + spec.split.size();
  }
  if (parts.empty()) return std::nullopt;
  json::array out;
  for (const std::string& part : parts) out.emplace_back(part);
  return out;
}

json::value code(const std::string& text, std::optional<std::string>* full) {
  if (is_code(text)) return json::string(text);
  if (full != nullptr) *full = text;
  return json::string(code_of(text));
}

std::optional<json::value> array(const ValueSpec& spec, const Scope& scope) {
  json::array out;
  for (const ValueSpec& item : spec.items)
    if (auto value = make_value(item, scope)) out.push_back(std::move(*value));
  if (out.empty()) return std::nullopt;
  return out;
}

std::optional<json::value> object(const ValueSpec& spec, const Scope& scope) {
  json::object out;
  for (size_t i = 0; i < spec.items.size(); ++i)
    if (auto value = make_value(spec.items[i], scope)) out.emplace(spec.names[i], std::move(*value));
  if (out.empty()) return std::nullopt;
  return out;
}

std::optional<json::value> at_path(const ValueSpec& spec, const Scope& scope) {
  const json::value* value = value_at(scope, spec.path);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return *value;
}

}  // namespace

std::optional<json::value> make_value(const ValueSpec& spec, const Scope& scope, std::optional<std::string>* full) {
  if (spec.kind == Kind::kLiteral) return spec.literal;
  if (spec.kind == Kind::kArray) return array(spec, scope);
  if (spec.kind == Kind::kObject) return object(spec, scope);
  if (spec.kind == Kind::kJson) return at_path(spec, scope);
  const auto text = spec.from.render(scope);
  if (!text) return std::nullopt;
  switch (spec.kind) {
    case Kind::kCode:
      return code(*text, full);
    case Kind::kInteger:
      return integer(spec, *text);
    case Kind::kBoolean:
      return boolean(spec, *text);
    case Kind::kTime:
      return time(spec, scope, *text);
    case Kind::kDay:
      return day(spec, *text);
    case Kind::kList:
      return list(spec, scope, *text);
    default:
      return json::string(*text);
  }
}

}  // namespace custody
