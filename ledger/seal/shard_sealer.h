// The sealer of one shard: takes intake order, drops repeats, seals, appends. One writer per shard; a thread of its
// own.
//
// A term begins with the writer's place taken (which fences any other), the sequence read to its end, and a
// sealer.started record. It ends with stop, with an error of the log (then a new term is tried), or when another sealer
// took over: then it stands by, and takes the place again only when the chain has stood still for kStandBy although the
// intake has entries.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "ledger/log/log.h"
#include "ledger/seal/clock_guard.h"
#include "ledger/seal/intake_judge.h"
#include "ledger/seal/own_records.h"
#include "ledger/seal/tail.h"

namespace custody {

struct SealerOptions {
  OwnIdentity identity{"custody", "sealer"};
  std::string build = "custody";  // version of the program, for sealer.started
  size_t max_batch = 4096;
  size_t max_batch_bytes = 8u << 20;
};

struct SealerStatus {
  bool ready = false;
  std::string reason = "starting";  // why not
  uint64_t term = 0;
  uint64_t waiting = 0;  // intake entries not yet sealed (Kafka: an upper bound)
};

class ShardSealer {
 public:
  // Makes stamp ‖ statement for the place it will have.
  using OwnMaker = std::function<std::string(Ref at, uint64_t registry, int64_t now_us)>;

  // `registry` is the tail of shard 0 (the same as `own` there). All outlive the sealer.
  ShardSealer(Log& log, Tail& own, Tail& registry, const Clock& clock, SealerOptions options);
  ~ShardSealer();
  ShardSealer(const ShardSealer&) = delete;
  ShardSealer& operator=(const ShardSealer&) = delete;

  void start();
  // Ends the term after the batch at hand. What is in the intake stays there for the next term.
  void stop();

  // Has the ledger's own record sealed next; dropped when the term ends before.
  void seal_own(OwnMaker maker);
  SealerStatus status() const;
  // True while the tail shows everything this sealer has appended.
  uint32_t shard() const { return own_.shard(); }

 private:
  struct Term;
  void run();
  void run_term();
  void begin(Term& term);
  void read_to_end(Term& term);
  void step(Term& term);
  bool gather(Term& term);
  void seal_gathered(Term& term);
  void append(Term& term, std::vector<Candidate>& batch, int64_t now_us);
  bool wait_for_clock(Term& term);
  bool wait_for_registry(uint64_t seen);
  void add_own_records(Term& term, std::vector<Candidate>& batch, std::deque<std::string>& texts, int64_t now_us);
  std::optional<IdIndex::Entry> find(const Term& term, const EventId& id) const;
  void stand_by();
  void pause(std::chrono::milliseconds wait) const;
  void set_status(bool ready, const std::string& reason);

  Log& log_;
  Tail& own_;
  Tail& registry_;
  const Clock& clock_;
  SealerOptions options_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  mutable std::mutex mutex_;
  std::vector<OwnMaker> makers_;
  SealerStatus status_;
};

}  // namespace custody
