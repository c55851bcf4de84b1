#include "ledger/event/vocabulary.h"

#include <array>

#include "ledger/base/ids.h"

namespace custody {
namespace {

constexpr std::array<bool, 256> table_of(std::string_view letters, bool alphanumeric, bool upper) {
  std::array<bool, 256> table{};
  for (char c : letters) table[static_cast<uint8_t>(c)] = true;
  for (char c = 'a'; alphanumeric && c <= 'z'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c = '0'; alphanumeric && c <= '9'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c = 'A'; upper && c <= 'Z'; ++c) table[static_cast<uint8_t>(c)] = true;
  return table;
}
constexpr auto kCodeBytes = table_of("._:/-", true, false);
constexpr auto kUriBytes = table_of("-._~:/?#[]@!$&'()*+,;=%", true, true);

bool all_in(std::string_view text, const std::array<bool, 256>& table) {
  for (char c : text)
    if (!table[static_cast<uint8_t>(c)]) return false;
  return true;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= 64 && all_in(text, kCodeBytes);
}

bool is_plain_text(std::string_view text, size_t max_bytes) {
  if (text.empty() || text.size() > max_bytes || !is_utf8(text)) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return false;
    if (byte == 0xc2 && static_cast<uint8_t>(text[i + 1]) < 0xa0) return false;  // U+0080 ... U+009F
  }
  return true;
}

bool is_uri(std::string_view text) {
  if (text.empty() || text.size() > 255 || !is_letter(text[0]) || !all_in(text, kUriBytes)) return false;
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  for (char c : text.substr(0, colon))
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return false;
  for (size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
    if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
  return true;
}

bool is_rule_id(std::string_view text) {
  if (text.size() < 4 || text.size() > 5 || !text.starts_with("R-") || text[2] < 'A' || text[2] > 'Z') return false;
  return is_digit(text[3]) && (text.size() == 4 || is_digit(text[4]));
}

bool is_id_of(std::string_view text, const std::vector<std::string_view>& kinds) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size() || !is_code(text)) return false;
  for (std::string_view kind : kinds)
    if (text.substr(0, colon) == kind) return true;
  return false;
}

std::string joined(const std::vector<std::string_view>& words, std::string_view before, std::string_view between) {
  std::string out;
  for (std::string_view word : words) {
    if (!out.empty()) out += between;
    out.append(before).append(word);
  }
  return out;
}

}  // namespace custody
