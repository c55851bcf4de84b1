// The acceptance rule: which entry of a shard's sealed sequence is the next record. Sealer, tail and projector apply
// it, the verifier has its own; so what belongs to the ledger is a function of the sequence alone, whoever wrote into
// it.
//
//   a record: shard matches, seq = head + 1, prev = leaf of the head   the next one
//   a record with a lower seq                                          stale: left by a writer overtaken; skipped
//   anything else                                                      broken: a gap, another chain, no record; stop
//
// A stale record whose bytes differ from those accepted under its seq is a fault, which the verifier finds, as it keeps
// leaves (docs/formats/log.md). Who only follows keeps none, and could not act otherwise: the first one counts. The
// projector counts what it skips, and the status tells of it.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"
#include "ledger/event/record.h"

namespace custody {

class Acceptance {
 public:
  // Before the first record `head` is SHA-256(descriptor).
  Acceptance(uint32_t shard, uint64_t next_seq, const Digest& head) : shard_(shard), next_seq_(next_seq), head_(head) {}

  enum class Verdict { kAccepted, kStale, kBroken };
  struct Judgement {
    Verdict verdict;
    std::string expected;  // of a broken one: what should have come
    std::string found;
    Record record;  // unless broken; its views point into the bytes
  };
  // Accepting moves the head. Bytes that are no record are broken, never an exception.
  Judgement judge(std::string_view bytes);

  uint32_t shard() const { return shard_; }
  uint64_t next_seq() const { return next_seq_; }
  const Digest& head() const { return head_; }

 private:
  uint32_t shard_;
  uint64_t next_seq_;
  Digest head_;
};

}  // namespace custody
