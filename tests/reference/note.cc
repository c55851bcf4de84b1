#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/crypto.h"
#include "tests/reference/parts.h"

namespace custody::twin {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      lines.push_back(line);
      line.clear();
    } else {
      line += c;
    }
  }
  if (!line.empty()) throw Malformed();  // every line ends with a newline
  return lines;
}

std::string base64(const std::string& text) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) throw Malformed();
  std::string digits = text;
  while (!digits.empty() && digits.back() == '=') digits.pop_back();
  if (text.size() - digits.size() > 2) throw Malformed();
  std::string bits;
  for (const char c : digits) {
    const size_t value = alphabet.find(c);
    if (value == std::string::npos) throw Malformed();
    for (int i = 5; i >= 0; --i) bits += (value >> i & 1) != 0 ? '1' : '0';
  }
  std::string out;
  for (; bits.size() >= 8; bits.erase(0, 8)) out += static_cast<char>(std::stoi(bits.substr(0, 8), nullptr, 2));
  if (bits.find('1') != std::string::npos) throw Malformed();
  return out;
}

uint64_t decimal(const std::string& text) {
  if (text.empty() || text.size() > 20 || (text.size() > 1 && text[0] == '0')) throw Malformed();
  if (text.find_first_not_of("0123456789") != std::string::npos) throw Malformed();
  try {
    return std::stoull(text);
  } catch (const std::out_of_range&) {
    throw Malformed();
  }
}

bool signed_by(const std::string& body, const std::string& signature, const std::string& key) {
  if (signature.size() != 64) return false;
  return custody::ed25519_verify(custody::array_of<32>(key), body, custody::array_of<64>(signature));
}

}  // namespace

Note read_note(const std::string& note, const std::string& origin) {
  Note out;
  out.kind = "checkpoint_form";
  try {
    const size_t gap = note.rfind("\n\n");
    if (gap == std::string::npos || note.size() > 65536 || !utf8(note)) return out;
    const std::string body = note.substr(0, gap + 1);
    const std::vector<std::string> text = lines_of(body);
    for (const std::string& line : text)
      if (line.empty()) return out;
    if (text.size() < 3) return out;
    const uint64_t size = decimal(text[1]);
    out.root = base64(text[2]);
    if (out.root.size() != 32) return out;
    out.size = size;
    if (text[0] != origin) return out;
    const std::string dash = "\u2014 ";
    const std::vector<std::string> signatures = lines_of(note.substr(gap + 2));
    if (signatures.empty()) return out;
    for (const std::string& line : signatures) {
      const size_t space = line.find(' ', dash.size());
      if (line.rfind(dash, 0) != 0 || space == std::string::npos || space == dash.size()) return out;
      const std::string bytes = base64(line.substr(space + 1));
      if (bytes.size() < 5) return out;
      if (line.substr(dash.size(), space - dash.size()) == origin)
        out.signatures.emplace_back(bytes.substr(0, 4), bytes.substr(4));
    }
    out.body = body;
    out.kind = "";
  } catch (const Malformed&) {
  }
  return out;
}

Word word_of(const std::string& key, const Note& note, const std::string& origin) {
  const std::string key_hash = sha(origin + "\n\x01" + key).substr(0, 4);
  Word word;
  for (const auto& [hash, signature] : note.signatures)
    if (hash == key_hash) (signed_by(note.body, signature, key) ? word.valid : word.invalid) += 1;
  return word;
}

}  // namespace custody::twin
