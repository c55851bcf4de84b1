// R-J4: each attack of the table, in seeded trials, is found by what the table says and placed where it was planted;
// what verify alone cannot find is asserted to pass, and to be convicted by the checkpoints that somebody kept.
// Ten trials of each, CUSTODY_LONG=1 a thousand; CUSTODY_SEED sets the first seed. docs/attacks.md tells of the ten.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "ledger/log/lmdb_log.h"
#include "tests/reference/log_maker.h"
#include "tests/unit/attack/handed.h"
#include "tests/unit/attack/small_ledger.h"
#include "tests/unit/base/temp_folder.h"
#include "tools/attack/attack.h"
#include "tools/attack/forge.h"

namespace custody {
namespace {

bool of_a_checkpoint(FaultKind kind) {
  return kind >= FaultKind::kCheckpointForm && kind <= FaultKind::kCheckpointRoot;
}

// The first checkpoint of this shard that the log does not agree with.
const VerifyFault* refuted_checkpoint(const VerifyReport& report, uint32_t shard) {
  for (const VerifyFault& fault : report.faults)
    if (fault.shard == shard && of_a_checkpoint(fault.kind)) return &fault;
  return nullptr;
}

// Whether a fault is of whom the table says, and right at the place.
bool convicts(FoundBy by, Ref at, const VerifyFault& fault) {
  switch (by) {
    case FoundBy::kChain:  // nothing behind it has a proven place; of the last record the root above it
      return fault.kind < FaultKind::kFirst || (fault.seq == at.seq + 1 && of_a_checkpoint(fault.kind));
    case FoundBy::kRule:
      return fault.seq == at.seq && fault.kind >= FaultKind::kSealedAt && fault.kind <= FaultKind::kBlobAltered;
    case FoundBy::kRound:
      return fault.seq == at.seq && fault.kind == FaultKind::kRoundRoot;
    case FoundBy::kAttestation:
      return fault.seq == at.seq &&
             (fault.kind == FaultKind::kAttestedMissing || fault.kind == FaultKind::kAttestedDigest);
    default:
      return of_a_checkpoint(fault.kind);
  }
}

// The fault that names the place of what was planted. Others may follow from it, and none stands before it.
const VerifyFault* found_at(const VerifyReport& report, FoundBy by, Ref at) {
  for (const VerifyFault& fault : report.faults) {
    if (fault.shard != at.shard) continue;
    // A record whose number was lowered is also told where it seems to belong.
    if (fault.seq < at.seq) EXPECT_EQ(fault.kind, FaultKind::kStale);
    if ((fault.seq == at.seq || fault.seq == at.seq + 1) && convicts(by, at, fault)) return &fault;
  }
  return nullptr;
}

struct Seen {
  std::set<std::string> alone;  // names of the faults that verify places where it was planted
  std::set<std::string> kept;   // with the checkpoints kept
  int passed = 0;               // verify alone found nothing
  int trials = 0;
};

// Between the last checkpoint kept that the log agrees with and the first that it does not.
void expect_between(const LogCopy& whole, Ref at, const VerifyFault& fault) {
  EXPECT_GT(fault.seq, at.seq);
  const auto& notes = whole.shards[at.shard].notes;
  const auto first = notes.lower_bound(fault.seq);
  ASSERT_TRUE(first != notes.end() && first->first == fault.seq);
  if (first != notes.begin()) EXPECT_LE(std::prev(first)->first, at.seq);
}

void try_one(const AttackKind& kind, uint64_t seed, Seen& seen) {
  const uint32_t shards = static_cast<uint32_t>(kind.shards ? 2 + seed % 3 : 1 + seed % 4);
  const LogCopy whole = kind.attested ? attested_ledger(seed) : small_ledger(seed, shards);
  ASSERT_TRUE(judge(whole, &whole).ok());
  LogCopy log = whole;
  const Ed25519PrivateKey key = maker::signer();
  const Planted planted = plant(log, kind, seed, kind.signs ? &key : nullptr);
  SCOPED_TRACE(std::string(kind.name) + " of seed " + std::to_string(seed) + ", " + std::to_string(shards) +
               " shards, at " + to_text(planted.at) + ": " + planted.what);
  ++seen.trials;
  const VerifyReport alone = judge(log);
  if (kind.found_by == FoundBy::kKept) {
    EXPECT_TRUE(alone.ok()) << report_text(alone);
    if (alone.ok()) ++seen.passed;
  } else {
    const VerifyFault* fault = kind.place == Place::kRecord ? found_at(alone, kind.found_by, planted.at)
                                                            : refuted_checkpoint(alone, planted.at.shard);
    ASSERT_NE(fault, nullptr) << report_text(alone);
    seen.alone.emplace(fault_name(fault->kind));
  }
  if (kind.place != Place::kCheckpoint) return;
  const VerifyReport against = judge(log, &whole);
  const VerifyFault* refuted = refuted_checkpoint(against, planted.at.shard);
  ASSERT_NE(refuted, nullptr) << report_text(against);
  expect_between(whole, planted.at, *refuted);
  seen.kept.emplace(fault_name(refuted->kind));
}

class AttackTrials : public testing::TestWithParam<AttackKind> {};

TEST_P(AttackTrials, AreFoundWhereTheyWerePlanted) {
  Seen seen;
  for_each_seed(GetParam().name, [&](uint64_t seed) { try_one(GetParam(), seed, seen); });
}

INSTANTIATE_TEST_SUITE_P(Kinds, AttackTrials, testing::ValuesIn(attack_kinds()), [](const auto& kind) {
  std::string name(kind.param.name);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Attack, SameSeedSameAttack) {
  const LogCopy plain = small_ledger(3, 4), attested = attested_ledger(3);
  const Ed25519PrivateKey key = maker::signer();
  for (const AttackKind& kind : attack_kinds()) {
    LogCopy one = kind.attested ? attested : plain, two = one;
    EXPECT_EQ(plant(one, kind, 5, &key).what, plant(two, kind, 5, &key).what) << kind.name;
    for (uint32_t shard = 0; shard < one.shards.size(); ++shard) {
      EXPECT_EQ(one.shards[shard].notes, two.shards[shard].notes) << kind.name;
      ASSERT_EQ(one.shards[shard].entries.size(), two.shards[shard].entries.size()) << kind.name;
      for (size_t seq = 0; seq < one.shards[shard].entries.size(); ++seq)
        EXPECT_EQ(one.shards[shard].entries[seq].record, two.shards[shard].entries[seq].record) << kind.name;
    }
  }
}

TEST(Attack, WhatALogLacksCannotBeAttacked) {
  LogCopy one = small_ledger(1, 1);
  EXPECT_THROW(plant(one, attack_kind("move"), 1, nullptr), Error);
  EXPECT_THROW(plant(one, attack_kind("re-sign"), 1, nullptr), Error);
  EXPECT_THROW(plant(one, attack_kind("statement-altered"), 1, nullptr), Error);
  EXPECT_THROW(attack_kind("none"), Error);
  one.shards[0].notes.clear();
  EXPECT_THROW(plant(one, attack_kind("flip"), 1, nullptr), Error);
}

TEST(Attack, TheCopyIsAnEmbeddedLogLikeTheOne) {
  const TempFolder folder;
  const LogCopy whole = small_ledger(2, 3);
  write_log(whole, folder / "log");
  const LogCopy again = copy_of(*LmdbLog::open(folder / "log"));
  ASSERT_EQ(again.shards.size(), 3u);
  for (uint32_t shard = 0; shard < 3; ++shard) {
    EXPECT_EQ(again.shards[shard].notes, whole.shards[shard].notes);
    ASSERT_EQ(again.shards[shard].entries.size(), whole.shards[shard].entries.size());
    for (size_t seq = 0; seq < whole.shards[shard].entries.size(); ++seq) {
      EXPECT_EQ(again.shards[shard].entries[seq].record, whole.shards[shard].entries[seq].record);
      EXPECT_EQ(again.shards[shard].entries[seq].blob, whole.shards[shard].entries[seq].blob);
    }
  }
  EXPECT_THROW(write_log(whole, folder / "log"), Error);
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

std::string row_of(const AttackKind& kind, const Seen& seen) {
  std::string row = "| `" + std::string(kind.name) + "` | " + std::string(kind.does) + " | ";
  row += kind.signs ? "hashes, operator's key" : kind.rehashes ? "hashes" : "bytes";
  row += " | " + std::string(found_by_text(kind.found_by)) + " | ";
  row += kind.found_by == FoundBy::kKept
             ? "**nothing** (" + std::to_string(seen.passed) + " of " + std::to_string(seen.trials) + ")"
             : joined(seen.alone);
  row += " | ";
  row += kind.place == Place::kRecord ? "at the record or checkpoint, or right behind it"
                                      : joined(seen.kept) + ", between two checkpoints kept";
  return row + " |\n";
}

constexpr const char* kHead = R"(# Attacks, and what gives each away

Written by `ninja attack_reference` from the trials of `tests/unit/attack`; a test fails when it is stale. `custody attack DATA OUT --kind KIND` plants one
in a copy of an embedded ledger, for drills. Each kind is tried with 10 seeds in every run of the tests and with 1,000 under `CUSTODY_LONG=1`,
on ledgers of one to four shards, and only records under a checkpoint are attacked.

*Holds*: what the attacker can make anew beside writing to the log. *Alone*: the faults (docs/formats/log.md) that `custody verify` places where the attack was
planted, in these trials. *Located*: where; "between two checkpoints kept" is what `verify --against` says to somebody who kept each checkpoint.

| kind | what is done | holds | found by | alone | located |
|---|---|---|---|---|---|
)";

constexpr const char* kTail = R"(
## What nothing finds

- A rewrite by whoever holds the operator's key (`re-sign`, `fork`) before anybody outside has kept a checkpoint that covers it. `verify` alone then finds nothing, and says
  `UNWITNESSED`. The same holds, without the key, of `roll-back` and `old-checkpoint`, which show an older checkpoint as the newest, and of `replace-key`,
  which shows a key of the attacker's as the ledger's. Keep what `custody checkpoint` prints, elsewhere, and hold the log against it.
- Changes to the last records, which no checkpoint covers yet.
- An event that a source or gateway never handed over, or altered before it was sealed: the log is whole, and does not say what happened. Of a source that
  attests its statements (docs/formats/attestation.md) that is `statement-altered` and `statement-omitted`, and is found.
)";

TEST(Attack, DocumentIsOfThisRun) {
  std::string text = kHead;
  for (const AttackKind& kind : attack_kinds()) {
    Seen seen;
    for (uint64_t seed = 1; seed <= kTrials; ++seed) try_one(kind, seed, seen);
    text += row_of(kind, seen);
  }
  text += handed_table();
  text += kTail;
  const std::filesystem::path file = std::filesystem::path(CUSTODY_SOURCE_DIR) / "docs/attacks.md";
  if (std::getenv("CUSTODY_WRITE_REFERENCE") != nullptr) std::ofstream(file, std::ios::binary) << text;
  std::stringstream there;
  there << std::ifstream(file, std::ios::binary).rdbuf();
  EXPECT_TRUE(there.str() == text) << "docs/attacks.md is stale: build the target attack_reference";
}

}  // namespace
}  // namespace custody
