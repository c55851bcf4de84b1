// Reading bytes as docs/formats/bytes.md says, one obvious step at a time.
#pragma once

#include <cstdint>
#include <string>

namespace custody::twin {

struct Malformed {};

// Code points by RFC 3629's table.
inline bool utf8(const std::string& text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) { return at < text.size() ? static_cast<uint8_t>(text[at]) : 0u; };
    const unsigned a = byte(i);
    const unsigned b = byte(i + 1);
    const auto tail = [&](size_t at) { return byte(at) >= 0x80 && byte(at) <= 0xbf; };
    if (a <= 0x7f) {
      i += 1;
    } else if (a >= 0xc2 && a <= 0xdf && tail(i + 1)) {
      i += 2;
    } else if (a >= 0xe0 && a <= 0xef && tail(i + 1) && tail(i + 2) && !(a == 0xe0 && b < 0xa0) &&
               !(a == 0xed && b > 0x9f)) {
      i += 3;
    } else if (a >= 0xf0 && a <= 0xf4 && tail(i + 1) && tail(i + 2) && tail(i + 3) && !(a == 0xf0 && b < 0x90) &&
               !(a == 0xf4 && b > 0x8f)) {
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

class Cursor {
 public:
  explicit Cursor(const std::string& bytes) : bytes_(bytes) {}
  std::string raw(uint64_t n) {
    if (n > bytes_.size() - at_) throw Malformed();
    std::string out = bytes_.substr(at_, static_cast<size_t>(n));
    at_ += static_cast<size_t>(n);
    return out;
  }
  uint64_t number(size_t width) {
    const std::string digits = raw(width);
    uint64_t value = 0;
    for (size_t i = width; i > 0; --i) value = value * 256 + static_cast<uint8_t>(digits[i - 1]);
    return value;
  }
  int64_t time() {  // microseconds, of the years 1970 to 9999
    const uint64_t us = number(8);
    if (us >= 253'402'300'800'000'000) throw Malformed();
    return static_cast<int64_t>(us);
  }
  std::string str8() { return text(number(1)); }
  std::string str16() { return text(number(2)); }
  std::string bytes32() { return raw(number(4)); }
  void mark(const std::string& text) {
    if (raw(4) != text) throw Malformed();
  }
  bool flag() {
    const uint64_t value = number(1);
    if (value > 1) throw Malformed();
    return value == 1;
  }
  size_t at() const { return at_; }
  bool done() const { return at_ == bytes_.size(); }
  void end() const {
    if (!done()) throw Malformed();
  }

 private:
  std::string text(uint64_t n) {
    std::string out = raw(n);
    if (!utf8(out)) throw Malformed();
    return out;
  }
  const std::string& bytes_;
  size_t at_ = 0;
};

}  // namespace custody::twin
