#include "ledger/seal/core.h"

#include <algorithm>

namespace custody {

SealedRecord seal_next(Head& head, const Candidate& candidate, uint64_t registry, int64_t now_us) {
  Seal seal;
  seal.shard = head.shard;
  seal.seq = head.next_seq;
  seal.sealed_at_us = head.clock_stepped ? now_us : std::max(head.sealed_at_us, now_us);
  seal.reg = head.shard == 0 ? head.next_seq : std::max(head.reg, registry);
  seal.intake = candidate.intake;
  seal.prev = head.prev;
  SealedRecord sealed{encode_record(seal, candidate.stamp_and_statement), candidate.blob, {}};
  sealed.leaf = leaf_hash(sealed.record);
  head = {head.shard, seal.seq + 1, sealed.leaf, seal.sealed_at_us, seal.reg, seal.intake, candidate.steps_clock};
  return sealed;
}

std::vector<SealedRecord> seal_batch(Head& head, std::span<const Candidate> batch, uint64_t registry, int64_t now_us) {
  Head moved = head;
  std::vector<SealedRecord> sealed;
  sealed.reserve(batch.size());
  for (const Candidate& candidate : batch) sealed.push_back(seal_next(moved, candidate, registry, now_us));
  head = moved;
  return sealed;
}

}  // namespace custody
