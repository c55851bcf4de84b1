#include "ledger/codec/json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

namespace custody {
namespace {

// RFC 6901: ~ and / inside a member's name.
std::string escaped(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

JsonReader::JsonReader(const boost::json::object& object, std::string pointer, std::vector<Fault>& faults)
    : InputArchive(this), pointer_(std::move(pointer)), faults_(faults) {
  objects_.push_back({&object, {}, true});  // begin_object of the outermost struct takes this frame over
}

void JsonReader::fault(const std::string& message) {
  faults_.push_back({pointer_, message});
}

bool JsonReader::enter_member(const char* name, bool required) {
  Frame& frame = objects_.back();
  if (frame.object == nullptr) return false;  // no object: reported once, by begin_object
  const boost::json::value* value = frame.object->if_contains(name);
  if (value == nullptr) {
    if (required) faults_.push_back({pointer_ + "/" + escaped(name), "is required"});
    return false;
  }
  frame.asked.push_back(name);
  places_.push_back({value, pointer_.size()});
  pointer_ += "/" + escaped(name);
  return true;
}

void JsonReader::leave() {
  pointer_.resize(places_.back().pointer_size);
  places_.pop_back();
}

size_t JsonReader::array_size() {
  if (const auto* array = places_.back().value->if_array()) return array->size();
  fault("must be an array");
  return 0;
}

void JsonReader::enter_element(size_t at) {
  const boost::json::value& array = *places_.back().value;
  places_.push_back({&array.get_array()[at], pointer_.size()});
  pointer_ += "/" + std::to_string(at);
}

bool JsonReader::begin_object() {
  if (places_.empty()) return true;  // the outermost
  const auto* object = places_.back().value->if_object();
  if (object == nullptr) fault("must be an object");
  objects_.push_back({object, {}, false});
  return object != nullptr;
}

void JsonReader::end_object() {
  const Frame& frame = objects_.back();
  if (frame.object != nullptr && frame.asked.size() != frame.object->size()) {
    for (const auto& member : *frame.object) {
      const auto same = [&](const char* name) { return member.key() == name; };
      if (std::none_of(frame.asked.begin(), frame.asked.end(), same))
        faults_.push_back({pointer_ + "/" + escaped(member.key()), "is not known here"});
    }
  }
  if (!frame.opened) objects_.pop_back();
}

bool JsonReader::boolean() {
  if (const bool* value = places_.back().value->if_bool()) return *value;
  fault("must be true or false");
  return false;
}

int64_t JsonReader::integer(int64_t low, int64_t high) {
  const boost::json::value& value = *places_.back().value;
  std::optional<int64_t> number;
  if (const int64_t* i = value.if_int64()) number = *i;
  if (const uint64_t* u = value.if_uint64(); u && *u <= static_cast<uint64_t>(INT64_MAX))
    number = static_cast<int64_t>(*u);
  if (number && *number >= low && *number <= high) return *number;
  fault("must be an integer from " + std::to_string(low) + " to " + std::to_string(high));
  return 0;
}

std::string_view JsonReader::string() {
  if (const auto* text = places_.back().value->if_string()) return {text->data(), text->size()};
  fault("must be a string");
  return {};
}

void JsonReader::bytes(uint8_t* out, size_t size) {
  const std::string_view text = string();
  try {
    const std::string bytes = text.size() == size * 2 ? from_hex(text) : from_base64(text);
    if (bytes.size() == size) {
      std::memcpy(out, bytes.data(), size);
      return;
    }
  } catch (const Error&) {  // reported below, with the pointer
  }
  fault("must be " + std::to_string(size) + " bytes as " + std::to_string(size * 2) + " hexadecimal digits");
}

std::string JsonReader::base64() {
  try {
    return from_base64(string());
  } catch (const Error& error) {
    fault(error.what());
    return {};
  }
}

void JsonWriter::name(const char* name) {
  element();
  append_json_string(out_, name);
  out_ += ':';
}

void JsonWriter::begin(char bracket) {
  out_ += bracket;
  first_ = true;
}

void JsonWriter::end(char bracket) {
  out_ += bracket;
  first_ = false;
}

void JsonWriter::element() {
  if (!first_) out_ += ',';
  first_ = false;
}

void JsonWriter::number(uint64_t value) {
  char text[24];
  out_.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void JsonWriter::number(int64_t value) {
  char text[24];
  out_.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void JsonWriter::string(std::string_view text) {
  append_json_string(out_, text);
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (byte < 0x20) {
          out += "\\u00";
          out += kHex[byte >> 4];
          out += kHex[byte & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void load_text(JsonReader& ar, std::string& text, size_t max_bytes) {
  const std::string_view value = ar.string();
  if (value.size() > max_bytes)
    ar.fault("must be at most " + std::to_string(max_bytes) + " bytes");
  else
    text = value;
}

void load_uuid(JsonReader& ar, ByteArray<16>& bytes) {
  if (const auto parsed = parse_uuid(ar.string()))
    bytes = *parsed;
  else
    ar.fault("must be a UUID");
}

void load(JsonReader& ar, Instant& at) {
  if (const auto parsed = parse_rfc3339(ar.string()))
    at = *parsed;
  else
    ar.fault("must be an RFC 3339 time with an offset, from 1970 to 9999");
}
void save(JsonWriter& ar, const Instant& at) {
  ar.string(to_rfc3339(at));
}

void load(JsonReader& ar, Day& day) {
  if (const auto parsed = parse_day(ar.string()))
    day = *parsed;
  else
    ar.fault("must be a date YYYY-MM-DD, not before 1970");
}
void save(JsonWriter& ar, const Day& day) {
  ar.string(to_text(day));
}

void load(JsonReader& ar, StringSet& set) {
  ar(set.items);
  std::sort(set.items.begin(), set.items.end());
  if (std::adjacent_find(set.items.begin(), set.items.end()) != set.items.end()) ar.fault("must not repeat an item");
}
void save(JsonWriter& ar, const StringSet& set) {
  ar(set.items);
}

}  // namespace custody
