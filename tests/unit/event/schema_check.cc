#include "tests/unit/event/schema_check.h"

#include <boost/json.hpp>
#include <regex>

namespace custody::test {
namespace {

namespace json = boost::json;

bool fits(const json::value& value, const json::value& schema, std::string& why);

bool is_type(const json::value& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  return type == "integer" && (value.is_int64() || value.is_uint64());
}

bool any_fits(const json::value& value, const json::array& schemas, size_t least, size_t most) {
  size_t n = 0;
  std::string ignored;
  for (const auto& schema : schemas) n += fits(value, schema, ignored) ? 1U : 0U;
  return n >= least && n <= most;
}

bool object_fits(const json::object& object, const json::object& schema, std::string& why) {
  const auto* properties = schema.if_contains("properties");
  for (const auto& member : object) {
    const json::value* property = properties != nullptr ? properties->as_object().if_contains(member.key()) : nullptr;
    if (property == nullptr && schema.contains("additionalProperties"))
      return why = "/" + std::string(member.key()) + " is additional", false;
    if (property != nullptr && !fits(member.value(), *property, why)) {
      why = "/" + std::string(member.key()) + why;
      return false;
    }
    if (const auto* names = schema.if_contains("propertyNames"); names && !fits(json::value(member.key()), *names, why))
      return false;
  }
  return true;
}

bool array_fits(const json::array& array, const json::object& schema, std::string& why) {
  if (const auto* least = schema.if_contains("minItems"); least && array.size() < least->to_number<size_t>())
    return why = " has too few items", false;
  for (size_t i = 0; i < array.size(); ++i) {
    if (const auto* items = schema.if_contains("items"); items && !fits(array[i], *items, why)) return false;
    for (size_t k = 0; schema.contains("uniqueItems") && k < i; ++k)
      if (array[i] == array[k]) return why = " repeats an item", false;
  }
  return true;
}

bool string_fits(const json::string& text, const json::object& schema, std::string& why) {
  why = " is not the string it must be";
  if (const auto* least = schema.if_contains("minLength"); least && text.size() < least->to_number<size_t>())
    return false;
  if (const auto* most = schema.if_contains("maxLength"); most && text.size() > most->to_number<size_t>()) return false;
  if (const auto* pattern = schema.if_contains("pattern"))
    return std::regex_search(text.begin(), text.end(), std::regex(pattern->as_string().c_str()));
  return true;
}

bool number_fits(const json::value& value, const json::object& schema, std::string& why) {
  why = " is out of range";
  if (const auto* low = schema.if_contains("minimum"); low && value.to_number<double>() < low->to_number<double>())
    return false;
  const auto* high = schema.if_contains("maximum");
  return high == nullptr || value.to_number<double>() <= high->to_number<double>();
}

bool fits(const json::value& value, const json::value& schema_value, std::string& why) {
  const json::object& schema = schema_value.as_object();
  static const json::array kKnown{
      "$schema",       "title",   "description", "type",        "properties", "required",  "additionalProperties",
      "propertyNames", "items",   "minItems",    "uniqueItems", "minLength",  "maxLength", "pattern",
      "format",        "minimum", "maximum",     "const",       "enum",       "oneOf",     "anyOf"};
  for (const auto& keyword : schema)
    if (std::find(kKnown.begin(), kKnown.end(), json::value(keyword.key())) == kKnown.end())
      return why = " has a schema with the unknown keyword " + std::string(keyword.key()), false;
  if (const auto* type = schema.if_contains("type"); type && !is_type(value, type->as_string()))
    return why = " is no " + std::string(type->as_string()), false;
  if (const auto* expected = schema.if_contains("const"); expected && value != *expected)
    return why = " is another", false;
  if (const auto* words = schema.if_contains("enum")) {
    const json::array& list = words->as_array();
    if (std::find(list.begin(), list.end(), value) == list.end()) return why = " is none of the list", false;
  }
  if (const auto* one = schema.if_contains("oneOf"); one && !any_fits(value, one->as_array(), 1, 1))
    return why = " fits not exactly one", false;
  if (const auto* any = schema.if_contains("anyOf"); any && !any_fits(value, any->as_array(), 1, 100))
    return why = " fits none", false;
  if (const auto* required = schema.if_contains("required"); required && value.is_object())
    for (const auto& name : required->as_array())
      if (!value.as_object().contains(name.as_string()))
        return why = "/" + std::string(name.as_string()) + " is missing", false;
  if (value.is_object()) return object_fits(value.as_object(), schema, why);
  if (value.is_array()) return array_fits(value.as_array(), schema, why);
  if (value.is_string()) return string_fits(value.as_string(), schema, why);
  if (value.is_number()) return number_fits(value, schema, why);
  return true;
}

}  // namespace

std::string schema_fault(const json::value& value, const json::value& schema) {
  std::string why;
  if (fits(value, schema, why)) return "";
  return why.empty() ? "does not fit" : why;
}

}  // namespace custody::test
