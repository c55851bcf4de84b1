// One valid ledger with one fault each. The name says the fault.
#include <algorithm>
#include <memory>

#include "tests/reference/log_maker.h"

namespace custody::maker {
namespace {

using Change = std::function<void(Draft&)>;
using Damage = std::function<void(Log&)>;
using RawDamage = std::function<void(std::string&)>;

constexpr int64_t kMinute = 60'000'000;
constexpr size_t kSealedAtOffset = 16;  // in a record

std::function<std::string()> log_with(uint32_t shards, Change change, Damage damage = {}, RawDamage raw_damage = {}) {
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

// Changes one draft, found by its place.
Change at(Ref place, Change change) {
  return [=](Draft& draft) {
    if (draft.seal.shard == place.shard && draft.seal.seq == place.seq) change(draft);
  };
}

void flip(std::string& bytes, size_t offset) {
  bytes[offset] = static_cast<char>(bytes[offset] ^ 1);
}

// The first record of a type from a place on.
struct Collector {
  std::vector<Case> cases;
  void add(const std::string& name, const std::string& kind, Ref place, std::function<std::string()> raw,
           bool golden = true) {
    cases.push_back({name, kind, place, std::move(raw), golden});
  }
  // The chain is built over the changed record.
  void sealed(const std::string& name, const std::string& kind, Ref place, Change change, uint32_t shards = 1) {
    add(name, kind, place, log_with(shards, at(place, std::move(change))));
  }
  // The record is damaged after it was sealed.
  void damaged(const std::string& name, const std::string& kind, Ref place, Damage damage, uint32_t shards = 1) {
    add(name, kind, place, log_with(shards, {}, std::move(damage)));
  }
  void raw(const std::string& name, const std::string& kind, Ref place, RawDamage damage, uint32_t shards = 1) {
    add(name, kind, place, log_with(shards, {}, {}, std::move(damage)));
  }
};

void add_valid(Collector& all) {
  all.add("valid_one_shard", "", {}, log_with(1, {}));
  all.add("valid_four_shards", "", {}, log_with(4, {}));
  all.damaged(
      "valid_shards_one_after_another", "", {},
      [](Log& log) {
        std::vector<Entry> ordered;
        for (uint32_t shard = 0; shard < 4; ++shard)
          std::copy_if(log.entries.begin(), log.entries.end(), std::back_inserter(ordered),
                       [&](const Entry& entry) { return entry.shard == shard; });
        log.entries = ordered;
      },
      4);
  all.damaged("valid_stale_entry", "", {}, [](Log& log) { log.entries.push_back(log.entries[4]); });
  all.add("valid_clock_stepped", "", {}, log_with(1, [](Draft& draft) {
            if (draft.seal.seq == 4) draft.type = "clock.stepped";
            if (draft.seal.seq > 4) draft.seal.sealed_at_us -= kMinute;
          }));
  all.sealed("valid_intake_anew", "", {0, 6}, [](Draft& draft) {
    draft.type = "sealer.started";
    draft.source = "custody:sealer";
    draft.source_id = "sealer.started:0:6";
    draft.actor = "system:custody";
    draft.stamp.method = 3;
    draft.statement.id = make_event_id(draft.source, draft.source_id, draft.statement.time.us);
    draft.seal.intake = 0;
  });
}

void add_chain(Collector& all) {
  const Ref sixth{0, 6};
  all.damaged("flip_in_body", "prev", {0, 7},
              [](Log& log) { flip(log.entries[6].record, log.entries[6].record.size() - 1); });
  all.damaged("flip_in_prev", "prev", sixth, [](Log& log) { flip(log.entries[6].record, 50); });
  all.damaged("flip_under_checkpoint", "checkpoint_root", {0, 8},
              [](Log& log) { flip(log.entries[7].record, kSealedAtOffset); });
  all.damaged("removed_record", "seq", sixth, [](Log& log) { log.entries.erase(log.entries.begin() + 6); });
  all.damaged("removed_tail", "checkpoint_size", {0, 8}, [](Log& log) { log.entries.resize(6); });
  all.damaged("inserted_record", "stale", sixth, [](Log& log) {
    Entry forged = log.entries[6];
    flip(forged.record, forged.record.size() - 1);
    log.entries.insert(log.entries.begin() + 6, forged);
  });
  all.damaged("swapped_records", "seq", sixth, [](Log& log) { std::swap(log.entries[6], log.entries[7]); });
  all.damaged("truncated_record", "form", sixth,
              [](Log& log) { log.entries[6].record.resize(log.entries[6].record.size() - 3); });
  all.damaged("trailing_bytes", "form", sixth, [](Log& log) { log.entries[6].record += '\0'; });
  all.damaged("bad_magic", "magic", sixth, [](Log& log) { log.entries[6].record[3] = '2'; });
  all.damaged("empty_record", "magic", sixth, [](Log& log) { log.entries[6].record.clear(); });
  all.sealed("wrong_seq", "seq", sixth, [](Draft& draft) { draft.seal.seq = 9; });
  all.sealed("wrong_shard", "shard", sixth, [](Draft& draft) { draft.seal.shard = 1; });
  all.sealed("unknown_method", "form", sixth, [](Draft& draft) { draft.stamp.method = 5; });
  all.sealed("time_before_1970", "form", sixth, [](Draft& draft) { draft.statement.time.us = -1; });
  all.sealed("offset_of_a_day", "form", sixth, [](Draft& draft) { draft.statement.time.offset_min = 1440; });
  all.damaged("not_utf8", "form", sixth, [](Log& log) {
    std::string& record = log.entries[6].record;
    record[record.find("urn:example")] = '\xff';
  });
  all.add("too_long", "size", sixth, log_with(1, {}, [](Log& log) { log.entries[6].record.resize(65'536); }), false);
  all.damaged(
      "removed_on_shard_2", "seq", {2, 1},
      [](Log& log) { log.entries.erase(log.entries.begin() + static_cast<ptrdiff_t>(log.at(2, 1))); }, 4);
}

void add_rules(Collector& all) {
  const Ref sixth{0, 6};
  all.sealed("sealed_at_falls", "sealed_at", sixth, [](Draft& draft) { draft.seal.sealed_at_us -= kMinute; });
  all.sealed(
      "sealed_at_falls_on_shard_1", "sealed_at", {1, 1}, [](Draft& draft) { draft.seal.sealed_at_us -= kMinute; }, 4);
  all.sealed("reg_is_not_seq", "reg", sixth, [](Draft& draft) { draft.seal.reg = 7; });
  all.sealed("reg_falls", "reg", {1, 1}, [](Draft& draft) { draft.seal.reg = draft.stamp.seen = 0; }, 4);
  all.sealed("reg_beyond_registry", "reg_ahead", {1, 1}, [](Draft& draft) { draft.seal.reg = 1000; }, 4);
  all.sealed("seen_beyond_reg", "seen", sixth, [](Draft& draft) { draft.stamp.seen = 7; });
  all.sealed("intake_falls", "intake", sixth, [](Draft& draft) { draft.seal.intake = 0; });
  all.sealed("wrong_id", "id", sixth, [](Draft& draft) { draft.statement.id.bytes[15] ^= 1; });
  all.add("repeated_id", "id_repeated", sixth, log_with(1, [earlier = std::make_shared<Draft>()](Draft& draft) {
            if (draft.seal.seq == 4) *earlier = draft;
            if (draft.seal.seq != 6) return;
            draft.source_id = earlier->source_id;
            draft.statement.time = earlier->statement.time;
            draft.statement.id = earlier->statement.id;
          }));
  all.sealed(
      "on_the_wrong_shard", "shard_of", {1, 1},
      [](Draft& draft) {
        do ++draft.stamp.subject.bytes[0];
        while (shard_of(draft.type, draft.stamp.subject, draft.source, 4) == 1);
      },
      4);
  all.sealed("not_ledger_created", "first", {0, 0}, [](Draft& draft) { draft.type = "ledger.made"; });
  all.sealed("created_with_other_descriptor", "descriptor", {0, 0}, [](Draft& draft) { flip(draft.body, 8); });
  all.sealed("no_sealer_started", "first", {0, 1}, [](Draft& draft) { draft.type = "sealer.ended"; });
  all.sealed("no_sealer_started_on_shard_2", "first", {2, 0}, [](Draft& draft) { draft.type = "event.refused"; }, 4);
  all.sealed("created_twice", "first", sixth, [](Draft& draft) { draft.type = "ledger.created"; });
  all.sealed("round_by_a_stranger", "own", sixth, [](Draft& draft) { draft.type = "ledger.round"; });
}

void add_blobs(Collector& all) {
  all.sealed("values_without_blob", "values", {0, 2}, [](Draft& draft) {
    draft.stamp.blob = {};
    draft.blob.clear();
  });
  all.sealed("blob_without_values", "values", {0, 2}, [](Draft& draft) { draft.statement.values_commit = {}; });
  all.damaged("blob_missing", "blob_missing", {0, 2}, [](Log& log) { log.entries[2].blob.clear(); });
  all.damaged("blob_flipped", "blob_altered", {0, 2}, [](Log& log) { flip(log.entries[2].blob, 70); });
  all.damaged("blob_cut_off", "blob_altered", {0, 2}, [](Log& log) { log.entries[2].blob.resize(40); });
  all.damaged("blob_swapped", "blob_altered", {0, 2},
              [](Log& log) { std::swap(log.entries[2].blob, log.entries[4].blob); });
  all.damaged("blob_where_none_was", "blob_altered", {0, 3},
              [](Log& log) { log.entries[3].blob = log.entries[2].blob; });
}

void add_rounds(Collector& all) {
  // With one shard the round stands at 5, with four the rounds at 2, 3 and 4.
  const Ref first_round{0, 2};
  all.sealed("round_left_out", "round_number", {0, 5}, [](Draft& draft) { draft.body[0] = 2; });
  all.sealed("round_cut_off", "round_form", {0, 5}, [](Draft& draft) { draft.body.pop_back(); });
  all.sealed("round_of_unknown_version", "round_form", {0, 5}, [](Draft& draft) { draft.statement.version = 2; });
  all.sealed("round_root_wrong", "round_root", first_round, [](Draft& draft) { flip(draft.body, 20 + 12); }, 4);
  all.sealed("round_size_beyond", "round_size", {0, 4}, [](Draft& draft) { draft.body[20 + 4] = 100; }, 4);
  all.sealed("round_size_falls", "round_size", {0, 4}, [](Draft& draft) { draft.body[20 + 4] = 0; }, 4);
  all.sealed(
      "round_without_a_shard", "round_form", first_round,
      [](Draft& draft) {
        draft.body.erase(20 + 44, 44);
        draft.body[16] = 2;
      },
      4);
  all.damaged(
      "removed_tail_of_shard_3", "round_size", {0, 3},
      [](Log& log) {
        size_t last = 0;
        for (size_t i = 0; i < log.entries.size(); ++i)
          if (log.entries[i].shard == 3) last = i;
        log.entries.erase(log.entries.begin() + static_cast<ptrdiff_t>(last));
      },
      4);
}

std::string resigned(Log& log, const Ed25519PrivateKey& key, const std::string& origin, bool other_root) {
  VerifierTree tree;
  for (size_t i = 0; i < 8; ++i) tree.append(leaf_hash(log.entries[i].record));
  Digest root = tree.root();
  if (other_root) root[0] ^= 1;
  return sign_note(key, origin, 8, root);
}

void add_checkpoints(Collector& all) {
  const Ref covered{0, 8};
  all.damaged("checkpoint_signature_flipped", "checkpoint_signature", covered, [](Log& log) {
    std::string& note = log.notes[0].note;
    note[note.size() - 10] = note[note.size() - 10] == 'A' ? 'B' : 'A';
  });
  all.damaged("checkpoint_by_other_key", "checkpoint_signature", covered, [](Log& log) {
    log.notes[0].note = resigned(log, Ed25519PrivateKey::from_seed(std::string(32, 'x')), "vectors.example/0", false);
  });
  all.damaged("checkpoint_of_other_log", "checkpoint_form", covered,
              [](Log& log) { log.notes[0].note = resigned(log, signer(), "elsewhere.example/0", false); });
  all.damaged("checkpoint_of_other_root", "checkpoint_root", covered,
              [](Log& log) { log.notes[0].note = resigned(log, signer(), "vectors.example/0", true); });
  all.damaged("checkpoint_is_no_note", "checkpoint_form", {0, 0}, [](Log& log) { log.notes[0].note = "hello\n"; });
}

void add_raw(Collector& all) {
  all.raw("raw_bad_mark", "raw_form", {0, 0}, [](std::string& raw) { raw[3] = '2'; });
  all.raw("raw_cut_off", "raw_form", {0, 0}, [](std::string& raw) { raw.resize(raw.size() - 200); });
  all.raw("raw_without_end", "raw_form", {0, 0}, [](std::string& raw) { raw.resize(raw.size() - 9); });
  all.raw("raw_end_counts_wrong", "raw_form", {0, 0}, [](std::string& raw) { raw[raw.size() - 8]++; });
  all.raw("raw_bytes_behind_end", "raw_form", {0, 0}, [](std::string& raw) { raw += '\0'; });
  all.raw("raw_unknown_frame", "raw_form", {0, 0}, [](std::string& raw) { raw[raw.size() - 9] = 9; });
  all.damaged("raw_shard_out_of_range", "raw_form", {0, 0}, [](Log& log) { log.entries[6].shard = 1; });
  all.raw("entry_length_too_long", "entry_form", {0, 0}, [](std::string& raw) {
    const size_t first = raw.find("CSR1");
    raw[first - 1] = '\x7f';
  });
  all.damaged("descriptor_of_another_ledger", "prev", {0, 0}, [](Log& log) { flip(log.descriptor, 8); });
  all.damaged("descriptor_with_trailing_bytes", "descriptor", {0, 0}, [](Log& log) { log.descriptor += '\0'; });
  all.damaged("descriptor_of_no_shards", "descriptor", {0, 0},
              [](Log& log) { log.descriptor[log.descriptor.find("/0") + 10] = 0; });
}

}  // namespace

std::vector<Case> cases() {
  Collector all;
  add_valid(all);
  add_chain(all);
  add_rules(all);
  add_blobs(all);
  add_rounds(all);
  add_checkpoints(all);
  add_raw(all);
  return all.cases;
}

}  // namespace custody::maker
