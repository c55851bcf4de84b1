#include "ledger/seal/acceptance.h"

#include "ledger/event/record.h"

namespace custody {

Acceptance::Judgement Acceptance::judge(std::string_view record) {
  Seal seal;
  try {
    seal = decode_seal(record);
  } catch (const Error& error) {
    return {Verdict::kBroken, "a record", error.what()};
  }
  const Ref expected{shard_, next_seq_};
  if (seal.shard == shard_ && seal.seq < next_seq_) return {Verdict::kStale, {}, {}};
  if (seal.shard != shard_ || seal.seq != next_seq_)
    return {Verdict::kBroken, "record " + to_text(expected), "record " + to_text(Ref{seal.shard, seal.seq})};
  if (seal.prev != head_)
    return {Verdict::kBroken, "prev " + to_base64(view_of(head_)), "prev " + to_base64(view_of(seal.prev))};
  head_ = leaf_hash(record);
  ++next_seq_;
  return {Verdict::kAccepted, {}, {}};
}

}  // namespace custody
