#include "ledger/base/bytes.h"

namespace custody {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

uint32_t base64_value(char c) {
  const size_t at = kBase64Digits.find(c);
  if (at == std::string_view::npos) throw Error(ErrorCode::kUsage, "not base64: a character outside the alphabet");
  return static_cast<uint32_t>(at);
}

// Length of the well-formed sequence at the start of `text`, 0 when there is none (table 3-7 of the Unicode standard).
size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
  const auto tail = [&](size_t i, uint8_t low = 0x80, uint8_t high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first == 0xe0) return tail(1, 0xa0) && tail(2) ? 3 : 0;
  if (first == 0xed) return tail(1, 0x80, 0x9f) && tail(2) ? 3 : 0;
  if (first >= 0xe1 && first <= 0xef) return tail(1) && tail(2) ? 3 : 0;
  if (first == 0xf0) return tail(1, 0x90) && tail(2) && tail(3) ? 4 : 0;
  if (first >= 0xf1 && first <= 0xf3) return tail(1) && tail(2) && tail(3) ? 4 : 0;
  if (first == 0xf4) return tail(1, 0x80, 0x8f) && tail(2) && tail(3) ? 4 : 0;
  return 0;
}

// Eight bytes at a time; the last eight, or four, may overlap those before.
bool is_ascii(std::string_view text) {
  uint64_t all = 0;
  const size_t size = text.size();
  if (size >= 8) {
    for (size_t i = 0; i + 8 < size; i += 8) all |= read_le(text, i, 8);
    all |= read_le(text, size - 8, 8);
  } else if (size >= 4) {
    all = read_le(text, 0, 4) | read_le(text, size - 4, 4);
  } else {
    for (char c : text) all |= static_cast<uint8_t>(c);
  }
  return (all & 0x8080808080808080u) == 0;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    out.push_back(kHexDigits[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kHexDigits[static_cast<uint8_t>(c) & 15]);
  }
  return out;
}

std::string from_hex(std::string_view text) {
  if (text.size() % 2 != 0) throw Error(ErrorCode::kUsage, "not hexadecimal: an odd number of digits");
  std::string out;
  out.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) throw Error(ErrorCode::kUsage, "not hexadecimal: a character that is no digit");
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t n = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < n ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out.push_back(k <= n ? kBase64Digits[(group >> (18 - 6 * k)) & 63] : '=');
  }
  return out;
}

std::string from_base64(std::string_view text) {
  if (text.size() % 4 != 0) throw Error(ErrorCode::kUsage, "not base64: the length is no multiple of four");
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    size_t pads = 0;
    if (i + 4 == text.size()) pads = text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
    uint32_t group = 0;
    for (size_t k = 0; k < 4; ++k) group = group << 6 | (k < 4 - pads ? base64_value(text[i + k]) : 0u);
    const uint32_t spare = pads == 2 ? 0xffff : pads == 1 ? 0xff : 0;
    if ((group & spare) != 0) throw Error(ErrorCode::kUsage, "not base64: spare bits are set");
    for (size_t k = 0; k < 3 - pads; ++k) out.push_back(static_cast<char>((group >> (16 - 8 * k)) & 0xff));
  }
  return out;
}

bool is_utf8(std::string_view text) {
  if (is_ascii(text)) return true;  // codes and labels nearly always are
  while (!text.empty()) {
    const size_t n = utf8_sequence(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

}  // namespace custody
