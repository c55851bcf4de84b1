// A valid ledger with one fault in what it says of itself: descriptor, terms, rounds, checkpoints, the raw form.
#include "tests/reference/log_cases.h"

namespace custody::maker {
namespace {

void add_rounds(Collector& all) {
  // With one shard the round stands at 5, with four the rounds at 2, 3 and 4.
  const Ref first_round{0, 2};
  all.sealed("round_left_out", "round_number", {0, 5}, [](Draft& draft) { draft.body[0] = 2; });
  all.sealed("round_cut_off", "round_form", {0, 5}, [](Draft& draft) { draft.body.pop_back(); });
  all.sealed("round_of_unknown_version", "round_form", {0, 5}, [](Draft& draft) { draft.statement.version = 2; });
  all.sealed("round_counted_twice", "round_number", {0, 3}, [](Draft& draft) { draft.body[0] = 1; }, 4);
  all.sealed("round_closed_earlier", "round_time", {0, 5}, [](Draft& draft) { flip(draft.body, 10); });
  all.sealed("round_anchored_in_itself", "round_form", {0, 3}, [](Draft& draft) { set_anchor(draft, 2); }, 4);
  all.sealed("round_anchored_in_round_0", "round_form", {0, 3}, [](Draft& draft) { set_anchor(draft, 0); }, 4);
  all.sealed(
      "round_anchor_cut_off", "round_form", {0, 3},
      [](Draft& draft) {
        set_anchor(draft, 1);
        draft.body.pop_back();
      },
      4);
  // Records of shard 1 that stand before the round at 0:2 would know of it.
  all.add("round_before_what_it_names", "round_cut", first_round, log_with(4, [](Draft& draft) {
            if (draft.seal.shard == 1 && draft.seal.seq > 0) draft.seal.reg = std::max<uint64_t>(draft.seal.reg, 3);
          }));
  all.sealed("round_option_of_2", "round_form", {0, 5}, [](Draft& draft) { draft.body.back() = 2; });
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

void add_term_faults(Collector& all) {
  const Ref sixth{0, 6};
  // The intake before was 3.
  const auto started = [](uint64_t term, char intake, uint64_t from, uint64_t sealed) {
    return [=](Draft& draft) {
      make_own(draft, "sealer.started", started_body(term, intake, from));
      draft.seal.intake = sealed;
    };
  };
  all.sealed("intake_falls_in_new_term", "intake", sixth, started(2, kIntake, 0, 0));
  all.sealed("term_left_out", "term", sixth, started(3, kIntake, 3, 3));
  all.sealed("term_counted_twice", "term", sixth, started(1, kIntake, 3, 3));
  all.sealed("term_from_elsewhere", "term", sixth, started(2, kIntake, 2, 3));
  all.sealed("term_malformed", "term", sixth, [=](Draft& draft) {
    started(2, kIntake, 3, 3)(draft);
    draft.body.pop_back();
  });
  all.sealed("term_of_unknown_version", "term", sixth, [=](Draft& draft) {
    started(2, kIntake, 3, 3)(draft);
    draft.statement.version = 2;
  });
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
  all.damaged(
      "checkpoint_of_other_shard", "checkpoint_form", {2, 6}, [](Log& log) { log.notes[2].note = log.notes[1].note; },
      4);
  all.damaged("checkpoint_unsigned", "checkpoint_form", covered, [](Log& log) {
    std::string& note = log.notes[0].note;
    note.resize(note.find("\n\n") + 2);
  });
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
  all.raw("raw_note_behind_entry", "raw_form", {0, 0}, [](std::string& raw) {
    const size_t end = raw.size() - 9;
    raw.insert(end, std::string("\x02\0\0\0\0\0\0\0\0", 9));
    ++raw[raw.size() - 8];
  });
  all.raw("raw_frame_too_long", "raw_form", {0, 0}, [](std::string& raw) { raw[raw.find("CSR1") - 5] = 1; });
  all.damaged("descriptor_of_another_ledger", "prev", {0, 0}, [](Log& log) { flip(log.descriptor, 8); });
  all.damaged("descriptor_with_trailing_bytes", "descriptor", {0, 0}, [](Log& log) { log.descriptor += '\0'; });
  // Behind the origin stand created_at:i64 shards:u32 hash:u8.
  const auto behind_origin = [](size_t offset, char value) {
    return [=](Log& log) { log.descriptor[log.descriptor.find("/0") + 2 + offset] = value; };
  };
  all.damaged("descriptor_of_no_shards", "descriptor", {0, 0}, behind_origin(8, 0));
  all.damaged("descriptor_of_65_shards", "descriptor", {0, 0}, behind_origin(8, 65));
  all.damaged("descriptor_of_another_hash", "descriptor", {0, 0}, behind_origin(12, 2));
  all.damaged("descriptor_of_another_origin", "descriptor", {0, 0},
              [](Log& log) { log.descriptor[log.descriptor.find("/0") + 1] = '1'; });
  all.damaged("descriptor_of_another_mark", "descriptor", {0, 0}, [](Log& log) { log.descriptor[3] = '2'; });
}

}  // namespace

void add_ledger_faults(Collector& all) {
  add_rounds(all);
  add_term_faults(all);
  add_checkpoints(all);
  add_raw(all);
}

}  // namespace custody::maker
