// R-J4: each attack of the table, in seeded trials, is found by what the table says and placed where it was planted;
// what verify alone cannot find is asserted to pass, and to be convicted by the checkpoints that somebody kept.
// Ten trials of each, CUSTODY_LONG=1 a thousand; CUSTODY_SEED sets the first seed. docs/attacks.md tells of the ten.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "ledger/event/bodies_ledger.h"
#include "ledger/event/body.h"
#include "ledger/log/lmdb_log.h"
#include "ledger/proof/merkle.h"
#include "ledger/verify/verifier.h"
#include "tests/reference/log_maker.h"
#include "tests/unit/base/temp_folder.h"
#include "tools/attack/attack.h"
#include "tools/attack/forge.h"

namespace custody {
namespace {

constexpr int kTrials = 10;
constexpr int kLongTrials = 1000;

// What a verifier is given of a log: its entries, and of each shard the newest checkpoint.
class CopySource : public EntrySource {
 public:
  CopySource(const LogCopy& log, const LogCopy* kept) : log_(log), kept_(kept), at_(log.shards.size()) {}
  std::string descriptor_bytes() override { return encode_descriptor(log_.descriptor); }
  std::vector<CheckpointNote> checkpoints() override {
    std::vector<CheckpointNote> notes;
    for (uint32_t shard = 0; shard < log_.shards.size(); ++shard) {
      if (!log_.shards[shard].notes.empty()) notes.push_back({shard, log_.shards[shard].notes.rbegin()->second});
      if (kept_ == nullptr) continue;
      for (const auto& [size, note] : kept_->shards[shard].notes) notes.push_back({shard, note});
    }
    return notes;
  }
  std::optional<Entry> next(uint32_t shard) override {
    if (at_[shard] == log_.shards[shard].entries.size()) return std::nullopt;
    const CopiedEntry& entry = log_.shards[shard].entries[at_[shard]++];
    return Entry{entry.record, entry.blob};
  }

 private:
  const LogCopy& log_;
  const LogCopy* kept_;
  std::vector<size_t> at_;
};

VerifyReport judge(const LogCopy& log, const LogCopy* kept = nullptr) {
  VerifyOptions options;
  options.threads = 1;
  options.ids_memory_bytes = 1 << 20;
  CopySource source(log, kept);
  return verify(source, options);
}

void sign(LogCopy& log, uint32_t shard, uint64_t size) {
  CompactRange tree;
  for (uint64_t seq = 0; seq < size; ++seq) tree.append(leaf_hash(log.shards[shard].entries[seq].record));
  log.shards[shard].notes[size] =
      maker::sign_note(maker::signer(), shard_origin(log.descriptor, shard), size, tree.root());
}

// A whole ledger with a checkpoint of each shard for every round, as the signer makes them.
LogCopy ledger(uint64_t seed, uint32_t shards) {
  maker::Plan plan;
  plan.seed = seed;
  plan.shards = shards;
  plan.events = 24;
  const maker::Log made = maker::make(plan);
  LogCopy log{decode_descriptor(made.descriptor), std::vector<CopiedShard>(shards)};
  for (const maker::Entry& entry : made.entries) log.shards[entry.shard].entries.push_back({entry.record, entry.blob});
  for (uint64_t seq = 0; seq < log.shards[0].entries.size(); ++seq) {
    const Record record = decode_record(log.shards[0].entries[seq].record);
    if (record.statement.type != LedgerRound::kType) continue;
    sign(log, 0, seq + 1);
    for (const RoundShard& named : decode_body<LedgerRound>(record.statement.body).shards)
      sign(log, named.shard, named.size);
  }
  return log;
}

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
bool convicts(Witness witness, Ref at, const VerifyFault& fault) {
  switch (witness) {
    case Witness::kChain:  // nothing behind it has a proven place; of the last record the root above it
      return fault.kind < FaultKind::kFirst || (fault.seq == at.seq + 1 && of_a_checkpoint(fault.kind));
    case Witness::kRule:
      return fault.seq == at.seq && fault.kind >= FaultKind::kSealedAt && fault.kind <= FaultKind::kBlobAltered;
    case Witness::kRound:
      return fault.seq == at.seq && fault.kind == FaultKind::kRoundRoot;
    default:
      return of_a_checkpoint(fault.kind);
  }
}

// The fault that names the place of what was planted. Others may follow from it, and none stands before it.
const VerifyFault* found_at(const VerifyReport& report, Witness witness, Ref at) {
  for (const VerifyFault& fault : report.faults) {
    if (fault.shard != at.shard) continue;
    // A record whose number was lowered is also told where it seems to belong.
    if (fault.seq < at.seq) EXPECT_EQ(fault.kind, FaultKind::kStale);
    if ((fault.seq == at.seq || fault.seq == at.seq + 1) && convicts(witness, at, fault)) return &fault;
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
  const LogCopy whole = ledger(seed, shards);
  ASSERT_TRUE(judge(whole, &whole).ok());
  LogCopy log = whole;
  const Ed25519PrivateKey key = maker::signer();
  const Planted planted = plant(log, kind, seed, kind.signs ? &key : nullptr);
  SCOPED_TRACE(std::string(kind.name) + " of seed " + std::to_string(seed) + ", " + std::to_string(shards) +
               " shards, at " + to_text(planted.at) + ": " + planted.what);
  ++seen.trials;
  const VerifyReport alone = judge(log);
  if (kind.witness == Witness::kKept) {
    EXPECT_TRUE(alone.ok()) << report_text(alone);
    if (alone.ok()) ++seen.passed;
  } else {
    const VerifyFault* fault = kind.place == Place::kRecord ? found_at(alone, kind.witness, planted.at)
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

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : parse_u64(text).value();
}

class AttackTrials : public testing::TestWithParam<AttackKind> {};

TEST_P(AttackTrials, AreFoundWhereTheyWerePlanted) {
  const uint64_t first = number_from("CUSTODY_SEED", 1);
  const uint64_t trials = number_from("CUSTODY_LONG", 0) == 1 ? kLongTrials : kTrials;
  RecordProperty("first_seed", std::to_string(first));
  std::cout << GetParam().name << ": " << trials << " trials from CUSTODY_SEED=" << first << "\n";
  Seen seen;
  for (uint64_t seed = first; seed < first + trials && !HasFailure(); ++seed) try_one(GetParam(), seed, seen);
}

INSTANTIATE_TEST_SUITE_P(Kinds, AttackTrials, testing::ValuesIn(attack_kinds()), [](const auto& kind) {
  std::string name(kind.param.name);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Attack, SameSeedSameAttack) {
  const LogCopy whole = ledger(3, 4);
  const Ed25519PrivateKey key = maker::signer();
  for (const AttackKind& kind : attack_kinds()) {
    LogCopy one = whole, two = whole;
    EXPECT_EQ(plant(one, kind, 5, &key).what, plant(two, kind, 5, &key).what) << kind.name;
    for (uint32_t shard = 0; shard < 4; ++shard) {
      EXPECT_EQ(one.shards[shard].notes, two.shards[shard].notes) << kind.name;
      ASSERT_EQ(one.shards[shard].entries.size(), two.shards[shard].entries.size()) << kind.name;
      for (size_t seq = 0; seq < one.shards[shard].entries.size(); ++seq)
        EXPECT_EQ(one.shards[shard].entries[seq].record, two.shards[shard].entries[seq].record) << kind.name;
    }
  }
}

TEST(Attack, WhatALogLacksCannotBeAttacked) {
  LogCopy one = ledger(1, 1);
  EXPECT_THROW(plant(one, attack_kind("move"), 1, nullptr), Error);
  EXPECT_THROW(plant(one, attack_kind("re-sign"), 1, nullptr), Error);
  EXPECT_THROW(attack_kind("none"), Error);
  one.shards[0].notes.clear();
  EXPECT_THROW(plant(one, attack_kind("flip"), 1, nullptr), Error);
}

TEST(Attack, TheCopyIsAnEmbeddedLogLikeTheOne) {
  const TempFolder folder;
  const LogCopy whole = ledger(2, 3);
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
  row += " | " + std::string(witness_text(kind.witness)) + " | ";
  row += kind.witness == Witness::kKept
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
  `UNWITNESSED`. The same holds, without the key, of `roll-back` and `old-checkpoint`: they show an older checkpoint as the newest. Keep what
  `custody checkpoint` prints, elsewhere, and hold the log against it.
- Changes to the last records, which no checkpoint covers yet.
- An event that a source or gateway never handed over, or altered before it was sealed: the log is whole, and does not say what happened.
)";

TEST(Attack, DocumentIsOfThisRun) {
  std::string text = kHead;
  for (const AttackKind& kind : attack_kinds()) {
    Seen seen;
    for (uint64_t seed = 1; seed <= kTrials; ++seed) try_one(kind, seed, seen);
    text += row_of(kind, seen);
  }
  text += kTail;
  const std::filesystem::path file = std::filesystem::path(CUSTODY_SOURCE_DIR) / "docs/attacks.md";
  if (std::getenv("CUSTODY_WRITE_REFERENCE") != nullptr) std::ofstream(file, std::ios::binary) << text;
  std::stringstream there;
  there << std::ifstream(file, std::ios::binary).rdbuf();
  EXPECT_TRUE(there.str() == text) << "docs/attacks.md is stale: build the target attack_reference";
}

}  // namespace
}  // namespace custody
