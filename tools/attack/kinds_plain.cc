// Attacks by somebody who can write to the log's files and makes nothing anew.
#include <algorithm>

#include "ledger/codec/json.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/event/body.h"
#include "ledger/proof/checkpoint.h"
#include "tools/attack/attack.h"
#include "tools/attack/forge.h"

namespace custody {
namespace {

bool any(const Record&) {
  return true;
}

char other_byte(AttackBench& bench, char byte) {
  return static_cast<char>(byte ^ static_cast<char>(1 + bench.below(255)));
}

ptrdiff_t offset(uint64_t seq) {
  return static_cast<ptrdiff_t>(seq);
}

void cut(CopiedShard& shard, uint64_t size) {
  shard.entries.resize(std::min<uint64_t>(size, shard.entries.size()));
}

bool has_blob(const Record& record) {
  return !is_zero(record.stamp.blob);
}

// The newest checkpoint of a shard that has one.
struct NewestNote {
  Ref at;  // its size
  std::string* note;
};
NewestNote newest_note(AttackBench& bench) {
  const uint32_t number = bench.pick_signed_shard();
  CopiedShard& shard = bench.log.shards[number];
  return {{number, shard.signed_size()}, &shard.notes.rbegin()->second};
}

}  // namespace

Planted plant_flip(AttackBench& bench) {
  const Ref at = bench.pick("record", any);
  std::string& record = bench.record(at);
  const uint64_t byte = bench.below(record.size());
  record[byte] = other_byte(bench, record[byte]);
  return {at, "byte " + std::to_string(byte) + " was changed"};
}

Planted plant_remove(AttackBench& bench) {
  const Ref at = bench.pick("record", any);
  auto& entries = bench.log.shards[at.shard].entries;
  entries.erase(entries.begin() + offset(at.seq));
  return {at, "the record was taken out"};
}

Planted plant_insert(AttackBench& bench) {
  const Ref at = bench.pick_event();
  auto& entries = bench.log.shards[at.shard].entries;
  CopiedEntry forged = entries[at.seq];
  forged.record = changed(forged.record, [](Record& parts) { parts.statement.actor = "person:nobody"; });
  entries.insert(entries.begin() + offset(at.seq), forged);
  return {at, "a forged record was put before this one, under its number"};
}

Planted plant_swap(AttackBench& bench) {
  const Ref at = bench.pick("record with another behind it", [&](const Record& record) {
    return record.seal.seq + 1 < bench.log.shards[record.seal.shard].entries.size();
  });
  std::swap(bench.log.shards[at.shard].entries[at.seq], bench.log.shards[at.shard].entries[at.seq + 1]);
  return {at, "the record and the one behind it changed places"};
}

Planted plant_truncate(AttackBench& bench) {
  const Ref at = bench.pick("record", any);
  cut(bench.log.shards[at.shard], at.seq);
  return {at, "the shard was cut off before this record"};
}

Planted plant_missing_shard(AttackBench& bench) {
  const Ref at = bench.pick("record on a shard other than 0",
                            [](const Record& record) { return record.seal.shard > 0 && record.seal.seq == 0; });
  cut(bench.log.shards[at.shard], 0);
  return {at, "the shard was emptied"};
}

Planted plant_blob_withhold(AttackBench& bench) {
  const Ref at = bench.pick("record with values", has_blob);
  bench.blob(at).clear();
  return {at, "the encrypted values were taken away"};
}

Planted plant_blob_exchange(AttackBench& bench) {
  const Ref at = bench.pick("record with values", has_blob);
  const Ref other = bench.pick("second record with values", [&](const Record& record) {
    return has_blob(record) && bench.blob(record.ref()) != bench.blob(at);
  });
  std::swap(bench.blob(at), bench.blob(other));
  const auto [first, second] = std::minmax(at, other);
  return {first, "the encrypted values were exchanged with those of " + to_text(second)};
}

Planted plant_signature_flip(AttackBench& bench) {
  const auto [at, note] = newest_note(bench);
  const size_t begin = note->rfind(' ') + 1;
  std::string signature = from_base64(note->substr(begin, note->size() - 1 - begin));
  char& byte = signature[signature.size() - 1 - bench.below(64)];  // behind the key's id stand 64
  byte = other_byte(bench, byte);
  note->replace(begin, note->size() - 1 - begin, to_base64(signature));
  return {at, "one byte of the checkpoint's signature was changed"};
}

Planted plant_root_flip(AttackBench& bench) {
  const auto [at, note] = newest_note(bench);
  Checkpoint checkpoint = checkpoint_of(parse_note(*note));
  const size_t body = checkpoint_body(checkpoint).size();
  checkpoint.root[bench.below(checkpoint.root.size())] ^= static_cast<uint8_t>(1 + bench.below(255));
  note->replace(0, body, checkpoint_body(checkpoint));
  return {at, "one byte of the checkpoint's root was changed"};
}

Planted plant_other_key(AttackBench& bench) {
  const auto [at, note] = newest_note(bench);
  *note = sign_checkpoint(checkpoint_of(parse_note(*note)), bench.attackers_key());
  return {at, "the checkpoint was signed with another key"};
}

Planted plant_roll_back(AttackBench& bench) {
  // A round behind which something was signed, and all that it names.
  LogCopy& log = bench.log;
  const Ref at = bench.pick("older round", [&](const Record& record) {
    return record.statement.type == LedgerRound::kType && record.seal.seq + 1 < log.shards[0].signed_size();
  });
  const std::string round_record = bench.record(at);
  const auto round = decode_body<LedgerRound>(decode_record(round_record).statement.body);
  cut(log.shards[0], at.seq + 1);
  for (const RoundShard& named : round.shards) cut(log.shards[named.shard], named.size);
  for (CopiedShard& shard : log.shards)
    shard.notes.erase(shard.notes.upper_bound(shard.entries.size()), shard.notes.end());
  return {{0, at.seq + 1}, "the ledger was taken back to round " + std::to_string(round.round)};
}

}  // namespace custody
