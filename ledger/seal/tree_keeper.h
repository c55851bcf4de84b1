// Keeps the tree of a shard stored (tree_store.h) as the tail accepts records, in a thread of its own.
//
// The tail is never held up: leaves wait in a bounded queue, and where that ran over, or the store is behind at a
// start, the log is read by the acceptance rule instead. The tail's compact range is the judge: a store that has
// another root at the tail's size is that of another log, or damaged, and is made anew.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ledger/seal/tail.h"
#include "ledger/seal/tree_store.h"

namespace custody {

class TreeKeeper : public TailListener {
 public:
  // Both outlive it; it is added to the tail before that one's start, and started after it.
  TreeKeeper(Log& log, const Tail& tail, std::string folder);
  ~TreeKeeper() override;
  void start();
  // Stores what waits. After the tail's stop that is all it accepted, unless the store was far behind.
  void stop();

  // The tree with at least `size` records, which the tail has accepted. kUnavailable when it is not made within `wait`.
  std::unique_ptr<TreeSnapshot> tree(uint64_t size, std::chrono::milliseconds wait);
  // A proof made of the store did not lead to the tail's root: it is made anew.
  void distrust();
  // Records stored, and found to be the tail's in this run; why none can be stored, empty if they can.
  uint64_t size() const;
  std::string fault() const;

  void on_accepted(uint32_t shard, std::span<const Accepted> records) override;
  void on_round(const RoundMark&) override {}

 private:
  struct Waiting {
    uint64_t first = 0;          // seq of the first leaf
    std::vector<Digest> leaves;  // in order
    CompactRange end;            // the tail's tree, of all of them or more
  };
  void run();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void step(std::unique_lock<std::mutex>& lock);
  void store(const Waiting& waiting);
  void read_log(uint64_t end);
  void judge(const CompactRange& end);
  void make_anew();

  Log& log_;
  const Tail& tail_;
  std::string folder_;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;     // of the thread
  std::condition_variable changed_;  // of those who wait for the tree
  std::atomic<bool> stopping_{false};
  Waiting waiting_;
  uint64_t wanted_ = 0;      // size that somebody waits for
  bool distrusted_ = false;  // and not made anew yet
  uint64_t size_ = 0;
  std::string fault_;
  std::unique_ptr<TreeStore> store_;  // written by the thread alone; from its start until this one's end
};

}  // namespace custody
