// The JSON archive: the same serialize() as the canonical one, as JSON objects with the fields' names.
//
// Reading collects every fault with its pointer instead of stopping at the first: missing, unknown and mistyped
// members. Numbers must be integers within +-2^53. Digests are 64 hexadecimal digits (44 base64 characters are accepted
// too), other bytes base64, ids UUIDs, Instant RFC 3339, Day YYYY-MM-DD; an absent optional is absent, never null. The
// document itself comes from parse_json, which refuses duplicate keys and deep nesting.
#pragma once

#include <array>
#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/codec/canonical.h"
#include "ledger/codec/types.h"

namespace custody {

inline constexpr size_t kMaxJsonDepth = 32;
inline constexpr int64_t kMaxJsonInteger = int64_t{1} << 53;

// One JSON document (RFC 8259). Error kUsage with line and column, or with the pointer of a repeated key.
boost::json::value parse_json(std::string_view text);
// The same into the caller's memory (boost::json::storage_ptr), for many small documents in a row.
boost::json::value parse_json(std::string_view text, const boost::json::storage_ptr& memory);

class JsonReader : public cereal::InputArchive<JsonReader, 0> {
 public:
  // Reads members of `object`; pointers of faults start with `pointer`.
  JsonReader(const boost::json::object& object, std::string pointer, std::vector<Fault>& faults);

  bool enter_member(const char* name, bool required);  // false: absent (a fault when required)
  void leave();
  size_t array_size();  // 0 and a fault when the current value is no array
  void enter_element(size_t at);
  const boost::json::value& current() const { return *places_.back().value; }
  bool begin_object();  // false and a fault when the current value is no object
  void end_object();    // reports members nobody asked for
  void fault(const std::string& message);

  bool boolean();
  int64_t integer(int64_t low, int64_t high);
  std::string_view string();
  void bytes(uint8_t* out, size_t size);  // exactly `size` bytes
  std::string base64();

 private:
  struct Frame {
    const boost::json::object* object;
    std::vector<const char*> asked;
    bool opened;
  };
  struct Place {
    const boost::json::value* value;
    size_t pointer_size;
  };
  std::string pointer_;
  std::vector<Fault>& faults_;
  std::vector<Frame> objects_;
  std::vector<Place> places_;
};

// Appends JSON text. Members that are absent optionals leave no trace.
class JsonWriter : public cereal::OutputArchive<JsonWriter, 0> {
 public:
  explicit JsonWriter(std::string& out) : OutputArchive(this), out_(out) {}
  void name(const char* name);
  void begin(char bracket);
  void end(char bracket);
  void element();  // a comma where one is due
  void number(uint64_t value);
  void number(int64_t value);
  void literal(std::string_view text) { out_.append(text); }
  void string(std::string_view text);

 private:
  std::string& out_;
  bool first_ = true;
};

// `text` with quotes and the escapes of RFC 8259 §7.
void append_json_string(std::string& out, std::string_view text);

template <class T>
std::string to_json_text(const T& value) {
  std::string out;
  JsonWriter writer(out);
  writer(value);
  return out;
}

// The members of `object` as a T; what is wrong is appended to `faults`.
template <class T>
T from_json(const boost::json::object& object, const std::string& pointer, std::vector<Fault>& faults) {
  T value{};
  JsonReader reader(object, pointer, faults);
  reader(value);
  return value;
}

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
concept JsonFields = cereal::traits::has_member_serialize<T, JsonReader>::value;

template <JsonFields T>
void prologue(JsonReader& ar, const T&) {
  ar.begin_object();
}
template <JsonFields T>
void epilogue(JsonReader& ar, const T&) {
  ar.end_object();
}
template <JsonFields T>
void prologue(JsonWriter& ar, const T&) {
  ar.begin('{');
}
template <JsonFields T>
void epilogue(JsonWriter& ar, const T&) {
  ar.end('}');
}

template <class T>
void load(JsonReader& ar, cereal::NameValuePair<T>& pair) {
  if (!ar.enter_member(pair.name, !kIsOptional<std::remove_cvref_t<T>>)) return;
  ar(pair.value);
  ar.leave();
}
template <class T>
void save(JsonWriter& ar, const cereal::NameValuePair<T>& pair) {
  if constexpr (kIsOptional<std::remove_cvref_t<T>>)
    if (!pair.value) return;
  ar.name(pair.name);
  ar(pair.value);
}

template <WireInteger T>
void load(JsonReader& ar, T& value) {
  constexpr int64_t low = std::is_signed_v<T> ? (sizeof(T) == 8 ? -kMaxJsonInteger : std::numeric_limits<T>::min()) : 0;
  constexpr int64_t high = sizeof(T) == 8 ? kMaxJsonInteger : static_cast<int64_t>(std::numeric_limits<T>::max());
  value = static_cast<T>(ar.integer(low, high));
}
template <WireInteger T>
void save(JsonWriter& ar, const T& value) {
  if constexpr (std::is_signed_v<T>)
    ar.number(int64_t{value});
  else
    ar.number(uint64_t{value});
}
template <std::same_as<bool> T>
void load(JsonReader& ar, T& value) {
  value = ar.boolean();
}
template <std::same_as<bool> T>
void save(JsonWriter& ar, const T& value) {
  ar.literal(value ? "true" : "false");
}

void load_text(JsonReader& ar, std::string& text, size_t max_bytes);
inline void load(JsonReader& ar, std::string& text) {
  load_text(ar, text, 255);
}
template <StringLike S>
void save(JsonWriter& ar, const S& text) {
  ar.string(text);
}
template <class S>
void load(JsonReader& ar, Str16<S>& wrapped) {
  load_text(ar, wrapped.text, 65535);
}
template <class S>
void save(JsonWriter& ar, const Str16<S>& wrapped) {
  ar.string(wrapped.text);
}
template <class S>
void load(JsonReader& ar, Bytes32<S>& wrapped) {
  wrapped.bytes = ar.base64();
}
template <class S>
void save(JsonWriter& ar, const Bytes32<S>& wrapped) {
  ar.string(to_base64(wrapped.bytes));
}

inline void load(JsonReader&, Magic&) {}
inline void save(JsonWriter&, const Magic&) {}

template <size_t N>
void load(JsonReader& ar, std::array<uint8_t, N>& bytes) {
  ar.bytes(bytes.data(), N);
}
template <size_t N>
void save(JsonWriter& ar, const std::array<uint8_t, N>& bytes) {
  ar.string(to_hex(view_of(bytes)));
}

void load_uuid(JsonReader& ar, ByteArray<16>& bytes);
template <class Tag>
void load(JsonReader& ar, Id16<Tag>& id) {
  load_uuid(ar, id.bytes);
}
template <class Tag>
void save(JsonWriter& ar, const Id16<Tag>& id) {
  ar.string(uuid_text(id.bytes));
}

void load(JsonReader& ar, Instant& at);
void save(JsonWriter& ar, const Instant& at);
void load(JsonReader& ar, Day& day);
void save(JsonWriter& ar, const Day& day);
void load(JsonReader& ar, StringSet& set);
void save(JsonWriter& ar, const StringSet& set);

template <class T>
void load(JsonReader& ar, std::optional<T>& value) {
  ar(value.emplace());
}
template <class T>
void save(JsonWriter& ar, const std::optional<T>& value) {
  ar(*value);
}

template <class T>
void load(JsonReader& ar, std::vector<T>& items) {
  const size_t n = ar.array_size();
  for (size_t i = 0; i < n; ++i) {
    ar.enter_element(i);
    ar(items.emplace_back());
    ar.leave();
  }
}
template <class T>
void save(JsonWriter& ar, const std::vector<T>& items) {
  ar.begin('[');
  for (const T& item : items) {
    ar.element();
    ar(item);
  }
  ar.end(']');
}

}  // namespace custody

CEREAL_SETUP_ARCHIVE_TRAITS(custody::JsonReader, custody::JsonWriter)
