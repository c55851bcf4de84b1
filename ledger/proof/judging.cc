#include "ledger/proof/judging.h"

namespace custody::judging {
namespace {

void judge_signature(std::span<const VerifierKey> trusted, Signed& found) {
  const std::string& origin = found.checkpoint.origin;
  bool known_log = false;
  for (const VerifierKey& key : trusted) {
    if (key.type != VerifierKey::kEd25519 || key.name != origin) continue;
    known_log = true;
    const NoteState state = note_state(found.note, key);
    if (state == NoteState::kWrong)
      throw fault("the signature of " + key.name + " does not hold: the checkpoint was altered");
    if (state == NoteState::kSigned) found.signer = key.text();
  }
  if (!known_log)
    throw Ends{ProofVerdict::kOtherLedger, "it is of the ledger " + origin + ", for which no key is trusted here"};
  if (found.signer.empty()) {
    std::string ids;
    for (const NoteSignature& signature : found.note.signatures)
      if (signature.name == origin) ids += (ids.empty() ? "" : ", ") + to_hex(view_of(signature.key_id));
    throw Ends{ProofVerdict::kUnknownSigner, "it is signed by a key of " + origin + " that is not trusted here (" +
                                                 (ids.empty() ? "none" : ids) + ")"};
  }
  for (const VerifierKey& key : trusted)
    if (const auto time = cosigned_at(found.note, key)) found.witnesses.push_back({key.name, *time});
}

}  // namespace

Ends fault(const std::string& what) {
  return {ProofVerdict::kFault, what};
}

Signed judge_note(std::string_view note, std::span<const VerifierKey> trusted) {
  Signed found;
  found.note = read_or_end([&] { return parse_note(note); }, "its checkpoint cannot be read");
  found.checkpoint = read_or_end([&] { return checkpoint_of(found.note); }, "its checkpoint cannot be read");
  judge_signature(trusted, found);
  return found;
}

bool is_own(const Record& record, std::string_view type) {
  return record.statement.type == type && record.statement.source.starts_with("custody:");
}

}  // namespace custody::judging
