#include "producers/adapters/template.h"

#include <boost/json.hpp>
#include <charconv>

#include "ledger/base/error.h"
#include "producers/adapters/mapping.h"

namespace custody {
namespace {

namespace json = boost::json;

const json::value* step_into(const json::value* value, std::string_view name) {
  if (value == nullptr) return nullptr;
  if (const auto* object = value->if_object()) return object->if_contains(name);
  const auto* array = value->if_array();
  size_t index = 0;
  if (array == nullptr || name.empty()) return nullptr;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size() || index >= array->size()) return nullptr;
  return &(*array)[index];
}

const json::value* walk(const json::value* value, std::string_view path) {
  while (value != nullptr && !path.empty()) {
    const size_t dot = path.find('.');
    value = step_into(value, path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return value;
}

std::string folded(std::string text, char first, char last, int shift) {
  for (char& c : text)
    if (c >= first && c <= last) c = static_cast<char>(c + shift);
  return text;
}

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// "arn:aws:ssm:eu-west-1:1:parameter/x" without "arn:aws:"; other text as it is.
std::string without_arn(const std::string& text) {
  if (!text.starts_with("arn:")) return text;
  const size_t partition = text.find(':', 4);
  return partition == std::string::npos ? text : text.substr(partition + 1);
}

std::optional<std::string> not_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace

const json::value* value_at(const Scope& scope, std::string_view path) {
  if (path == "each") return scope.each;
  if (path.starts_with("each.")) return walk(scope.each, path.substr(5));
  if (const auto* exact = scope.record->if_contains(path)) return exact;
  const size_t dot = path.find('.');
  if (dot == std::string_view::npos) return nullptr;
  return walk(scope.record->if_contains(path.substr(0, dot)), path.substr(dot + 1));
}

std::optional<std::string> text_of(const json::value* value, std::string_view path) {
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (const auto* text = value->if_string()) return not_empty(std::string(text->data(), text->size()));
  if (value->is_structured()) throw RecordFault{std::string(path), "is a list or an object, text was expected"};
  return json::serialize(*value);
}

Template Template::parse(std::string_view text) {
  Template out;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) out.parts_.push_back({literal, "", false, {}});
    literal.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      literal += text[i++];
    } else if (c == '{') {
      const size_t end = text.find('}', i);
      if (end == std::string_view::npos)
        throw Error(ErrorCode::kUsage, "'{' without '}' in \"" + std::string(text) + "\"");
      flush();
      out.parts_.push_back(parse_placeholder(text.substr(i + 1, end - i - 1)));
      i = end;
    } else if (c == '}') {
      throw Error(ErrorCode::kUsage, "'}' without '{' in \"" + std::string(text) + "\" (a brace itself is }})");
    } else {
      literal += c;
    }
  }
  flush();
  return out;
}

Template::Part Template::parse_placeholder(std::string_view text) {
  Part part;
  size_t bar = text.find('|');
  std::string_view path = text.substr(0, bar);
  if (path.ends_with('?')) {
    part.optional = true;
    path.remove_suffix(1);
  }
  part.path = path;
  if (path.empty()) throw Error(ErrorCode::kUsage, "a placeholder names no column: {" + std::string(text) + "}");
  if (path[0] == '@' && path != "@line" && path != "@file")
    throw Error(ErrorCode::kUsage, "{" + std::string(path) + "} is neither {@line} nor {@file}");
  while (bar != std::string_view::npos) {
    text = text.substr(bar + 1);
    bar = text.find('|');
    part.filters.push_back(parse_filter(text.substr(0, bar)));
  }
  return part;
}

Template::Filter Template::parse_filter(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  std::string argument(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  using Kind = Filter::Kind;
  if (name == "default" && !argument.empty()) return {Kind::kDefault, std::move(argument)};
  if (name == "map" && !argument.empty()) return {Kind::kMap, std::move(argument)};
  if (colon == std::string_view::npos) {
    if (name == "lower") return {Kind::kLower, ""};
    if (name == "upper") return {Kind::kUpper, ""};
    if (name == "trim") return {Kind::kTrim, ""};
    if (name == "arn") return {Kind::kArn, ""};
  }
  throw Error(ErrorCode::kUsage,
              "unknown filter '" + std::string(text) + "': known are lower, upper, trim, arn, default:TEXT, map:NAME");
}

std::optional<std::string> Template::look_up(const Part& part, const Scope& scope) {
  if (part.path == "@line") return std::to_string(scope.line);
  if (part.path == "@file") return std::string(scope.file);
  if (part.path[0] != '$') return text_of(value_at(scope, part.path), part.path);
  const std::string_view name = std::string_view(part.path).substr(1);
  for (const Variable& variable : scope.mapping->variables)
    if (variable.name == name && holds(variable.when, scope)) return variable.text.render(scope);
  return std::nullopt;
}

void Template::apply(const Filter& filter, const Part& part, const Scope& scope, std::optional<std::string>& value) {
  using Kind = Filter::Kind;
  if (filter.kind == Kind::kDefault && !value) value = filter.argument;
  if (!value) return;
  if (filter.kind == Kind::kLower) value = folded(*value, 'A', 'Z', 'a' - 'A');
  if (filter.kind == Kind::kUpper) value = folded(*value, 'a', 'z', 'A' - 'a');
  if (filter.kind == Kind::kTrim) value = not_empty(trimmed(*value));
  if (filter.kind == Kind::kArn) value = without_arn(*value);
  if (filter.kind != Kind::kMap) return;
  const auto& words = scope.mapping->maps.at(filter.argument);
  auto found = words.find(*value);
  if (found == words.end()) found = words.find("*");
  if (found == words.end())
    throw RecordFault{part.path, "'" + value->substr(0, 80) + "' does not stand in [maps." + filter.argument + "]"};
  value = not_empty(found->second);
}

std::optional<std::string> Template::render(const Scope& scope) const {
  std::string out;
  for (const Part& part : parts_) {
    if (part.path.empty()) {
      out += part.literal;
      continue;
    }
    std::optional<std::string> value = look_up(part, scope);
    for (const Filter& filter : part.filters) apply(filter, part, scope, value);
    if (!value && part.optional) return std::nullopt;
    if (!value) throw RecordFault{part.path, "has no value"};
    out += *value;
  }
  return out;
}

std::vector<std::string> Template::variables() const {
  std::vector<std::string> names;
  for (const Part& part : parts_)
    if (part.path.starts_with('$')) names.push_back(part.path.substr(1));
  return names;
}

std::vector<std::string> Template::maps() const {
  std::vector<std::string> names;
  for (const Part& part : parts_)
    for (const Filter& filter : part.filters)
      if (filter.kind == Filter::Kind::kMap) names.push_back(filter.argument);
  return names;
}

std::string Template::column() const {
  for (const Part& part : parts_)
    if (!part.path.empty()) return part.path;
  return "";
}

}  // namespace custody
