// The tail of a shard: reads what is sealed as it appears, applies the acceptance rule, keeps the state of the chain
// and the index of ids, and tells its listeners. Only what a tail has accepted is acknowledged to anybody, or signed.
//
// One thread of its own. Its files are derived: lost or foreign ones are made again from the log.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "ledger/log/log.h"
#include "ledger/seal/chain_state.h"
#include "ledger/seal/id_index.h"

namespace custody {

// A record of the chain, as far as those who wait for one need it.
struct Accepted {
  EventId id;
  uint64_t seq = 0;
  Digest leaf{};
  int64_t sealed_at_us = 0;
  ByteArray<16> statement{};  // first half of SHA-256(statement)
};

// A ledger.round was accepted: what shard 0 is with it.
struct RoundMark {
  uint64_t round = 0;
  CompactRange tree;
  uint64_t intake = 0;
  std::vector<PublicKey> signers;  // the keys in force at this size
};

class TailListener {
 public:
  virtual ~TailListener() = default;
  // In the tail's thread, in order, after the tail's own state shows them. Must not block.
  virtual void on_accepted(uint32_t shard, std::span<const Accepted> records) = 0;
  virtual void on_round(const RoundMark& mark) = 0;
};

class Tail {
 public:
  // `log` and the listeners outlive it.
  Tail(Log& log, uint32_t shard, std::string folder);
  ~Tail();
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  // Listeners are added before start and outlive stop. start opens the index and begins to read; kStore when the index
  // cannot be opened.
  void add(TailListener& listener) { listeners_.push_back(&listener); }
  void start();
  void stop();  // saves the index

  uint32_t shard() const { return shard_; }
  ChainState state() const;
  uint64_t size() const { return size_.load(std::memory_order_acquire); }
  // Whether all that was in the log at start has been read.
  bool caught_up() const { return caught_up_.load(std::memory_order_acquire); }
  // Why it stopped: a broken chain, with what was expected and found; or that the log cannot be read now. Empty if
  // well.
  std::string fault() const;

  // Waits until size() >= size; false when it was not after `wait`, or the tail has stopped.
  bool wait_for(uint64_t size, std::chrono::milliseconds wait) const;
  bool wait_caught_up(std::chrono::milliseconds wait) const;

  std::optional<IdIndex::Entry> find(const EventId& id) const { return index_->find(id); }
  // Whether an archive.opened of this subject was accepted.
  bool has_archive(const SubjectId& subject) const { return index_->find(archive_mark(subject)).has_value(); }

 private:
  static EventId archive_mark(const SubjectId& subject);
  void run();
  void read_on();
  void load_state();
  bool is_of_this_log(const ChainState& state) const;
  void take(const SealedItem& item);
  void publish();
  void save_if_due(bool now);
  void set_fault(const std::string& fault);

  Log& log_;
  uint32_t shard_;
  std::string folder_;
  std::vector<TailListener*> listeners_;
  std::unique_ptr<IdIndex> index_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> caught_up_{false};
  std::atomic<uint64_t> size_{0};

  // Of the tail's thread.
  ChainState working_;
  std::vector<Accepted> batch_;    // accepted and not yet told
  std::optional<RoundMark> mark_;  // of a round among them
  std::chrono::steady_clock::time_point saved_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  ChainState state_;
  std::string fault_;
};

// Whether the ledger has grown beyond what its last round names. `tails` of all shards in order.
bool grew_beyond_round(std::span<Tail* const> tails);

}  // namespace custody
