// Ledgers whose signing key changes, by the rules or against them.
#include "tests/reference/log_cases.h"

namespace custody::maker {
namespace {

Ed25519PrivateKey second() {
  return Ed25519PrivateKey::from_seed(std::string(32, 't'));
}

std::string key_body(const Ed25519PrivateKey& key, bool adds) {
  std::string body(view_of(key.public_key()));
  if (adds)
    body +=
        "\x0a"
        "checkpoint";
  return body + std::string(5, '\0');  // no label or reason, no values
}

void adds(Draft& draft) {
  draft.type = "key.added";
  draft.body = key_body(second(), true);
}

void retires_first(Draft& draft) {
  draft.type = "key.retired";
  draft.body = key_body(signer(), false);
}

// The record before.
Change confirms(const std::string& person) {
  return [=](Draft& draft) {
    draft.type = "act.confirmed";
    draft.actor = draft.principal = person;
    draft.body.clear();
    append_le(draft.body, 0, 4);
    append_le(draft.body, draft.seal.seq - 1, 8);
    draft.body += std::string(view_of(draft.seal.prev)) + std::string(4, '\0');
  };
}

Change both(Change a, Change b) {
  return [=](Draft& draft) {
    a(draft);
    b(draft);
  };
}

// One shard of eight records with events at 2, 3, 4, 6 and 7; signed at its end by these keys.
std::function<std::string()> signed_log(bool governed, Change change, bool by_first, bool by_second) {
  return [=] {
    Plan plan;
    plan.events = 5;
    plan.checkpoint_at_end = true;
    plan.governed = governed;
    plan.before_seal = change;
    Log log = make(plan);
    VerifierTree tree;
    for (const Entry& entry : log.entries) tree.append(leaf_hash(entry.record));
    const std::string origin = "vectors.example/0";
    const std::string first = sign_note(signer(), origin, tree.size(), tree.root());
    const std::string other = sign_note(second(), origin, tree.size(), tree.root());
    std::string& note = log.notes[0].note;
    note = by_first ? first : other;
    if (by_first && by_second) note += other.substr(other.find("\n\n") + 2);
    return log.raw();
  };
}

}  // namespace

void add_keys(Collector& all) {
  const Ref end{0, 8};
  const std::string wrong = "checkpoint_signature";
  const Change added = at({0, 3}, adds);
  const Change rotated = both(added, at({0, 6}, retires_first));
  all.add("valid_key_added", "", {}, signed_log(false, added, true, true));
  all.add("valid_key_added_signs_alone", "", {}, signed_log(false, added, false, true));
  all.add("valid_key_rotated", "", {}, signed_log(false, rotated, false, true));
  all.add("valid_only_key_is_not_retired", "", {}, signed_log(false, at({0, 6}, retires_first), true, false));
  all.add("key_retired_signs_too", wrong, end, signed_log(false, rotated, true, true));
  all.add("key_retired_signs_alone", wrong, end, signed_log(false, rotated, true, false));
  all.add("key_added_for_another_use", wrong, end,
          signed_log(false,
                     at({0, 3},
                        [](Draft& draft) {
                          adds(draft);
                          draft.body[33] = 'C';
                        }),
                     false, true));
  all.add("key_added_cut_off", wrong, end,
          signed_log(false,
                     at({0, 3},
                        [](Draft& draft) {
                          adds(draft);
                          draft.body.pop_back();
                        }),
                     false, true));
  const Change two = both(added, at({0, 4}, confirms("person:bob")));
  all.add("valid_key_added_by_two", "", {}, signed_log(true, two, false, true));
  all.add("key_added_by_one", wrong, end, signed_log(true, added, false, true));
  all.add("key_added_by_one_twice", wrong, end,
          signed_log(true, both(added, at({0, 4}, confirms("person:ada"))), false, true));
  all.add("key_added_by_two_in_open_mode", wrong, end,
          signed_log(true, both(two, at({0, 4}, [](Draft& draft) { draft.stamp.method = 0; })), false, true));
  all.add("key_added_and_another_leaf_confirmed", wrong, end,
          signed_log(true, both(two, at({0, 4}, [](Draft& draft) { flip(draft.body, 20); })), false, true));
  // On another shard a key signs from the record on that adds it, which stands at 0:3.
  const auto on_shard_2 = [](Change change) {
    return [=] {
      Plan plan;
      plan.shards = 4;
      plan.events = 12;
      plan.step_after = 4;
      plan.before_seal = change;
      Log log = make(plan);
      std::string& note = log.notes[2].note;
      const size_t size_at = note.find('\n') + 1;
      const size_t root_at = note.find('\n', size_at) + 1;
      const uint64_t size = std::stoull(note.substr(size_at));
      const Digest root = array_of<32>(from_base64(note.substr(root_at, note.find('\n', root_at) - root_at)));
      note = sign_note(second(), "vectors.example/2", size, root);
      return log.raw();
    };
  };
  all.add("valid_key_added_signs_shard_2", "", {}, on_shard_2(at({0, 3}, adds)));
}

}  // namespace custody::maker
