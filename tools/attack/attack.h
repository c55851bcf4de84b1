// Attacks on a ledger: each changes a copy of a log in one way, as somebody who can write to it would.
//
// The table says what gives an attack away. tests/unit/attack holds it to that in seeded trials, and docs/attacks.md is
// written from them.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/crypto.h"
#include "ledger/event/record.h"
#include "tools/attack/log_copy.h"

namespace custody {

// What convicts.
enum class FoundBy : uint8_t {
  kChain,        // the record, or the one behind it that names its hash
  kRule,         // a rule of docs/formats/log.md that the record breaks
  kRound,        // a round that names another root
  kCheckpoint,   // a signed checkpoint in the log itself
  kAttestation,  // a source's signed word on what it stated
  kKept,         // only a checkpoint that somebody kept elsewhere: verify alone finds nothing
};
std::string_view found_by_text(FoundBy by);

// Where the verifier places it.
enum class Place : uint8_t {
  kRecord,      // where it was planted, or at the record or size right behind
  kCheckpoint,  // at the first checkpoint held that covers it: between that and the one before
};

struct Planted {
  Ref at;            // the record; of what was cut off its first
  std::string what;  // one sentence
};

struct AttackBench;
struct AttackKind {
  std::string_view name;
  std::string_view does;
  bool rehashes;  // makes all hashes anew, so that no chain breaks
  bool signs;     // has the operator's key, and signs all checkpoints anew
  bool shards;    // needs more than one
  FoundBy found_by;
  Place place;
  Planted (*plant)(AttackBench&);
  bool attested = false;  // needs a source that attests what it stated
};
const std::vector<AttackKind>& attack_kinds();
const AttackKind& attack_kind(std::string_view name);  // kUsage

// Changes `log`. `operators` may be null unless the kind signs. Same log, kind and seed: same attack. Error kNotFound
// where the log has nothing that this kind could be done to.
Planted plant(LogCopy& log, const AttackKind& kind, uint64_t seed, const SigningKey* operators);

// What a kind's function works with.
struct AttackBench {
  LogCopy& log;
  std::mt19937_64 random;

  uint64_t below(uint64_t end) { return random() % end; }
  std::string& record(Ref at) { return log.shards[at.shard].entries[at.seq].record; }
  std::string& blob(Ref at) { return log.shards[at.shard].entries[at.seq].blob; }
  // One of the records under the newest checkpoint of their shard that fit; what follows that nobody vouches for.
  Ref pick(std::string_view what, const std::function<bool(const Record&)>& fits);
  // One that a source stated, not the ledger itself.
  Ref pick_event();
  uint32_t pick_signed_shard();       // one that has a checkpoint
  Ed25519PrivateKey attackers_key();  // one that is not the operator's
};
bool is_event(const Record& record);

// kinds_plain.cc: on the bytes alone.
Planted plant_flip(AttackBench&);
Planted plant_remove(AttackBench&);
Planted plant_insert(AttackBench&);
Planted plant_swap(AttackBench&);
Planted plant_truncate(AttackBench&);
Planted plant_missing_shard(AttackBench&);
Planted plant_blob_withhold(AttackBench&);
Planted plant_blob_exchange(AttackBench&);
Planted plant_signature_flip(AttackBench&);
Planted plant_root_flip(AttackBench&);
Planted plant_other_key(AttackBench&);
Planted plant_roll_back(AttackBench&);

// kinds_gateway.cc
Planted plant_statement_altered(AttackBench&);
Planted plant_statement_omitted(AttackBench&);

// kinds_forged.cc: what is hashed, and where the kind says so signed, anew.
Planted plant_relink(AttackBench&);
Planted plant_old_checkpoint(AttackBench&);
Planted plant_fork(AttackBench&);
Planted plant_back_date(AttackBench&);
Planted plant_repeat_id(AttackBench&);
Planted plant_reg_beyond(AttackBench&);
Planted plant_intake_back(AttackBench&);
Planted plant_move(AttackBench&);
Planted plant_round_root(AttackBench&);
Planted plant_replace_key(AttackBench&);

}  // namespace custody
