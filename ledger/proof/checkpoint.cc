#include "ledger/proof/checkpoint.h"

#include "ledger/base/ids.h"

namespace custody {
namespace {

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

Checkpoint checkpoint_of(const SignedNote& note) {
  const auto none = [] { return Error(ErrorCode::kRefused, "a note that holds no checkpoint"); };
  std::string_view body = note.body;
  Checkpoint checkpoint;
  checkpoint.origin = take_line(body);
  const auto size = parse_u64(take_line(body));
  std::string root;
  try {
    root = from_base64(take_line(body));
  } catch (const Error&) {
    throw none();
  }
  if (checkpoint.origin.empty() || !size || root.size() != 32) throw none();
  while (!body.empty())
    if (take_line(body).empty()) throw none();  // extensions are not
  checkpoint.size = *size;
  checkpoint.root = array_of<32>(root);
  return checkpoint;
}

std::string checkpoint_body(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + to_base64(view_of(checkpoint.root)) + "\n";
}

std::string sign_checkpoint(const Checkpoint& checkpoint, std::span<const SigningKey* const> keys) {
  const std::string body = checkpoint_body(checkpoint);
  std::string note = body + "\n";
  for (const SigningKey* key : keys) {
    const VerifierKey mine{checkpoint.origin, VerifierKey::kEd25519, key->public_key()};
    const std::string signature = std::string(view_of(mine.id())) + std::string(view_of(key->sign(body)));
    note += "\xE2\x80\x94 " + checkpoint.origin + " " + to_base64(signature) + "\n";
  }
  return note;
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key) {
  const SigningKey* const keys[] = {&key};
  return sign_checkpoint(checkpoint, keys);
}

std::optional<Checkpoint> open_checkpoint(std::string_view note, const Ed25519PublicKey& key) {
  const SignedNote parsed = parse_note(note);
  Checkpoint checkpoint = checkpoint_of(parsed);
  if (note_state(parsed, {checkpoint.origin, VerifierKey::kEd25519, key}) != NoteState::kSigned) return std::nullopt;
  return checkpoint;
}

std::optional<SignedByLedger> open_checkpoint(std::string_view note, std::span<const LedgerKey> keys) {
  std::optional<SignedByLedger> found;
  for (const LedgerKey& each : keys)
    if (auto checkpoint = open_checkpoint(note, each.key)) found = {std::move(*checkpoint), each.key};
  return found;
}

}  // namespace custody
