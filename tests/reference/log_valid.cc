// Ledgers without a fault, among them what looks like one.
#include "tests/reference/log_cases.h"

namespace custody::maker {
namespace {

void set_back(Draft& draft) {
  draft.seal.sealed_at_us -= kMinute;
  if (draft.type == "ledger.round") close_when_sealed(draft);
}

void add_orders(Collector& all) {
  all.valid("one_shard", 1, {});
  all.valid("four_shards", 4, {});
  all.damaged("valid_descriptor_alone", "", {}, [](Log& log) {
    log.notes.clear();
    log.entries.clear();
  });
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
}

void add_clocks(Collector& all) {
  all.valid("clock_stepped", 1, [](Draft& draft) {
    if (draft.seal.seq == 4) draft.type = "clock.stepped";
    if (draft.seal.seq > 4) set_back(draft);
  });
  all.add("valid_clock_stepped_four_shards", "", {}, log_with_step([](Draft& draft) {
            if (knows_step(draft)) set_back(draft);
          }));
}

void add_terms(Collector& all) {
  const Ref sixth{0, 6};
  all.sealed("valid_intake_anew", "", sixth, [](Draft& draft) {
    make_own(draft, "sealer.started", started_body(2, kIntake + 1, 0));
    draft.seal.intake = 0;
  });
  all.sealed("valid_term_on_the_same_intake", "", sixth, [](Draft& draft) {
    draft.seal.intake = 3;
    make_own(draft, "sealer.started", started_body(2, kIntake, 3));
  });
}

// What a verifier meets without understanding it, and what the ledger itself says of what it did not take.
void add_contents(Collector& all) {
  const Ref sixth{0, 6};
  all.sealed("valid_unknown_type", "", sixth, [](Draft& draft) { draft.type = "planet.found"; });
  all.sealed("valid_unknown_version", "", sixth, [](Draft& draft) { draft.statement.version = 9; });
  all.sealed("valid_in_process", "", sixth, [](Draft& draft) { draft.stamp.method = 3; });
  all.sealed("valid_conflict", "", sixth, [](Draft& draft) { make_own(draft, "event.conflicted", "any"); });
  all.sealed("valid_refusal_on_shard_1", "", {1, 2}, [](Draft& draft) { make_own(draft, "event.refused", "any"); }, 4);
  all.sealed("valid_read_by_the_gateway", "", sixth, [](Draft& draft) {
    make_own(draft, "ledger.read", "any");
    draft.source = "custody:gateway";
    draft.source_id = "r-1";
    draft.statement.id = make_event_id(draft.source, draft.source_id, draft.statement.time.us);
  });
  all.sealed("valid_id_of_a_uuid7", "", sixth, [](Draft& draft) {
    draft.source_id = "019AA5B2-7C00-7123-8456-789abcdef012";
    draft.statement.id = make_event_id(draft.source, draft.source_id, draft.statement.time.us);
  });
  all.valid("id_again_on_another_shard", 4, [first = std::make_shared<Draft>()](Draft& draft) {
    if (draft.source_id == "e-0") *first = draft;
    if (draft.source_id != "e-1") return;
    draft.source_id = first->source_id;
    draft.statement.time = first->statement.time;
    draft.statement.id = first->statement.id;
  });
  all.sealed("valid_anchor", "", {0, 3}, [](Draft& draft) { set_anchor(draft, 1); }, 4);
}

}  // namespace

void add_valid(Collector& all) {
  add_orders(all);
  add_clocks(all);
  add_terms(all);
  add_contents(all);
}

}  // namespace custody::maker
