#include "ledger/base/ids.h"

#include <charconv>

namespace custody {

std::string uuid_text(const ByteArray<16>& bytes) {
  std::string text = to_hex(view_of(bytes));
  for (size_t at : {20u, 16u, 12u, 8u}) text.insert(at, 1, '-');
  return text;
}

std::optional<ByteArray<16>> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return std::nullopt;
    if (!dash) digits.push_back(c);
  }
  return array_of<16>(from_hex(digits));
}

std::string to_text(const Ref& ref) {
  return std::to_string(ref.shard) + ":" + std::to_string(ref.seq);
}

std::optional<uint64_t> parse_u64(std::string_view text) {
  uint64_t value = 0;
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Ref> parse_ref(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto shard = parse_u64(text.substr(0, colon));
  const auto seq = parse_u64(text.substr(colon + 1));
  if (!shard || !seq || *shard > UINT32_MAX) return std::nullopt;
  return Ref{static_cast<uint32_t>(*shard), *seq};
}

}  // namespace custody
