// The sealer of one shard: takes intake order, drops repeats, seals, appends. One writer per shard; a thread of its
// own.
//
// A term begins with the writer's place taken (which fences any other), the sequence read to its end, and a
// sealer.started record. It ends with stop, with an error of the log (then a new term is tried), or when another sealer
// took over: then it stands by, and takes the place again only when the chain has stood still for kStandBy although the
// intake has entries to seal (shard 0 also when the ledger grew and no round was closed, or none for kSilence).
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "ledger/log/log.h"
#include "ledger/seal/batch_maker.h"
#include "ledger/seal/clock_guard.h"
#include "ledger/seal/own_records.h"
#include "ledger/seal/tail.h"

namespace custody {

struct SealerOptions {
  OwnIdentity identity{"custody", "sealer"};
  std::string build = "custody";  // version of the program, for sealer.started
  size_t max_batch = 16'384;
  size_t max_batch_bytes = 8u << 20;
};

struct SealerStatus {
  bool ready = false;
  std::string reason = "starting";  // why not
  bool standing_by = false;         // because another sealer has the shard
  uint64_t term = 0;
  uint64_t waiting = 0;  // intake entries not yet sealed, told every 250 ms (Kafka: an upper bound)
};

class ShardSealer {
 public:
  using OwnMaker = BatchMaker::OwnMaker;

  // `tails` of all shards in order; all outlive the sealer.
  ShardSealer(Log& log, std::vector<Tail*> tails, uint32_t shard, const Clock& clock, SealerOptions options);
  ~ShardSealer();
  ShardSealer(const ShardSealer&) = delete;
  ShardSealer& operator=(const ShardSealer&) = delete;

  void start();
  // Ends the term after the batch at hand. What is in the intake stays there for the next term.
  void stop();

  // Has the ledger's own record sealed next. The maker is called once, in the sealer's thread, in this term or a later
  // one; what it made is lost when its term ends before it is sealed.
  void seal_own(OwnMaker maker);
  SealerStatus status() const;
  uint32_t shard() const { return own_.shard(); }

 private:
  struct Term;
  void run();
  void run_term();
  void begin(Term& term);
  void read_to_end(Term& term);
  void step(Term& term);
  void open_term(Term& term, const ByteArray<16>& intake_id);
  void tell_backlog(Term& term);
  bool gather(Term& term);
  void take_waiting(Term& term, std::chrono::milliseconds wait);
  bool may_seal(Term& term);
  bool step_taken(Term& term);
  int64_t sealing_time(const Term& term) const;
  uint64_t registry_size(uint64_t seen);
  bool registry_lacks(uint64_t seen) const;
  void seal_gathered(Term& term);
  void append(Term& term, std::span<const Candidate> batch, int64_t now_us);
  void stand_by();
  bool has_work() const;
  void pause(std::chrono::milliseconds wait) const;
  void set_status(bool ready, const std::string& reason);

  Log& log_;
  std::vector<Tail*> tails_;
  Tail& own_;
  Tail& registry_;  // shard 0
  const Clock& clock_;
  SealerOptions options_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  mutable std::mutex mutex_;
  std::vector<OwnMaker> makers_;
  SealerStatus status_;
};

}  // namespace custody
