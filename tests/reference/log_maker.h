// Makes small ledgers in raw form from a seed, whole or with one fault: the raw material of tests/vectors/log.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "ledger/base/crypto.h"
#include "ledger/event/record.h"
#include "ledger/verify/tree.h"
#include "ledger/verify/verifier.h"

namespace custody::maker {

// A record before it is sealed. The strings are owned here; encode() points the statement's views at them.
struct Draft {
  Seal seal;
  Stamp stamp;
  Statement statement;
  std::string type, source, source_id, actor = "person:ada", body, blob, principal = "person:ada";
  std::string bytes();
};

// The body of a sealer.started. kIntake is the intake of every term that the maker begins.
inline constexpr char kIntake = 7;
std::string started_body(uint64_t term, char intake, uint64_t from);
// Of a round's draft: the time in its body is that of its seal again.
void close_when_sealed(Draft& draft);

struct Entry {
  uint32_t shard;
  std::string record;
  std::string blob;
};

struct Log {
  std::string descriptor;
  std::vector<CheckpointNote> notes;
  std::vector<Entry> entries;
  // The stream position of record `seq` of `shard`.
  size_t at(uint32_t shard, uint64_t seq) const;
  std::string raw() const;
};

struct Plan {
  uint64_t seed = 1;
  uint32_t shards = 1;
  int events = 7;
  int round_every = 3;                      // events
  bool checkpoint_at_end = false;           // else at the last round
  bool governed = false;                    // two founders, else a trial ledger
  int step_after = -1;                      // the event after which a clock.stepped stands on shard 0
  std::function<void(Draft&)> before_seal;  // may change anything; the chain is then built over it
};
Log make(const Plan& plan);

std::string sign_note(const Ed25519PrivateKey& key, const std::string& origin, uint64_t size, const Digest& root);
Ed25519PrivateKey signer();

struct Case {
  std::string name;
  std::string kind;  // of the first fault; empty: none
  Ref place;
  std::function<std::string()> raw;
  bool golden = true;  // kept as a file
};
std::vector<Case> cases();

}  // namespace custody::maker
