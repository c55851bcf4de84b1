#include "ledger/seal/acceptance.h"

namespace custody {

Acceptance::Judgement Acceptance::judge(std::string_view bytes) {
  Judgement judgement{Verdict::kBroken, {}, {}, {}};
  try {
    judgement.record = decode_record(bytes);
  } catch (const Error& error) {
    judgement.expected = "a record in canonical form";
    judgement.found = error.what();
    return judgement;
  }
  const Seal& seal = judgement.record.seal;
  if (seal.shard == shard_ && seal.seq < next_seq_) {
    judgement.verdict = Verdict::kStale;
  } else if (seal.shard != shard_ || seal.seq != next_seq_) {
    judgement.expected = "record " + to_text(Ref{shard_, next_seq_});
    judgement.found = "record " + to_text(Ref{seal.shard, seal.seq});
  } else if (seal.prev != head_) {
    judgement.expected = "prev " + to_base64(view_of(head_));
    judgement.found = "prev " + to_base64(view_of(seal.prev));
  } else {
    judgement.verdict = Verdict::kAccepted;
    head_ = leaf_hash(bytes);
    ++next_seq_;
  }
  return judgement;
}

}  // namespace custody
