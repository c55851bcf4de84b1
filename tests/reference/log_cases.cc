#include "tests/reference/log_cases.h"

namespace custody::maker {

std::function<std::string()> log_with(uint32_t shards, Change change, Damage damage, RawDamage raw_damage) {
  return [=] {
    Plan plan;
    plan.shards = shards;
    plan.events = shards == 1 ? 5 : 9;
    plan.checkpoint_at_end = shards == 1;
    plan.before_seal = change;
    Log log = make(plan);
    if (damage) damage(log);
    std::string raw = log.raw();
    if (raw_damage) raw_damage(raw);
    return raw;
  };
}

std::function<std::string()> log_with_step(Change change) {
  return [=] {
    Plan plan;
    plan.shards = 4;
    plan.events = 12;
    plan.step_after = 4;
    plan.before_seal = change;
    return make(plan).raw();
  };
}

bool knows_step(const Draft& draft) {
  return draft.seal.shard == 0 ? draft.seal.seq > 3 : draft.seal.reg > 3;
}

Change at(Ref place, Change change) {
  return [=](Draft& draft) {
    if (draft.seal.shard == place.shard && draft.seal.seq == place.seq) change(draft);
  };
}

void flip(std::string& bytes, size_t offset) {
  bytes[offset] = static_cast<char>(bytes[offset] ^ 1);
}

void make_own(Draft& draft, const std::string& type, const std::string& body) {
  draft.type = type;
  draft.source = "custody:sealer";
  draft.source_id = type + ":" + to_text(Ref{draft.seal.shard, draft.seal.seq});
  draft.actor = draft.principal = "system:custody";
  draft.stamp.method = static_cast<uint8_t>(Method::kInProcess);
  draft.stamp.credential = {};
  draft.stamp.subject = {};
  draft.stamp.blob = draft.statement.values_commit = {};
  draft.blob.clear();
  draft.body = body;
  draft.statement.id = make_event_id(draft.source, draft.source_id, draft.statement.time.us);
}

void set_anchor(Draft& draft, uint64_t round) {
  draft.body.back() = 1;
  append_le(draft.body, round, 8);
  draft.body += std::string(32, 'n');
  append_le(draft.body, static_cast<uint64_t>(draft.seal.sealed_at_us - kMinute), 8);
}

void Collector::add(const std::string& name, const std::string& kind, Ref place, std::function<std::string()> raw,
                    bool golden) {
  cases.push_back({name, kind, place, std::move(raw), golden});
}

void Collector::sealed(const std::string& name, const std::string& kind, Ref place, Change change, uint32_t shards) {
  add(name, kind, place, log_with(shards, at(place, std::move(change))));
}

void Collector::damaged(const std::string& name, const std::string& kind, Ref place, Damage damage, uint32_t shards) {
  add(name, kind, place, log_with(shards, {}, std::move(damage)));
}

void Collector::raw(const std::string& name, const std::string& kind, Ref place, RawDamage damage, uint32_t shards) {
  add(name, kind, place, log_with(shards, {}, {}, std::move(damage)));
}

void Collector::valid(const std::string& name, uint32_t shards, Change change) {
  add("valid_" + name, "", {}, log_with(shards, std::move(change)));
}

std::vector<Case> cases() {
  Collector all;
  add_valid(all);
  add_record_faults(all);
  add_ledger_faults(all);
  add_keys(all);
  add_sources(all);
  return all.cases;
}

}  // namespace custody::maker
