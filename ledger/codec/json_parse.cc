// parse_json: Boost.JSON's parser with the two checks it leaves to its caller. Duplicate keys silently keep the last
// value there; two readers of one document must never see different values, so they are refused.
#include <algorithm>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>

#include "ledger/codec/json.h"

namespace custody {
namespace {

namespace json = boost::json;

// Builds the document like json::parser does, counting members as they come.
struct Handler {
  static constexpr size_t max_object_size = size_t(-1);
  static constexpr size_t max_array_size = size_t(-1);
  static constexpr size_t max_key_size = size_t(-1);
  static constexpr size_t max_string_size = size_t(-1);

  explicit Handler(json::storage_ptr memory) { stack.reset(std::move(memory)); }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_object_end(size_t n, json::error_code&) {
    members += n;
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(size_t n, json::error_code&) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(json::string_view text, size_t, json::error_code&) {
    stack.push_chars(text);
    return true;
  }
  bool on_key(json::string_view text, size_t, json::error_code&) {
    stack.push_key(text);
    return true;
  }
  bool on_string_part(json::string_view text, size_t, json::error_code&) {
    stack.push_chars(text);
    return true;
  }
  bool on_string(json::string_view text, size_t, json::error_code&) {
    stack.push_string(text);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(int64_t value, json::string_view, json::error_code&) {
    stack.push_int64(value);
    return true;
  }
  bool on_uint64(uint64_t value, json::string_view, json::error_code&) {
    stack.push_uint64(value);
    return true;
  }
  // Boost.JSON's own value may be one unit in the last place off, and then the same number would have two canonical
  // forms.
  bool on_double(double value, json::string_view text, json::error_code& error) {
    double exact = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), exact);
    if (read.ec == std::errc{} && read.ptr == text.data() + text.size()) value = exact;
    if (!std::isfinite(value)) {
      error = json::error::exponent_overflow;
      return false;
    }
    stack.push_double(value);
    return true;
  }
  bool on_bool(bool value, json::error_code&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(json::error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  json::value_stack stack;
  size_t members = 0;
};

size_t count_members(const json::value& value) {
  size_t n = 0;
  if (const auto* object = value.if_object()) {
    n = object->size();
    for (const auto& member : *object) n += count_members(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) n += count_members(item);
  }
  return n;
}

std::string place_of(std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t start = before.rfind('\n');
  const size_t column = start == std::string_view::npos ? at + 1 : at - start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

json::value parse_json(std::string_view text, const json::storage_ptr& memory) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::basic_parser<Handler> parser(options, memory);
  json::error_code error;
  const size_t used = parser.write_some(false, text.data(), text.size(), error);
  const size_t end = used < text.size() ? text.find_first_not_of(" \t\r\n", used) : std::string_view::npos;
  if (!error && end != std::string_view::npos) error = json::error::extra_data;
  if (error == json::error::too_deep)
    throw Error(ErrorCode::kUsage,
                "JSON nested deeper than " + std::to_string(kMaxJsonDepth) + " at " + place_of(text, used));
  if (error) throw Error(ErrorCode::kUsage, "malformed JSON at " + place_of(text, used) + ": " + error.message());
  json::value value = parser.handler().stack.release();
  if (count_members(value) != parser.handler().members)
    throw Error(ErrorCode::kUsage, "malformed JSON: an object has the same key twice");
  return value;
}

json::value parse_json(std::string_view text) {
  return parse_json(text, {});
}

}  // namespace custody
