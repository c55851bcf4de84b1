// Whether a shard's tree had the roots that others say it had: rounds on shard 0, signed checkpoints, the head saved by
// the last verification.
//
// Rounds name the sizes of other shards, and these are read at their own speed. So such a shard's tree lags: leaves
// wait (in memory, then in a temporary file) until a round has said at which size it is to be looked at.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "ledger/verify/fault_list.h"
#include "ledger/verify/spool.h"
#include "ledger/verify/tree.h"

namespace custody {

// "The first `size` records have this root."
struct RootClaim {
  enum Source : uint8_t { kRound, kCheckpoint, kSaved };
  uint64_t size = 0;
  uint64_t round_seq = 0;  // kRound: where the round stands on shard 0
  Digest root{};
  Digest head{};  // kSaved: leaf of record size - 1
  Source source = kRound;
  uint32_t note = 0;  // kCheckpoint: which of the shard's notes says so
};

class RootCheck {
 public:
  // `lags`: rounds will make claims (every shard but 0). `start` = SHA-256(descriptor), the head of an empty shard.
  RootCheck(uint32_t shard, bool lags, const Digest& start, const std::string& temp_folder, FaultList& faults);

  // A claim known from the beginning; before the first append().
  void expect(const RootClaim& claim);
  // A round's claim, in the order of rounds, sizes never falling. From any one thread.
  void claim(const RootClaim& claim);
  uint64_t claimed_size() const { return claimed_size_; }
  void append(const Digest& leaf, uint64_t reg);
  // Whether the signature of a checkpoint holds, `reg` being that of the last record it covers; one that does not says
  // nothing. Asked when everything is known, so in finish().
  using Holds = std::function<bool(const RootClaim& checkpoint, uint64_t reg)>;
  // Everything was appended and claimed. What is claimed beyond is a fault, unless the shard's reading was cut off.
  void finish(bool cut_off, const Holds& holds);

  Digest root() const { return tree_.root(); }
  uint64_t good_size() const { return good_size_; }  // largest size confirmed before any was refuted
  bool refuted() const { return refuted_; }
  uint64_t signed_size() const { return signed_size_; }
  uint64_t checkpoints() const { return checkpoints_; }  // confirmed
  bool extends_saved() const { return extends_saved_; }

 private:
  void settle();
  void grow(uint64_t size);
  struct Leaf {
    Digest digest;
    uint64_t reg;  // of its record
  };
  void put(const Leaf& leaf);
  void judge_known();
  void judge(const RootClaim& claim);
  void refute(const RootClaim& claim, FaultKind kind, std::string expected, std::string found);
  void out_of_reach(const RootClaim& claim);
  // A checkpoint, and what the records say at its size.
  struct Met {
    RootClaim claim;
    Digest root;
    uint64_t reg;
    uint64_t good_size;
    bool refuted;
  };
  void judge_checkpoints(const Holds& holds);

  const uint32_t shard_;
  const bool lags_;
  FaultList& faults_;
  VerifierTree tree_;
  Leaf tree_head_;       // that went into the tree last
  Spool<Leaf> waiting_;  // accepted, not yet in the tree
  uint64_t appended_ = 0;
  std::vector<RootClaim> known_;  // ascending by size
  size_t next_known_ = 0;
  std::mutex mutex_;
  Spool<RootClaim> claims_;  // guarded by mutex_
  std::atomic<uint64_t> claimed_size_{0};
  uint64_t good_size_ = 0;
  bool refuted_ = false;
  uint64_t signed_size_ = 0;
  uint64_t checkpoints_ = 0;
  bool extends_saved_ = false;
  bool saved_refuted_ = false;
  std::vector<Met> met_;  // ascending by size
};

}  // namespace custody
