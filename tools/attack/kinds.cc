// The table of kinds, and how one is planted.
#include <algorithm>

#include "tools/attack/attack.h"
#include "tools/attack/forge.h"

namespace custody {

const std::vector<AttackKind>& attack_kinds() {
  using enum FoundBy;
  constexpr Place kHere = Place::kRecord, kCovering = Place::kCheckpoint;
  static const std::vector<AttackKind> all = {
      {"flip", "one byte of a record is another", false, false, false, kChain, kHere, plant_flip},
      {"remove", "a record is taken out", false, false, false, kChain, kHere, plant_remove},
      {"insert", "a forged record stands before the true one of its number", false, false, false, kChain, kHere,
       plant_insert},
      {"swap", "two neighbours change places", false, false, false, kChain, kHere, plant_swap},
      {"truncate", "the last records of a shard are cut off", false, false, false, kCheckpoint, kCovering,
       plant_truncate},
      {"missing-shard", "a shard other than 0 is empty", false, false, true, kCheckpoint, kCovering,
       plant_missing_shard},
      {"blob-withhold", "the encrypted values of a record are gone", false, false, false, kRule, kHere,
       plant_blob_withhold},
      {"blob-exchange", "two records have each other's encrypted values", false, false, false, kRule, kHere,
       plant_blob_exchange},
      {"signature-flip", "one byte of the newest checkpoint's signature is another", false, false, false, kCheckpoint,
       kHere, plant_signature_flip},
      {"root-flip", "one byte of the root in the newest checkpoint is another", false, false, false, kCheckpoint, kHere,
       plant_root_flip},
      {"other-key", "the newest checkpoint is signed with another key", false, false, false, kCheckpoint, kHere,
       plant_other_key},
      {"relink", "a record names another actor", true, false, false, kCheckpoint, kCovering, plant_relink},
      {"back-date", "a record was sealed before the one before it", true, true, false, kRule, kHere, plant_back_date},
      {"repeat-id", "an event is sealed a second time, in another's place", true, true, false, kRule, kHere,
       plant_repeat_id},
      {"reg-beyond", "a record knows more of shard 0 than there is", true, true, false, kRule, kHere, plant_reg_beyond},
      {"intake-back", "the position in the intake is set back", true, true, false, kRule, kHere, plant_intake_back},
      {"move", "a record stands on another shard than its own", true, true, true, kRule, kHere, plant_move},
      {"round-root", "a round names a root that the shard never had", true, true, true, kRound, kHere,
       plant_round_root},
      {"statement-altered", "a statement that its source attested names another actor", true, true, false, kAttestation,
       kHere, plant_statement_altered, true},
      {"statement-omitted", "in the place of a statement that its source attested stands another's", true, true, false,
       kAttestation, kHere, plant_statement_omitted, true},
      {"roll-back", "all shards end where an older round was closed, with the checkpoints of then", false, false, false,
       kKept, kCovering, plant_roll_back},
      {"old-checkpoint", "behind an older checkpoint, shown as the newest, a record names another actor", true, false,
       false, kKept, kCovering, plant_old_checkpoint},
      {"re-sign", "a record names another actor", true, true, false, kKept, kCovering, plant_relink},
      {"fork", "behind an older checkpoint, which stays, every event names another actor", true, true, false, kKept,
       kCovering, plant_fork},
      {"replace-key", "the ledger has another signing key, and all checkpoints are signed with it", true, false, false,
       kKept, kCovering, plant_replace_key},
  };
  return all;
}

const AttackKind& attack_kind(std::string_view name) {
  for (const AttackKind& kind : attack_kinds())
    if (kind.name == name) return kind;
  throw Error(ErrorCode::kUsage, "there is no attack '" + std::string(name) + "'; `custody attack --list` shows them");
}

std::string_view found_by_text(FoundBy by) {
  switch (by) {
    case FoundBy::kChain:
      return "chain";
    case FoundBy::kRule:
      return "rule";
    case FoundBy::kRound:
      return "round";
    case FoundBy::kCheckpoint:
      return "checkpoint in the log";
    case FoundBy::kAttestation:
      return "attestation of the source";
    case FoundBy::kKept:
      return "checkpoint kept elsewhere";
  }
  throw Error(ErrorCode::kUsage, "found by nothing");
}

Planted plant(LogCopy& log, const AttackKind& kind, uint64_t seed, const SigningKey* operators) {
  if (kind.signs && operators == nullptr)
    throw Error(ErrorCode::kUsage, std::string(kind.name) + " needs the ledger's signing key");
  if (kind.shards && log.shards.size() < 2)
    throw Error(ErrorCode::kNotFound, std::string(kind.name) + " needs a ledger of two shards or more");
  AttackBench bench{log, std::mt19937_64(seed)};
  Planted planted = kind.plant(bench);
  if (kind.signs) sign_again(log, *operators);
  return planted;
}

bool is_event(const Record& record) {
  return !record.statement.source.starts_with("custody:");
}

Ref AttackBench::pick(std::string_view what, const std::function<bool(const Record&)>& fits) {
  std::vector<Ref> found;
  for (uint32_t shard = 0; shard < log.shards.size(); ++shard) {
    const CopiedShard& copied = log.shards[shard];
    const uint64_t end = std::min<uint64_t>(copied.signed_size(), copied.entries.size());
    for (uint64_t seq = 0; seq < end; ++seq)
      if (fits(decode_record(copied.entries[seq].record))) found.push_back({shard, seq});
  }
  if (found.empty())
    throw Error(ErrorCode::kNotFound, "under the checkpoints of this ledger there is no " + std::string(what));
  return found[below(found.size())];
}

Ref AttackBench::pick_event() {
  return pick("event of a source", is_event);
}

uint32_t AttackBench::pick_signed_shard() {
  return pick("record", [](const Record&) { return true; }).shard;
}

Ed25519PrivateKey AttackBench::attackers_key() {
  std::string seed(32, '\0');
  for (char& byte : seed) byte = static_cast<char>(below(256));
  return Ed25519PrivateKey::from_seed(seed);
}

}  // namespace custody
