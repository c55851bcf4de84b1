// Closes rounds: has a ledger.round record sealed on shard 0 whenever the ledger grew (or stood idle for long), and
// once it has been read back, signs a checkpoint of every shard at the sizes the round names.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ledger/event/bodies_ledger.h"
#include "ledger/log/log.h"
#include "ledger/seal/shard_sealer.h"
#include "ledger/seal/signer.h"
#include "ledger/seal/tail.h"

namespace custody {

struct RoundOptions {
  std::chrono::milliseconds interval{250};  // while there is growth
  std::chrono::milliseconds idle{60'000};   // without
};

// A round that the sealer was given.
struct MadeRound {
  uint64_t round = 0;
  uint64_t size = 0;              // of shard 0 with it
  uint64_t term = 0;              // of the sealer
  std::vector<ShardTree> others;  // shards 1 ... N-1
  struct Consumed {
    ByteArray<16> intake_id{};
    uint64_t position = 0;
  };
  std::vector<Consumed> intake;  // of these, what their tails had reached
};

// What is told of the checkpoint that was signed with a round, once it is in the log.
class CheckpointListener {
 public:
  virtual ~CheckpointListener() = default;
  // In the round keeper's thread, of shard 0, in order. Must not block.
  virtual void on_signed(uint64_t round, const SignedCheckpoint& checkpoint) = 0;
};

class RoundKeeper : public TailListener {
 public:
  // `tails` of all shards in order, `registry` the sealer of shard 0; all outlive it. Add it to the tail of shard 0.
  RoundKeeper(Log& log, std::vector<Tail*> tails, ShardSealer& registry, Signer signer, RoundOptions options);
  ~RoundKeeper() override;

  // Before start; it outlives stop.
  void add(CheckpointListener& listener) { listeners_.push_back(&listener); }
  // Rounds name it from now on, unless they know a later one. From any thread.
  void set_anchor(const RoundAnchor& anchor);

  void start();
  // Closes and signs a last round where the ledger grew, so stop it before the sealer and the tails.
  void stop();
  // Why checkpoints cannot be signed; empty when they can.
  std::string fault() const;

  void on_accepted(uint32_t, std::span<const Accepted>) override {}
  void on_round(const RoundMark& mark) override;

 private:
  void run();
  void close_last(std::unique_lock<std::mutex>& lock);
  void sign_waiting(std::unique_lock<std::mutex>& lock);
  bool due(std::chrono::steady_clock::time_point now);
  bool caught_up() const;
  bool may_ask() const;
  bool in_sight() const;
  bool covers_last_round() const;
  void ask();
  std::string make(Ref at, uint64_t registry, int64_t now_us);
  void sign(const RoundMark& mark, const MadeRound& round);
  void check_first(const ShardTree& tree);
  void trim(uint32_t shard, const MadeRound::Consumed& consumed);

  Log& log_;
  std::vector<Tail*> tails_;
  ShardSealer& registry_;
  Signer signer_;
  RoundOptions options_;
  std::vector<CheckpointListener*> listeners_;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool asked_ = false;             // and not made yet
  std::optional<MadeRound> made_;  // and not seen yet
  std::vector<std::pair<RoundMark, MadeRound>> to_sign_;
  std::string fault_;
  std::optional<RoundAnchor> anchor_;
  bool owed_ = true;  // whether the ledger grew or not: the first of a start, or one that was lost
  std::chrono::steady_clock::time_point last_;
  std::set<uint32_t> extended_;  // shards that hold what was signed before this start; of the keeper's thread
};

}  // namespace custody
