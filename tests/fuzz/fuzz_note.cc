// Signed notes: the naive twin takes the same ones. The key is the one the seeds are signed with.
#include "ledger/verify/note.h"
#include "tests/fuzz/fuzz.h"
#include "tests/reference/parts.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Ed25519PublicKey key = Ed25519PrivateKey::from_seed(std::string(32, 's')).public_key();
  const std::string bytes = fuzz::bytes(data, size);
  const NoteVerdict verdict = judge_note(bytes, "vectors.example/0", key);
  const twin::Note note = twin::read_note(bytes, "vectors.example/0", std::string(view_of(key)));
  const char* kind = verdict.status == NoteVerdict::kHolds      ? ""
                     : verdict.status == NoteVerdict::kUnsigned ? "checkpoint_signature"
                                                                : "checkpoint_form";
  fuzz::require(note.kind == kind, "both judge a note alike");
  fuzz::require(note.size == verdict.size, "both read the same size");
  return 0;
}
