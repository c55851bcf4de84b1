// How the cases of tests/vectors/log are written down: a valid ledger, and what is done to it.
#pragma once

#include <algorithm>
#include <memory>

#include "tests/reference/log_maker.h"

namespace custody::maker {

using Change = std::function<void(Draft&)>;
using Damage = std::function<void(Log&)>;
using RawDamage = std::function<void(std::string&)>;

inline constexpr int64_t kMinute = 60'000'000;

// The ledger of one shard has the events at 2, 3, 4, 6 and 7, and a round at 5. That of four shards has its rounds on
// shard 0 at 2, 3 and 4.
std::function<std::string()> log_with(uint32_t shards, Change change, Damage damage = {}, RawDamage raw_damage = {});

// Four shards, with a clock.stepped at 0:3; shards 1, 2 and 3 have records before and behind it.
std::function<std::string()> log_with_step(Change change);
bool knows_step(const Draft& draft);  // it stands on shard 0 behind the step, or its reg does

// Changes one draft, found by its place.
Change at(Ref place, Change change);
void flip(std::string& bytes, size_t offset);
// Makes of a draft one that the sealer itself states.
void make_own(Draft& draft, const std::string& type, const std::string& body);
// Gives a round, which has none, an anchor.
void set_anchor(Draft& draft, uint64_t round);

struct Collector {
  std::vector<Case> cases;
  void add(const std::string& name, const std::string& kind, Ref place, std::function<std::string()> raw,
           bool golden = true);
  // The chain is built over the changed record.
  void sealed(const std::string& name, const std::string& kind, Ref place, Change change, uint32_t shards = 1);
  // The record is damaged after it was sealed.
  void damaged(const std::string& name, const std::string& kind, Ref place, Damage damage, uint32_t shards = 1);
  void raw(const std::string& name, const std::string& kind, Ref place, RawDamage damage, uint32_t shards = 1);
  // A valid ledger in which every draft is offered to `change`.
  void valid(const std::string& name, uint32_t shards, Change change);
};

void add_valid(Collector& all);
void add_record_faults(Collector& all);
void add_ledger_faults(Collector& all);
void add_keys(Collector& all);
void add_sources(Collector& all);

}  // namespace custody::maker
