// What GET /v1/status says, and how it is made from a node.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/codec/json.h"
#include "tools/api/log_facts.h"
#include "tools/node/node.h"

namespace custody {

struct LedgerStatus {
  std::string id, name, origin, mode, log;
  Instant created_at;
  bool replicated = false;
  uint32_t shards = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("id", id), field("name", name), field("origin", origin), field("created_at", created_at),
       field("mode", mode), field("log", log), field("replicated", replicated), field("shards", shards));
  }
};

struct RoundStatus {
  uint64_t round = 0;
  std::optional<Instant> closed_at;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("round", round), field("closed_at", closed_at));
  }
};

struct ShardLine {
  uint32_t shard = 0;
  uint64_t size = 0;
  std::string head, root;
  uint64_t intake = 0, sealer_lag = 0, projected = 0, projector_lag = 0;
  std::optional<Instant> sealed_at;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("shard", shard), field("size", size), field("head", head), field("root", root), field("intake", intake),
       field("sealer_lag", sealer_lag), field("projected", projected), field("projector_lag", projector_lag),
       field("sealed_at", sealed_at));
  }
};

struct PartStatus {
  bool ready = false;
  std::string reason;
  std::optional<uint64_t> records_total;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("ready", ready), field("reason", as_str16(reason)), field("records_total", records_total));
  }
};

struct CheckpointStatus {
  uint32_t shard = 0;
  uint64_t size = 0;
  std::string root;
  bool witnessed = false;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("shard", shard), field("size", size), field("root", root), field("witnessed", witnessed));
  }
};

struct WitnessFailureCount {
  std::string kind;
  uint64_t count = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("kind", kind), field("count", count));
  }
};

struct WitnessLine {
  std::string name, key, owner, url;
  uint64_t size = 0;  // of shard 0 that it has cosigned last, as far as known
  std::optional<uint64_t> round;
  std::optional<Instant> at;  // by its own clock
  std::string trouble;
  bool contradicts = false;
  std::vector<WitnessFailureCount> failures;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("name", name), field("key", key), field("owner", owner), field("url", url), field("size", size),
       field("round", round), field("at", at), field("trouble", trouble), field("contradicts", contradicts),
       field("failures", failures));
  }
};

// What this process submits to witnesses.
struct WitnessingLine {
  std::string quorum;             // its name
  std::optional<uint64_t> round;  // the newest that has it
  std::optional<uint64_t> size;   // of shard 0
  std::optional<Instant> at;      // when the quorum had seen it
  uint64_t lacking_s = 0;         // for which something signed lacks it; 0 = nothing does
  std::string trouble;            // why nothing can be submitted now
  std::vector<WitnessLine> witnesses;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("quorum", quorum), field("round", round), field("size", size), field("at", at),
       field("lacking_s", lacking_s), field("trouble", trouble), field("witnesses", witnesses));
  }
};

// Of the authority for time stamps that this process asks.
struct TimeAuthorityLine {
  std::string authority;
  std::optional<Instant> stamped;  // the last time stamp: made by then
  std::string trouble;
  std::vector<WitnessFailureCount> failures;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("authority", authority), field("stamped", stamped), field("trouble", trouble),
       field("failures", failures));
  }
};

// Of the last `custody verify` on this data folder.
struct VerificationStatus {
  Instant at;
  uint64_t records = 0, faults = 0;
  RoundStatus position;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("at", at), field("records", records), field("faults", faults), field("position", position));
  }
};

struct Status {
  LedgerStatus ledger;
  RoundStatus round;
  std::vector<ShardLine> shards;
  PartStatus sealer, projector;
  std::optional<CheckpointStatus> checkpoint;
  std::optional<WitnessingLine> witnessing;
  std::optional<TimeAuthorityLine> time_authority;
  std::optional<VerificationStatus> verification;
  std::vector<std::string> notices;
  uint64_t uptime_s = 0;
  std::string version;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("ledger", ledger), field("round", round), field("shards", shards), field("sealer", sealer),
       field("projector", projector), field("checkpoint", checkpoint), field("witnessing", witnessing),
       field("time_authority", time_authority), field("verification", verification), field("notices", notices),
       field("uptime_s", uptime_s), field("version", version));
  }
};

// What status_of has a LogFacts ask. kUnavailable at once while the log is known to be in trouble.
LogFacts::Known ask_log(Node& node);
// Waits for the log for half a second at most.
Status status_of(Node& node, LogFacts& facts, int64_t started_us);

// The result of a verification, kept in the data folder for the status page.
void save_verification(const Home& home, const VerificationStatus& verification);

}  // namespace custody
