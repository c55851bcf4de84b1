// Signed notes: the naive twin takes the same ones. The key is the one the seeds are signed with.
#include "ledger/verify/note.h"
#include "tests/fuzz/fuzz.h"
#include "tests/reference/parts.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Ed25519PublicKey key = Ed25519PrivateKey::from_seed(std::string(32, 's')).public_key();
  const std::string bytes = fuzz::bytes(data, size);
  const std::string origin = "vectors.example/0";
  const ReadNote read = read_note(bytes, origin);
  const twin::Note note = twin::read_note(bytes, origin);
  fuzz::require((read.status == ReadNote::kRead) == note.kind.empty(), "both can or cannot read a note");
  fuzz::require(note.size == read.size, "both read the same size");
  if (read.status != ReadNote::kRead) return 0;
  const KeyWord word = word_of(key, read, origin);
  const twin::Word other = twin::word_of(std::string(view_of(key)), note, origin);
  fuzz::require((word == KeyWord::kHolds) == (other.valid > 0 && other.invalid == 0), "both judge a note alike");
  fuzz::require((word == KeyWord::kNone) == (other.valid + other.invalid == 0), "both find the key's signatures");
  return 0;
}
