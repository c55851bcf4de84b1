// Who has an archive. A number has a subject id as soon as an event is about to open its archive, and keeps it where
// that event then ends in a conflict, or never reaches the log; so whether a customer exists is asked of the log
// (R-B1).
//
// Any number of threads.
#pragma once

#include <map>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ledger/log/log.h"
#include "ledger/seal/tail.h"

namespace custody {

class Archives {
 public:
  // `tails` of all shards, in order; all outlive it.
  Archives(Log& log, const std::vector<Tail*>& tails) : log_(log), tails_(tails) {}

  // True once an archive.opened of the subject is sealed, or was taken by this gateway and may still be. kUnavailable
  // while that cannot be told: there is something before it that the sealer, or the tail, has not come to.
  bool has(const SubjectId& subject);
  // An archive.opened that opens one for all that is known is durable in the intake.
  void taken(const SubjectId& subject, const EventId& opening);

 private:
  bool is_on_its_way(const Tail& tail, const SubjectId& subject);
  void check_nothing_before(const Tail& tail);

  Log& log_;
  const std::vector<Tail*>& tails_;
  std::mutex mutex_;
  std::unordered_set<SubjectId> known_;                // some that have one
  std::unordered_map<SubjectId, EventId> on_the_way_;  // by which event
  size_t sweep_at_ = 0;
  std::map<uint32_t, uint64_t> before_;  // by shard: where its intake ended when that was first of interest
};

}  // namespace custody
