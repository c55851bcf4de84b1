// Bytes and their spellings. Byte strings are std::string (owned) and std::string_view (borrowed) throughout.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "ledger/base/error.h"

namespace custody {

template <size_t N>
using ByteArray = std::array<uint8_t, N>;

template <size_t N>
std::string_view view_of(const ByteArray<N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

// Throws kUsage when `bytes` is not exactly N long.
template <size_t N>
ByteArray<N> array_of(std::string_view bytes) {
  if (bytes.size() != N) throw Error(ErrorCode::kUsage, "expected " + std::to_string(N) + " bytes");
  ByteArray<N> out;
  std::memcpy(out.data(), bytes.data(), N);
  return out;
}

template <size_t N>
bool is_zero(const ByteArray<N>& bytes) {
  return bytes == ByteArray<N>{};
}

// Lower case. from_hex accepts both cases and throws kUsage on anything else.
std::string to_hex(std::string_view bytes);
std::string from_hex(std::string_view text);

// RFC 4648 §4 with padding; from_base64 refuses missing padding, stray characters and non-zero spare bits (kUsage).
std::string to_base64(std::string_view bytes);
std::string from_base64(std::string_view text);

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// Little-endian integers of 1 to 8 bytes. Where the machine keeps them so itself, each is one load or store once the
// width is known to the compiler.
inline void append_le(std::string& out, uint64_t value, size_t width) {
  if constexpr (std::endian::native == std::endian::little) {
    out.append(reinterpret_cast<const char*>(&value), width);
  } else {
    for (size_t i = 0; i < width; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
  }
}
inline uint64_t read_le(std::string_view bytes, size_t offset, size_t width) {
  uint64_t value = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&value, bytes.data() + offset, width);
  } else {
    for (size_t i = 0; i < width; ++i) value |= uint64_t{static_cast<uint8_t>(bytes[offset + i])} << (8 * i);
  }
  return value;
}

}  // namespace custody
