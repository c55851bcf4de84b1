// Attacks by somebody who makes all hashes anew, so that no chain breaks; most of them with the operator's key.
#include <algorithm>

#include "ledger/event/bodies_ledger.h"
#include "ledger/event/body.h"
#include "tools/attack/attack.h"
#include "tools/attack/forge.h"

namespace custody {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr uint64_t kSecondsOfADay = 86'400;

void name_another_actor(AttackBench& bench, Ref at) {
  std::string actor = "person:";
  for (int i = 0; i < 8; ++i) actor += static_cast<char>('a' + bench.below(26));
  bench.record(at) = changed(bench.record(at), [&](Record& parts) { parts.statement.actor = actor; });
}

// An event behind the oldest checkpoint of its shard.
Ref pick_behind_a_checkpoint(AttackBench& bench) {
  return bench.pick("event behind an older checkpoint", [&](const Record& record) {
    const auto& notes = bench.log.shards[record.seal.shard].notes;
    return is_event(record) && record.seal.seq >= notes.begin()->first;
  });
}

bool steps_clock(const Record& record) {
  return record.statement.type == "clock.stepped";
}

// Where sealed_at may fall, none of these is excused.
bool may_not_fall(const LogCopy& log, const Record& record, bool stepped) {
  if (!is_event(record) || record.seal.seq == 0) return false;
  if (!stepped) return true;
  return record.seal.shard == 0 && !steps_clock(decode_record(log.shards[0].entries[record.seal.seq - 1].record));
}

// Every record of a shard one place further to the front.
void renumber(CopiedShard& shard, uint64_t from) {
  for (uint64_t seq = from; seq < shard.entries.size(); ++seq)
    shard.entries[seq].record = changed(shard.entries[seq].record, [&, kept = std::string()](Record& parts) mutable {
      // What the sealer makes is named after its place.
      const std::string before = std::string(parts.statement.type) + ":" + to_text(parts.ref());
      parts.seal.seq = seq;
      if (parts.statement.source_id != before) return;
      kept = std::string(parts.statement.type) + ":" + to_text(parts.ref());
      parts.statement.source_id = kept;
      parts.statement.id = make_event_id(parts.statement.source, kept, parts.statement.time.us);
    });
}

void count_one_less(LogCopy& log, Ref gone) {
  for (CopiedEntry& entry : log.shards[0].entries) {
    const Record record = decode_record(entry.record);
    if (record.statement.type != LedgerRound::kType) continue;
    auto round = decode_body<LedgerRound>(record.statement.body);
    for (RoundShard& named : round.shards)
      if (named.shard == gone.shard && named.size > gone.seq) --named.size;
    const std::string body = encode_body(round);
    entry.record = changed(entry.record, [&](Record& parts) { parts.statement.body = body; });
  }
}

}  // namespace

Planted plant_relink(AttackBench& bench) {
  const Ref at = bench.pick_event();
  name_another_actor(bench, at);
  reseal(bench.log);
  return {at, "the record names another actor, and all hashes behind it were made anew"};
}

Planted plant_old_checkpoint(AttackBench& bench) {
  const Ref at = pick_behind_a_checkpoint(bench);
  name_another_actor(bench, at);
  reseal(bench.log);
  drop_refuted_notes(bench.log);
  return {at, "the record names another actor, and an older checkpoint is shown as the newest"};
}

Planted plant_fork(AttackBench& bench) {
  const Ref at = pick_behind_a_checkpoint(bench);
  const uint64_t end = bench.log.shards[at.shard].entries.size();
  for (Ref next = at; next.seq < end; ++next.seq)
    if (is_event(decode_record(bench.record(next)))) name_another_actor(bench, next);
  reseal(bench.log);
  return {at, "from this record on every event of the shard names another actor"};
}

Planted plant_back_date(AttackBench& bench) {
  const auto& registry = bench.log.shards[0].entries;
  const bool stepped =
      std::ranges::any_of(registry, [](const CopiedEntry& entry) { return steps_clock(decode_record(entry.record)); });
  const Ref at = bench.pick("event behind another record",
                            [&](const Record& record) { return may_not_fall(bench.log, record, stepped); });
  const int64_t before = decode_seal(bench.record({at.shard, at.seq - 1})).sealed_at_us;
  const auto seconds = static_cast<int64_t>(1 + bench.below(kSecondsOfADay));
  bench.record(at) =
      changed(bench.record(at), [&](Record& parts) { parts.seal.sealed_at_us = before - seconds * kSecond; });
  reseal(bench.log);
  return {at, "it was sealed " + std::to_string(seconds) + " s before the record before it"};
}

Planted plant_repeat_id(AttackBench& bench) {
  // The first event of each shard has none before it that could be repeated.
  std::vector<uint64_t> first(bench.log.shards.size(), UINT64_MAX);
  const Ref at = bench.pick("second event of a shard", [&](const Record& record) {
    if (!is_event(record) || steps_clock(record)) return false;
    uint64_t& seen = first[record.seal.shard];
    if (seen != UINT64_MAX) return true;
    seen = record.seal.seq;
    return false;
  });
  const Ref repeated{at.shard, first[at.shard]};
  bench.blob(at) = bench.blob(repeated);
  const Seal seal = decode_seal(bench.record(at));
  bench.record(at) = encode_record(seal, bench.record(repeated).substr(kSealBytes));
  reseal(bench.log);
  return {at, "the event of " + to_text(repeated) + " stands here again"};
}

Planted plant_reg_beyond(AttackBench& bench) {
  const uint64_t reg = bench.log.shards[0].entries.size() + 1 + bench.below(1000);
  const Ref at = bench.pick_event();
  bench.record(at) = changed(bench.record(at), [&](Record& parts) { parts.seal.reg = reg; });
  reseal(bench.log);
  return {at, "its reg is " + std::to_string(reg)};
}

Planted plant_intake_back(AttackBench& bench) {
  const auto intake_before = [&](Ref at) { return decode_seal(bench.record({at.shard, at.seq - 1})).intake; };
  const Ref at = bench.pick("event behind another", [&](const Record& record) {
    return is_event(record) && record.seal.seq > 0 && intake_before(record.ref()) > 0;
  });
  const uint64_t intake = bench.below(intake_before(at));
  bench.record(at) = changed(bench.record(at), [&](Record& parts) { parts.seal.intake = intake; });
  reseal(bench.log);
  return {at, "its position in the intake is " + std::to_string(intake)};
}

Planted plant_move(AttackBench& bench) {
  // Not from shard 0: what others know of it would have to be told anew.
  LogCopy& log = bench.log;
  const Ref from = bench.pick("event on a shard other than 0",
                              [](const Record& record) { return is_event(record) && record.seal.shard > 0; });
  const auto shards = static_cast<uint32_t>(log.shards.size());
  const uint32_t to = (from.shard + 1 + static_cast<uint32_t>(bench.below(shards - 1))) % shards;
  CopiedShard& left = log.shards[from.shard];
  CopiedShard& joined = log.shards[to];
  if (joined.entries.empty()) throw Error(ErrorCode::kNotFound, "shard " + std::to_string(to) + " is empty");
  CopiedEntry moved = left.entries[from.seq];
  left.entries.erase(left.entries.begin() + static_cast<ptrdiff_t>(from.seq));
  renumber(left, from.seq);
  count_one_less(log, from);
  const Seal last = decode_seal(joined.entries.back().record);
  const Ref at{to, joined.entries.size()};
  moved.record = changed(moved.record, [&](Record& parts) {
    parts.seal.shard = at.shard;
    parts.seal.seq = at.seq;
    parts.seal.sealed_at_us = std::max(parts.seal.sealed_at_us, last.sealed_at_us);
    parts.seal.reg = at.shard == 0 ? at.seq : std::max(parts.seal.reg, last.reg);
    parts.seal.intake = last.intake;
  });
  joined.entries.push_back(std::move(moved));
  reseal(log);
  return {at, "record " + to_text(from) + " was moved here"};
}

Planted plant_round_root(AttackBench& bench) {
  const Ref at = bench.pick("round", [](const Record& record) { return record.statement.type == LedgerRound::kType; });
  auto round = decode_body<LedgerRound>(decode_record(bench.record(at)).statement.body);
  RoundShard& named = round.shards[bench.below(round.shards.size())];
  named.root[bench.below(named.root.size())] ^= static_cast<uint8_t>(1 + bench.below(255));
  const std::string body = encode_body(round);
  bench.record(at) = changed(bench.record(at), [&](Record& parts) { parts.statement.body = body; });
  link(bench.log, 0);
  return {at, "it names another root of shard " + std::to_string(named.shard)};
}

Planted plant_replace_key(AttackBench& bench) {
  LogCopy& log = bench.log;
  bench.pick_signed_shard();  // where nothing is signed, nobody could tell the keys apart
  const Ed25519PrivateKey key = bench.attackers_key();
  log.descriptor.signer = key.public_key();
  const std::string descriptor = encode_descriptor(log.descriptor);
  const Ref at{0, 0};
  bench.record(at) = changed(bench.record(at), [&](Record& parts) { parts.statement.body = descriptor; });
  reseal(log);
  sign_again(log, key);
  return {at, "the descriptor names another signing key, and all checkpoints are signed with it"};
}

}  // namespace custody
