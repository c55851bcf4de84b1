#include "ledger/verify/note.h"

#include <optional>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"

namespace custody {
namespace {

// The text up to the next newline, which is taken off too; nullopt where there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::string> decode_base64(std::string_view text) {
  try {
    return from_base64(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool read_body(std::string_view body, std::string_view& origin, ReadNote& out) {
  const auto name = take_line(body);
  const auto size_line = take_line(body);
  const auto root_line = take_line(body);
  if (!name || name->empty() || !size_line || !root_line) return false;
  const auto size = parse_u64(*size_line);
  const auto root = decode_base64(*root_line);
  if (!size || !root || root->size() != sizeof(Digest)) return false;
  while (!body.empty()) {
    const auto extension = take_line(body);
    if (!extension || extension->empty()) return false;
  }
  origin = *name;
  out.size = *size;
  out.root = array_of<32>(*root);
  return true;
}

std::string key_hash(std::string_view name, const Ed25519PublicKey& key) {
  const Digest digest = sha256({name, "\n\x01", view_of(key)});
  return std::string(view_of(digest).substr(0, 4));
}

// False: no signature line. One under another name is passed over.
bool read_signature(std::string_view line, std::string_view name, ReadNote& out) {
  constexpr std::string_view kDash = "\xe2\x80\x94 ";  // EM DASH, space
  if (!line.starts_with(kDash)) return false;
  line.remove_prefix(kDash.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return false;
  const auto bytes = decode_base64(line.substr(space + 1));
  if (!bytes || bytes->size() < 5) return false;
  if (line.substr(0, space) == name) out.signatures.push_back({bytes->substr(0, 4), bytes->substr(4)});
  return true;
}

}  // namespace

ReadNote read_note(std::string_view note, std::string_view origin) {
  ReadNote out;
  if (note.size() > kMaxNoteBytes || !is_utf8(note)) return out;
  const size_t gap = note.rfind("\n\n");
  std::string_view name;
  if (gap == std::string_view::npos) return out;
  const std::string_view body = note.substr(0, gap + 1);
  if (!read_body(body, name, out)) return out;
  if (name != origin) {
    out.status = ReadNote::kForeignOrigin;
    return out;
  }
  std::string_view lines = note.substr(gap + 2);
  if (lines.empty()) return out;
  while (!lines.empty()) {
    const auto line = take_line(lines);
    if (!line || !read_signature(*line, origin, out)) return out;
  }
  out.body = body;
  out.status = ReadNote::kRead;
  return out;
}

KeyWord word_of(const Ed25519PublicKey& key, const ReadNote& note, std::string_view origin) {
  const std::string hash = key_hash(origin, key);
  KeyWord word = KeyWord::kNone;
  for (const ReadNote::Signature& signature : note.signatures) {
    if (signature.key_hash != hash) continue;
    if (signature.bytes.size() != 64 || !ed25519_verify(key, note.body, array_of<64>(signature.bytes)))
      return KeyWord::kWrong;
    word = KeyWord::kHolds;
  }
  return word;
}

}  // namespace custody
