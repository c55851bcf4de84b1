// The next batch of a shard in the making: intake entries become candidates for records, in order, each ending as
// sealed, repeat, conflicted or refused. One batch each, by the sealer's thread; nothing here reads or writes the log.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "ledger/seal/core.h"
#include "ledger/seal/intake_judge.h"
#include "ledger/seal/known_ids.h"
#include "ledger/seal/own_records.h"

namespace custody {

class BatchMaker {
 public:
  // Makes stamp ‖ statement of one of the ledger's own records for the place it will have; empty = not now, after all.
  using OwnMaker = std::function<std::string(Ref at, uint64_t registry, int64_t now_us)>;
  struct Surroundings {
    const OwnIdentity& identity;
    uint32_t shards = 1;
    KnownIds& ids;  // those of the batch are added
    // Records of shard 0 that are known; waits a little where fewer than `seen` are.
    std::function<uint64_t(uint64_t seen)> registry;
  };
  // `head` is where the batch will follow.
  BatchMaker(Surroundings around, const Head& head, int64_t now_us);

  // `end` is the intake position behind the entry.
  void take(std::string entry, uint64_t end);
  void add_own(const OwnMaker& maker);

  const std::vector<Candidate>& candidates() const { return candidates_; }
  uint64_t intake() const { return intake_; }
  // A clock.stepped was taken: the batch ends with it.
  bool steps_clock() const { return steps_clock_; }

 private:
  Ref next() const { return {shard_, next_seq_ + candidates_.size()}; }
  bool ahead_of_registry(uint64_t seen) const;
  uint64_t registry_at(Ref at) const;
  void refuse(const IntakeJudgement& judged);
  void note_conflict(const Statement& statement, const Digest& digest, uint64_t first_seq);
  void add(std::string text);
  template <class Body>
  void add_body(const Body& body);

  Surroundings around_;
  uint32_t shard_;
  uint64_t next_seq_;
  uint64_t intake_;
  int64_t now_us_;
  bool steps_clock_ = false;
  std::deque<std::string> texts_;  // what the candidates' bytes lie in
  std::vector<Candidate> candidates_;
};

}  // namespace custody
