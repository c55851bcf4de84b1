// The fold of one shard, live: reads, judges, folds and commits until it is told to stop or meets a broken link.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "ledger/seal/acceptance.h"
#include "projections/projector.h"
#include "projections/store/view_store.h"
#include "projections/views/fold.h"

namespace custody {

// How many records of shard 0 are folded and durable; the workers of the other shards wait here for what they need.
class RegistryGate {
 public:
  void reset(uint64_t size);
  void advance(uint64_t size);
  // True once the registry has `size` records; false as soon as `stop` is set (after wake()).
  bool wait_for(uint64_t size, const std::atomic<bool>& stop);
  bool has(uint64_t size) const;
  void wake();

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t size_ = 0;
};

// Judges and decodes the entries of one shard. A value for what a log can do to us, an Error for what reading it can.
class RecordSource {
 public:
  RecordSource(Log& log, uint32_t shard, const FoldCursor& cursor);
  enum class Kind { kRecord, kNothing, kBroken };
  // The next record; views live until the next call. kNothing: none came in time.
  Kind next(std::chrono::milliseconds wait);
  const Record& record() const { return record_; }
  const ShardStop& stop() const { return stop_; }
  const FoldCursor& cursor() const { return cursor_; }  // after the last record returned
  uint64_t stale() const { return stale_; }
  bool caught_up() const { return reader_->caught_up(); }

 private:
  Kind broken(uint64_t seq, std::string expected, std::string found, const std::string& why);
  Acceptance acceptance_;
  std::unique_ptr<SealedReader> reader_;
  Record record_;
  FoldCursor cursor_;
  ShardStop stop_;
  uint64_t stale_ = 0;
};

// As the store has it.
ShardProgress progress_of(const ShardStore& store, uint32_t shard);

class ShardWorker {
 public:
  // What it reports, from its own thread. Called after every commit and change of state.
  using Report = std::function<void(const ShardProgress&)>;

  ShardWorker(Log& log, ShardStore& store, uint32_t shard, RegistryGate& gate, size_t batch_records, Report report)
      : log_(log),
        store_(store),
        shard_(shard),
        gate_(gate),
        batch_records_(batch_records),
        report_(std::move(report)) {}
  // Returns after request_stop, or when the shard cannot go on (the last report says why).
  void run();
  void request_stop();

 private:
  bool fold_until_stopped();  // true: to be called again
  bool wait_for_registry(uint64_t size);
  void commit();
  void report_stop(const ShardStop& stop);
  void back_off();

  Log& log_;
  ShardStore& store_;
  uint32_t shard_;
  RegistryGate& gate_;
  size_t batch_records_;
  Report report_;
  std::atomic<bool> stopping_ = false;
  std::mutex pause_mutex_;
  std::condition_variable pause_;
  Fold fold_;
  RowBatch batch_;
  size_t batched_ = 0;
  FoldCursor folded_;  // after the last record in the batch
  ShardProgress progress_;
};

}  // namespace custody
