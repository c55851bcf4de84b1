// Has shard 0's checkpoints vouched for: submits what the round keeper signs to the witnesses of a policy (C2SP
// tlog-witness), and keeps the notes that they have cosigned in the log; and once a minute has
// one of them stamped by an authority for time (RFC 3161), in the same note.
//
// One thread of its own, with an inbox: nothing waits for it. A note that has its quorum is never changed again, so its
// hash, which the next rounds name as their anchor, stands for it. What a witness says counts only where it is signed.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "ledger/log/log.h"
#include "ledger/seal/rounds.h"
#include "ledger/seal/tree_keeper.h"
#include "tools/vouch/outbox.h"
#include "tools/vouch/stamping.h"
#include "tools/vouch/witness_plan.h"

namespace custody {

struct WitnessingOptions {
  Policy policy;                 // without witnesses: none is asked
  std::string time_url;          // of an authority for time stamps; empty = none
  std::string time_authorities;  // PEM: who vouches for that one
  WitnessPace pace;
  Outbox::Limits limits;
  std::function<void(const std::string&)> warn;  // of a witness's trouble, when it changes; from the thread
};

// The newest checkpoint of shard 0 that has its quorum.
struct WitnessedCheckpoint {
  uint64_t round = 0;
  uint64_t size = 0;
  uint64_t time_s = 0;  // when the quorum had seen it; 0 = none was asked for
  std::string note;
};

struct WitnessingStatus {
  std::vector<WitnessState> witnesses;  // as the policy has them
  std::optional<WitnessedCheckpoint> newest;
  std::chrono::milliseconds lacking{0};   // since a checkpoint lacks its quorum; 0 = none does
  std::string trouble;                    // of our own: the log or the tree cannot be read now
  std::optional<StampingState> stamping;  // where an authority is asked
};

class Witnessing : public CheckpointListener {
 public:
  // Error kUsage for a policy by which this ledger cannot be witnessed: another log's, no witness, or one without an
  // address.
  static void check(const Policy& policy, const Descriptor& descriptor);

  // `log`, the keeper of shard 0's tree and the round keeper outlive it; add it to the latter before its start.
  Witnessing(Log& log, TreeKeeper& tree, RoundKeeper& rounds, WitnessingOptions options);
  ~Witnessing() override;
  void start();
  void stop();

  // From any thread; never waits.
  WitnessingStatus status() const;

  void on_signed(uint64_t round, const SignedCheckpoint& checkpoint) override;

 private:
  void step();
  void remember();
  void keep_finished(WitnessPlan::Time now);
  void send(const WitnessPlan::Errand& errand);
  void answered(const WitnessPlan::Errand& errand, const OutsideReply& reply);
  void ask_for_time(WitnessPlan::Time now);
  void warn_of_changes();
  void keep(const WitnessPlan::Outcome& outcome);
  void announce(const WitnessedCheckpoint& newest);
  void publish();

  Log& log_;
  TreeKeeper& tree_;
  RoundKeeper& rounds_;
  WitnessingOptions options_;
  std::thread thread_;

  // Of the thread.
  Outbox outbox_;
  WitnessPlan plan_;
  std::optional<Stamping> stamping_;
  bool remembered_ = false;
  std::optional<WitnessPlan::Outcome> unkept_;  // as long as the log cannot take it
  std::string trouble_;
  std::vector<std::string> told_;  // the trouble of each witness, and of the authority, that was warned of last

  mutable std::mutex mutex_;
  WitnessingStatus status_;
  std::optional<WitnessPlan::Time> lacking_since_;
};

}  // namespace custody
