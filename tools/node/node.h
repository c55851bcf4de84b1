// A running ledger: the pieces of ledger/ and projections/ put together over one data folder. `custody serve` runs one,
// and so does a command that finds no service on its data folder.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/base/file.h"
#include "ledger/gateway/gateway.h"
#include "ledger/keys/keyring.h"
#include "ledger/log/kafka_log.h"
#include "ledger/log/log.h"
#include "ledger/proof/policy.h"
#include "ledger/seal/rounds.h"
#include "ledger/seal/shard_sealer.h"
#include "ledger/seal/tree_keeper.h"
#include "projections/attester.h"
#include "tools/node/home.h"

namespace custody {

inline constexpr std::string_view kVersion = "0.1.0";

// Which parts run here. The keyring goes with the gateway.
enum class Role { kGateway, kSealer, kProjector };

class Witnessing;
struct WitnessingStatus;

// By whom checkpoints of shard 0 are to be vouched for.
struct WitnessConfig {
  std::optional<Policy> policy;        // of witnesses, in force; none = none is asked, and nothing is said of it
  std::string time_url;                // of an authority for time stamps; empty = none
  std::string time_authorities;        // PEM: who vouches for that one
  bool submit = false;                 // by this process, where it runs the sealer
  std::chrono::milliseconds limit{0};  // without a quorum, until it is not ready; 0 = it stays ready
  std::function<void(const std::string&)> warn;  // of a witness's trouble, as it comes and goes
};

struct NodeConfig {
  Home home;
  std::optional<KafkaLogConfig> kafka;  // none = the embedded log in the data folder
  NewLedger create;                     // what to make where there is nothing yet
  std::set<Role> roles{Role::kGateway, Role::kSealer, Role::kProjector};
  RoundOptions rounds;
  WitnessConfig witnesses;
  AttesterOptions attest;
  bool signer_may_be_lost = false;  // seals on without one: for the last records of a ledger that another succeeds
};

struct ShardStatus {
  uint32_t shard = 0;
  ChainState chain;
  std::string tail_fault;
  SealerStatus sealer;
  std::optional<ShardProgress> projector;
};

class Node {
 public:
  // Takes the folder's lock (kConflict names the process that has it) and opens everything; makes a ledger where there
  // is none, and says so through `notice`.
  static std::unique_ptr<Node> open(NodeConfig config, const std::function<void(const std::string&)>& notice);
  ~Node();

  void start();
  // Takes no more events, lets the sealers end their batch, closes. Everything acknowledged is safe at any time anyway.
  void stop();
  void refuse_events() { draining_ = true; }
  bool stopping() const { return draining_; }

  const Descriptor& descriptor() const { return log_->descriptor(); }
  const NodeConfig& config() const { return config_; }
  bool has(Role role) const { return config_.roles.contains(role); }
  Log& log() { return *log_; }
  Keyring& keyring();
  Gateway& gateway();      // kUnavailable where this process has no such role
  Projector& projector();  // likewise
  Attester& attester();    // with the projector
  const std::vector<Tail*>& tails() const { return tail_list_; }
  TreeKeeper& tree(uint32_t shard) { return *trees_.at(shard); }

  // What is submitted to witnesses, where this process does that.
  std::optional<WitnessingStatus> witnessing() const;
  // The newest checkpoint of shard 0 that this process has had witnessed; nullopt where it may not be the newest.
  std::optional<std::string> witnessed_note() const;

  std::vector<ShardStatus> shards() const;
  // Why this process cannot do its part now; empty = ready. A sealer that stands by is.
  std::string not_ready() const;
  // Why it is not ready although it does its part: without the quorum of its witnesses for longer than allowed.
  std::string unwitnessed() const;
  // As not_ready, once every part has begun: its first words would only be that it is starting.
  std::string not_ready_after_start(std::chrono::milliseconds patience) const;
  // What every reader must be told: open mode, not replicated, unwitnessed.
  std::vector<std::string> notices() const;

 private:
  explicit Node(NodeConfig config) : config_(std::move(config)) {}
  void open_log(const std::function<void(const std::string&)>& notice);
  void open_keyring();
  void open_parts();
  void open_witnessing();
  void put_witness_notices(std::vector<std::string>& out) const;
  FindKey find_keys() const;

  NodeConfig config_;
  std::optional<ProcessLock> lock_;
  std::unique_ptr<Log> log_;
  std::optional<Keyring> keyring_;
  Receipts receipts_;
  std::vector<std::unique_ptr<Tail>> tails_;
  std::vector<Tail*> tail_list_;
  std::vector<std::unique_ptr<TreeKeeper>> trees_;
  std::vector<std::unique_ptr<ShardSealer>> sealers_;
  std::unique_ptr<RoundKeeper> rounds_;
  std::shared_ptr<Witnessing> witnessing_;  // whose header few need
  std::unique_ptr<Projector> projector_;
  std::unique_ptr<Attester> attester_;
  std::unique_ptr<Gateway> gateway_;
  std::atomic<bool> draining_{false};
  bool started_ = false;
};

}  // namespace custody
