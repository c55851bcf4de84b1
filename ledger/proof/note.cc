#include "ledger/proof/note.h"

#include <algorithm>

#include "ledger/base/ids.h"

namespace custody {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // em dash and space start a signature line
constexpr size_t kIdBytes = 4;
constexpr size_t kSignatureBytes = 64;
constexpr size_t kTimeBytes = 8;
constexpr uint64_t kTimeEnd = uint64_t{1} << 63;  // tlog-cosignature has no times from here on

Error malformed(const std::string& what) {
  return Error(ErrorCode::kRefused, "a note " + what);
}

std::optional<std::string> base64_of(std::string_view text) {
  try {
    return from_base64(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

NoteSignature parse_signature(std::string_view line) {
  const auto wrong = malformed("with a line that is no signature");
  if (!line.starts_with(kDash)) throw wrong;
  line.remove_prefix(kDash.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) throw wrong;
  const auto bytes = base64_of(line.substr(space + 1));
  if (!bytes || bytes->size() <= kIdBytes) throw wrong;
  return {std::string(line.substr(0, space)), array_of<kIdBytes>(std::string_view(*bytes).substr(0, kIdBytes)),
          bytes->substr(kIdBytes)};
}

uint64_t read_be(std::string_view bytes) {
  uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<uint8_t>(c);
  return number;
}

// What a witness signs.
std::string cosigned_bytes(const SignedNote& note, uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + note.body;
}

// The bytes that a signature of this key is over; nullopt where it has not the form of one.
std::optional<std::string> signed_bytes(const SignedNote& note, const NoteSignature& signature,
                                        const VerifierKey& key) {
  if (key.type == VerifierKey::kEd25519)
    return signature.bytes.size() == kSignatureBytes ? std::optional(note.body) : std::nullopt;
  if (signature.bytes.size() != kTimeBytes + kSignatureBytes) return std::nullopt;
  const uint64_t time = read_be(std::string_view(signature.bytes).substr(0, kTimeBytes));
  return time < kTimeEnd ? std::optional(cosigned_bytes(note, time)) : std::nullopt;
}

bool holds(const SignedNote& note, const NoteSignature& signature, const VerifierKey& key) {
  const auto bytes = signed_bytes(note, signature, key);
  return bytes &&
         ed25519_verify(key.key, *bytes,
                        array_of<kSignatureBytes>(
                            std::string_view(signature.bytes).substr(signature.bytes.size() - kSignatureBytes)));
}

bool is_of(const NoteSignature& signature, const VerifierKey& key, const ByteArray<4>& id) {
  return signature.name == key.name && signature.key_id == id;
}

}  // namespace

SignedNote parse_note(std::string_view note) {
  if (note.size() > kMaxNoteBytes) throw malformed("of more than " + std::to_string(kMaxNoteBytes) + " bytes");
  if (!is_utf8(note)) throw malformed("that is not UTF-8");
  if (std::ranges::any_of(note, [](char c) { return static_cast<uint8_t>(c) < 0x20 && c != '\n'; }))
    throw malformed("with a control character");
  const size_t gap = note.rfind("\n\n");
  if (gap == std::string_view::npos) throw malformed("without signatures");
  SignedNote parsed{std::string(note.substr(0, gap + 1)), {}};
  std::string_view lines = note.substr(gap + 2);
  if (lines.empty()) throw malformed("without signatures");
  while (!lines.empty()) {
    const size_t end = lines.find('\n');
    if (end == std::string_view::npos) throw malformed("whose last line does not end");
    parsed.signatures.push_back(parse_signature(lines.substr(0, end)));
    lines.remove_prefix(end + 1);
  }
  return parsed;
}

std::string signature_line(const NoteSignature& signature) {
  return std::string(kDash) + signature.name + " " +
         to_base64(std::string(view_of(signature.key_id)) + signature.bytes) + "\n";
}

ByteArray<4> VerifierKey::id() const {
  return array_of<4>(view_of(sha256({name, "\n", std::string_view(&type, 1), view_of(key)})).substr(0, 4));
}

std::string VerifierKey::text() const {
  return name + "+" + to_hex(view_of(id())) + "+" + to_base64(std::string(1, type) + std::string(view_of(key)));
}

VerifierKey parse_vkey(std::string_view text) {
  const Error wrong(ErrorCode::kUsage,
                    "a verifier key is name+id+base64, as `custody checkpoint` prints it, of an Ed25519 key");
  const size_t first = text.find('+');
  const size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || first == 0) throw wrong;
  const auto bytes = base64_of(text.substr(second + 1));
  if (!bytes || bytes->size() != 33) throw wrong;
  VerifierKey key{std::string(text.substr(0, first)), bytes->front(), array_of<32>(std::string_view(*bytes).substr(1))};
  if (key.type != VerifierKey::kEd25519 && key.type != VerifierKey::kCosignature) throw wrong;
  if (text.substr(first + 1, second - first - 1) != to_hex(view_of(key.id()))) throw wrong;
  return key;
}

NoteState note_state(const SignedNote& note, const VerifierKey& key) {
  const ByteArray<4> id = key.id();
  NoteState state = NoteState::kNotSigned;
  for (const NoteSignature& signature : note.signatures) {
    if (!is_of(signature, key, id)) continue;
    if (!holds(note, signature, key)) return NoteState::kWrong;
    state = NoteState::kSigned;
  }
  return state;
}

std::string cosign(const SignedNote& note, const std::string& name, const Ed25519PrivateKey& key, uint64_t time_s) {
  if (time_s >= kTimeEnd) throw Error(ErrorCode::kUsage, "no time of a cosignature");
  const VerifierKey mine{name, VerifierKey::kCosignature, key.public_key()};
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((time_s >> shift) & 0xff);
  bytes += view_of(key.sign(cosigned_bytes(note, time_s)));
  return signature_line({name, mine.id(), bytes});
}

std::optional<uint64_t> cosigned_at(const SignedNote& note, const VerifierKey& key) {
  if (key.type != VerifierKey::kCosignature || note_state(note, key) != NoteState::kSigned) return std::nullopt;
  const ByteArray<4> id = key.id();
  uint64_t first = UINT64_MAX;
  for (const NoteSignature& signature : note.signatures)
    if (is_of(signature, key, id)) first = std::min(first, read_be(std::string_view(signature.bytes).substr(0, 8)));
  return first;
}

}  // namespace custody
