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

bool read_body(std::string_view body, std::string_view& origin, NoteVerdict& verdict) {
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
  verdict.size = *size;
  verdict.root = array_of<32>(*root);
  return true;
}

std::string key_hash(std::string_view name, const Ed25519PublicKey& key) {
  const Digest digest = sha256({name, "\n\x01", view_of(key)});
  return std::string(view_of(digest).substr(0, 4));
}

enum class Signature { kMalformed, kOther, kValid, kInvalid };

Signature judge_signature(std::string_view line, std::string_view body, std::string_view name,
                          const Ed25519PublicKey& key) {
  constexpr std::string_view kDash = "\xe2\x80\x94 ";  // EM DASH, space
  if (!line.starts_with(kDash)) return Signature::kMalformed;
  line.remove_prefix(kDash.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return Signature::kMalformed;
  const auto bytes = decode_base64(line.substr(space + 1));
  if (!bytes || bytes->size() < 5) return Signature::kMalformed;
  const std::string_view view = *bytes;
  if (line.substr(0, space) != name || view.substr(0, 4) != key_hash(name, key)) return Signature::kOther;
  if (view.size() != 4 + 64) return Signature::kInvalid;
  return ed25519_verify(key, body, array_of<64>(view.substr(4))) ? Signature::kValid : Signature::kInvalid;
}

}  // namespace

NoteVerdict judge_note(std::string_view note, std::string_view origin, const Ed25519PublicKey& key) {
  NoteVerdict verdict{NoteVerdict::kMalformed};
  if (note.size() > kMaxNoteBytes || !is_utf8(note)) return verdict;
  const size_t gap = note.rfind("\n\n");
  std::string_view name;
  if (gap == std::string_view::npos) return verdict;
  const std::string_view body = note.substr(0, gap + 1);
  if (!read_body(body, name, verdict)) return verdict;
  if (name != origin) {
    verdict.status = NoteVerdict::kForeignOrigin;
    return verdict;
  }
  size_t valid = 0, invalid = 0;
  std::string_view lines = note.substr(gap + 2);
  if (lines.empty()) return verdict;
  while (!lines.empty()) {
    const auto line = take_line(lines);
    const auto signature = line ? judge_signature(*line, body, origin, key) : Signature::kMalformed;
    if (signature == Signature::kMalformed) return verdict;
    valid += signature == Signature::kValid;
    invalid += signature == Signature::kInvalid;
  }
  verdict.status = valid > 0 && invalid == 0 ? NoteVerdict::kHolds : NoteVerdict::kUnsigned;
  return verdict;
}

}  // namespace custody
