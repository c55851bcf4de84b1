// The vocabulary of serialize(): what the archives can write beside integers, std::string (str8), std::optional (opt),
// std::vector (vec), std::array<uint8_t, N> (raw bytes), Instant, Day, Id16 and structs of these.
//
//   struct Receipt {
//     EventId id;
//     std::optional<std::string> note;
//     template <class Archive> void serialize(Archive& ar) { ar(field("id", id), field("note", note)); }
//   };
//
// The same function writes canonical bytes, reads them, and maps to and from JSON objects.
#pragma once

#include <cereal/cereal.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace custody {

// A named member. Canonical bytes have the values alone, in the order of the calls; JSON has the names.
template <class T>
auto field(const char* name, T&& value) {
  return cereal::make_nvp(name, std::forward<T>(value));
}

// Four fixed bytes at the start of a part, absent from JSON.
struct Magic {
  char text[5];
};

// vec<str8>, strictly ascending in byte order. The JSON form may come unsorted; repeats are a fault in both.
struct StringSet {
  std::vector<std::string> items;
  bool operator==(const StringSet&) const = default;
};

// Strings longer than str8 allows: str16 (UTF-8) and bytes32 (any bytes; base64 in JSON). They refer to the member they
// wrap, a std::string or std::string_view.
template <class S>
struct Str16 {
  S& text;
};
template <class S>
struct Bytes32 {
  S& bytes;
};
template <class S>
Str16<S> as_str16(S& text) {
  return {text};
}
template <class S>
Bytes32<S> as_bytes32(S& bytes) {
  return {bytes};
}

// What is wrong with a document, and where: an RFC 6901 pointer and a sentence.
struct Fault {
  std::string pointer;
  std::string message;
  bool operator==(const Fault&) const = default;
};

}  // namespace custody
