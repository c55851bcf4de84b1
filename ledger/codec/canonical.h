// The canonical archive: one value, one spelling. Grammar (docs/formats/bytes.md):
//
//   integer   little-endian, fixed width              bool     u8, 0 or 1
//   str8      u8 length, UTF-8                         str16    u16 length, UTF-8
//   bytes32   u32 length, bytes                        opt<T>   u8 0, or u8 1 and T
//   vec<T>    u32 count, T...                          set      vec<str8>, strictly ascending
//   Instant   i64 µs, i16 minutes                      struct   its fields in the order of serialize()
//
// Reading is bounded by the bytes left (a count of 4 G elements allocates nothing) and refuses every form that writing
// would not have made: Error kRefused with the byte offset. String views read point into the input.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ledger/base/ids.h"
#include "ledger/base/time.h"
#include "ledger/codec/types.h"

namespace custody {

class CanonicalWriter : public cereal::OutputArchive<CanonicalWriter, 0> {
 public:
  explicit CanonicalWriter(std::string& out) : OutputArchive(this), out_(out) {}
  void integer(uint64_t value, size_t width) { append_le(out_, value, width); }
  void raw(std::string_view bytes) { out_.append(bytes); }
  // Length of `width` bytes, then the bytes; kRefused when they do not fit or (utf8) are not UTF-8.
  void sized(std::string_view bytes, size_t width, bool utf8);

 private:
  std::string& out_;
};

class CanonicalReader : public cereal::InputArchive<CanonicalReader, 0> {
 public:
  explicit CanonicalReader(std::string_view bytes) : InputArchive(this), bytes_(bytes) {}
  uint64_t integer(size_t width) { return read_le(raw(width), 0, width); }
  std::string_view raw(size_t size) {
    if (size > left()) fail_short(size);
    const std::string_view out(bytes_.data() + offset_, size);
    offset_ += size;
    return out;
  }
  std::string_view sized(size_t width, bool utf8) {
    const std::string_view out = raw(integer(width));
    if (utf8 && !is_utf8(out)) fail("a string that is not UTF-8");
    return out;
  }
  // A count of elements that take at least one byte each.
  size_t count();
  size_t offset() const { return offset_; }
  size_t left() const { return bytes_.size() - offset_; }
  void expect_end() const;  // kRefused when bytes are left over
  [[noreturn]] void fail(const std::string& what) const;

 private:
  [[noreturn]] void fail_short(size_t wanted) const;
  std::string_view bytes_;
  size_t offset_ = 0;
};

// Room for most statements, so that they are written without growing.
inline constexpr size_t kUsualBytes = 320;

template <class T>
std::string to_canonical(const T& value) {
  std::string out;
  out.reserve(kUsualBytes);
  CanonicalWriter writer(out);
  writer(value);
  return out;
}

// The whole of `bytes` as one T.
template <class T>
T from_canonical(std::string_view bytes) {
  T value{};
  CanonicalReader reader(bytes);
  reader(value);
  reader.expect_end();
  return value;
}

template <class T>
concept WireInteger = std::integral<T> && !std::same_as<T, bool>;
template <class S>
concept StringLike = std::same_as<S, std::string> || std::same_as<S, std::string_view>;

// The functions below are what cereal finds for each type (by argument-dependent lookup on the archive).

template <WireInteger T>
void save(CanonicalWriter& ar, const T& value) {
  ar.integer(static_cast<uint64_t>(static_cast<std::make_unsigned_t<T>>(value)), sizeof(T));
}
template <WireInteger T>
void load(CanonicalReader& ar, T& value) {
  value = static_cast<T>(ar.integer(sizeof(T)));
}

template <std::same_as<bool> T>
void save(CanonicalWriter& ar, const T& value) {
  ar.integer(value ? 1 : 0, 1);
}
template <std::same_as<bool> T>
void load(CanonicalReader& ar, T& value) {
  const uint64_t byte = ar.integer(1);
  if (byte > 1) ar.fail("a flag that is neither 0 nor 1");
  value = byte == 1;
}

template <StringLike S>
void save(CanonicalWriter& ar, const S& text) {
  ar.sized(text, 1, true);
}
template <StringLike S>
void load(CanonicalReader& ar, S& text) {
  text = S(ar.sized(1, true));
}

template <class S>
void save(CanonicalWriter& ar, const Str16<S>& wrapped) {
  ar.sized(wrapped.text, 2, true);
}
template <class S>
void load(CanonicalReader& ar, Str16<S>& wrapped) {
  wrapped.text = S(ar.sized(2, true));
}
template <class S>
void save(CanonicalWriter& ar, const Bytes32<S>& wrapped) {
  ar.sized(wrapped.bytes, 4, false);
}
template <class S>
void load(CanonicalReader& ar, Bytes32<S>& wrapped) {
  wrapped.bytes = S(ar.sized(4, false));
}

inline void save(CanonicalWriter& ar, const Magic& magic) {
  ar.raw({magic.text, 4});
}
inline void load(CanonicalReader& ar, Magic& magic) {
  const std::string_view expected(magic.text, 4);
  if (ar.left() < 4 || ar.raw(4) != expected) ar.fail("expected the mark " + std::string(expected));
}

template <size_t N>
void save(CanonicalWriter& ar, const std::array<uint8_t, N>& bytes) {
  ar.raw(view_of(bytes));
}
template <size_t N>
void load(CanonicalReader& ar, std::array<uint8_t, N>& bytes) {
  bytes = array_of<N>(ar.raw(N));
}

template <class Tag>
void save(CanonicalWriter& ar, const Id16<Tag>& id) {
  ar.raw(id.view());
}
template <class Tag>
void load(CanonicalReader& ar, Id16<Tag>& id) {
  id.bytes = array_of<16>(ar.raw(16));
}

void save(CanonicalWriter& ar, const Instant& at);
void load(CanonicalReader& ar, Instant& at);
void save(CanonicalWriter& ar, const Day& day);
void load(CanonicalReader& ar, Day& day);

template <class T>
void save(CanonicalWriter& ar, const std::optional<T>& value) {
  ar(value.has_value());
  if (value) ar(*value);
}
template <class T>
void load(CanonicalReader& ar, std::optional<T>& value) {
  bool present = false;
  ar(present);
  if (present)
    ar(value.emplace());
  else
    value.reset();
}

template <class T>
void save(CanonicalWriter& ar, const std::vector<T>& items) {
  ar.integer(items.size(), 4);
  for (const T& item : items) ar(item);
}
template <class T>
void load(CanonicalReader& ar, std::vector<T>& items) {
  const size_t n = ar.count();
  items.clear();
  for (size_t i = 0; i < n; ++i) ar(items.emplace_back());
}

void save(CanonicalWriter& ar, const StringSet& set);
void load(CanonicalReader& ar, StringSet& set);

template <class T>
void save(CanonicalWriter& ar, const cereal::NameValuePair<T>& pair) {
  ar(pair.value);
}
template <class T>
void load(CanonicalReader& ar, cereal::NameValuePair<T>& pair) {
  ar(pair.value);
}

}  // namespace custody

CEREAL_SETUP_ARCHIVE_TRAITS(custody::CanonicalReader, custody::CanonicalWriter)
