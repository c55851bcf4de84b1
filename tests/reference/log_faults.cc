// A valid ledger with one fault in a record or its place. The name says the fault.
#include "tests/reference/log_cases.h"

namespace custody::maker {
namespace {

constexpr size_t kSealedAtOffset = 16;  // in a record

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
  all.damaged("stale_entry_malformed", "form", {0, 8}, [](Log& log) {
    log.entries.push_back(log.entries[4]);
    log.entries.back().record.pop_back();
  });
  all.damaged("swapped_records", "seq", sixth, [](Log& log) { std::swap(log.entries[6], log.entries[7]); });
  all.damaged("truncated_record", "form", sixth,
              [](Log& log) { log.entries[6].record.resize(log.entries[6].record.size() - 3); });
  all.damaged("trailing_bytes", "form", sixth, [](Log& log) { log.entries[6].record += '\0'; });
  all.damaged("bad_magic", "magic", sixth, [](Log& log) { log.entries[6].record[3] = '2'; });
  all.damaged("empty_record", "magic", sixth, [](Log& log) { log.entries[6].record.clear(); });
  all.sealed("wrong_seq", "seq", sixth, [](Draft& draft) { draft.seal.seq = 9; });
  all.sealed("wrong_shard", "shard", sixth, [](Draft& draft) { draft.seal.shard = 1; });
  all.sealed("stamp_of_another_mark", "form", sixth, [](Draft& draft) { draft.stamp.magic = {"CST2"}; });
  all.sealed("statement_of_another_mark", "form", sixth, [](Draft& draft) { draft.statement.magic = {"CEV2"}; });
  all.sealed("unknown_method", "form", sixth, [](Draft& draft) { draft.stamp.method = 5; });
  all.sealed("time_before_1970", "form", sixth, [](Draft& draft) { draft.statement.time.us = -1; });
  all.sealed("time_after_9999", "form", sixth, [](Draft& draft) { draft.statement.time.us = kEndOfTimeUs; });
  all.sealed("time_after_9999_with_its_offset", "form", sixth,
             [](Draft& draft) { draft.statement.time = {kEndOfTimeUs - 1, 1}; });
  all.sealed("received_before_1970", "form", sixth, [](Draft& draft) { draft.stamp.received_at_us = -1; });
  all.sealed("sealed_after_9999", "form", sixth, [](Draft& draft) { draft.seal.sealed_at_us = kEndOfTimeUs; });
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
  all.add("sealed_at_falls_twice", "sealed_at", sixth, log_with(1, [](Draft& draft) {
            if (draft.seal.seq == 4) draft.type = "clock.stepped";
            if (draft.seal.seq > 4) draft.seal.sealed_at_us -= draft.seal.seq == 5 ? kMinute : 2 * kMinute;
            if (draft.seal.seq == 5) close_when_sealed(draft);
          }));
  // On other shards a step counts once reg has passed it, and for one record.
  all.add("sealed_at_falls_before_reg_passes_step", "sealed_at", {1, 3}, log_with_step([](Draft& draft) {
            if (draft.seal.shard != 1 || draft.seal.seq != 3) return;
            draft.seal.reg = draft.stamp.seen = 3;
            draft.seal.sealed_at_us -= kMinute;
          }));
  all.add("sealed_at_falls_twice_on_shard_1", "sealed_at", {1, 7}, log_with_step([](Draft& draft) {
            if (!knows_step(draft)) return;
            draft.seal.sealed_at_us -= kMinute;
            if (draft.seal.shard == 1 && draft.seal.seq > 6) draft.seal.sealed_at_us -= kMinute;
            if (draft.type == "ledger.round") close_when_sealed(draft);
          }));
  all.sealed("reg_is_not_seq", "reg", sixth, [](Draft& draft) { draft.seal.reg = 7; });
  all.sealed("reg_falls", "reg", {1, 1}, [](Draft& draft) { draft.seal.reg = draft.stamp.seen = 0; }, 4);
  all.sealed("reg_beyond_registry", "reg_ahead", {1, 1}, [](Draft& draft) { draft.seal.reg = 1000; }, 4);
  all.sealed("seen_beyond_reg", "seen", sixth, [](Draft& draft) { draft.stamp.seen = 7; });
  all.sealed("intake_falls", "intake", sixth, [](Draft& draft) { draft.seal.intake = 0; });
  all.sealed("id_with_time_beside_uuid7", "id", sixth, [](Draft& draft) {
    const int64_t now = draft.statement.time.us;
    draft.source_id = "019aa5b2-7c00-7123-8456-789abcdef012";
    draft.statement.id = make_event_id(draft.source, draft.source_id, now);
    for (int byte = 5; byte >= 0; --byte)
      draft.statement.id.bytes[static_cast<size_t>(byte)] = static_cast<uint8_t>(now / 1000 >> (8 * (5 - byte)));
  });
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
  all.sealed("round_on_shard_1", "shard_of", {1, 2}, [](Draft& draft) { make_own(draft, "ledger.round", "any"); }, 4);
}

// What only the ledger itself may say, and as whom.
void add_own(Collector& all) {
  const Ref sixth{0, 6};
  all.sealed("round_by_a_stranger", "own", sixth, [](Draft& draft) { draft.type = "ledger.round"; });
  all.sealed("conflict_by_a_stranger", "own", sixth, [](Draft& draft) { draft.type = "event.conflicted"; });
  all.sealed("refusal_of_another_place", "own", sixth, [](Draft& draft) {
    make_own(draft, "event.refused", "any");
    draft.source_id = "event.refused:0:5";
    draft.statement.id = make_event_id(draft.source, draft.source_id, draft.statement.time.us);
  });
  all.sealed("own_source_by_token", "own", sixth, [](Draft& draft) {
    make_own(draft, "ledger.read", "any");
    draft.stamp.method = static_cast<uint8_t>(Method::kToken);
  });
  all.sealed("own_source_of_another_actor", "own", sixth, [](Draft& draft) {
    make_own(draft, "ledger.read", "any");
    draft.actor = "person:ada";
  });
}

void add_blobs(Collector& all) {
  all.sealed("values_without_blob", "values", {0, 2}, [](Draft& draft) {
    draft.stamp.blob = {};
    draft.blob.clear();
  });
  all.sealed("blob_without_values", "values", {0, 2}, [](Draft& draft) { draft.statement.values_commit = {}; });
  all.damaged("blob_missing", "blob_missing", {0, 2}, [](Log& log) { log.entries[2].blob.clear(); });
  all.damaged("section_missing", "blob_missing", {0, 2}, [](Log& log) {
    const std::string whole = log.entries[2].blob;
    Blob blob = decode_blob(whole);
    blob.sections[0] = take_out(blob.sections[0]);
    log.entries[2].blob = encode_blob(blob);
  });
  all.damaged("section_taken_out_and_flipped", "blob_altered", {0, 2}, [](Log& log) {
    const std::string whole = log.entries[2].blob;
    Blob blob = decode_blob(whole);
    blob.sections[0] = take_out(blob.sections[0]);
    blob.sections[0].salt[0] ^= 1;
    log.entries[2].blob = encode_blob(blob);
  });
  all.damaged("blob_flipped", "blob_altered", {0, 2}, [](Log& log) { flip(log.entries[2].blob, 70); });
  all.damaged("blob_cut_off", "blob_altered", {0, 2}, [](Log& log) { log.entries[2].blob.resize(40); });
  all.damaged("blob_with_trailing_byte", "blob_altered", {0, 2}, [](Log& log) { log.entries[2].blob += '\0'; });
  all.damaged("blob_swapped", "blob_altered", {0, 2},
              [](Log& log) { std::swap(log.entries[2].blob, log.entries[4].blob); });
  all.damaged("blob_where_none_was", "blob_altered", {0, 3},
              [](Log& log) { log.entries[3].blob = log.entries[2].blob; });
}

}  // namespace

void add_record_faults(Collector& all) {
  add_chain(all);
  add_rules(all);
  add_own(all);
  add_blobs(all);
}

}  // namespace custody::maker
