// The sealer's core: a pure function from the head of a shard and what comes next to the records that follow. No clock,
// no storage, no randomness: the shell around it (shard_sealer.h) brings these in.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/event/record.h"

namespace custody {

// Where a shard's chain ends.
struct Head {
  uint32_t shard = 0;
  uint64_t next_seq = 0;
  Digest prev{};  // leaf of the last record; of an empty shard SHA-256(descriptor)
  int64_t sealed_at_us = 0;
  uint64_t reg = 0;
  uint64_t intake = 0;
  bool clock_stepped = false;  // the last record was clock.stepped: sealed_at may fall once
};

// What is to become the next record.
struct Candidate {
  std::string_view stamp_and_statement;
  std::string_view blob;
  uint64_t intake = 0;  // position after it; of the ledger's own records the same as before
  bool steps_clock = false;
};

struct SealedRecord {
  std::string record;
  std::string_view blob;
  Digest leaf{};
};

// Moves `head` behind the new record. `registry` = records of shard 0 verified by now (shard 0 itself: ignored, reg =
// seq); `now_us` from the wall clock: sealed_at = max(previous, now), except right after a step of the clock. Error
// kRefused when the record would be too long; the head is then as before.
SealedRecord seal_next(Head& head, const Candidate& candidate, uint64_t registry, int64_t now_us);

// The whole batch; all or nothing.
std::vector<SealedRecord> seal_batch(Head& head, std::span<const Candidate> batch, uint64_t registry, int64_t now_us);

}  // namespace custody
