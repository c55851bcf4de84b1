// The verifier and its naive twin agree: on the golden files, on ledgers made at random, and on these with bytes
// changed.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ledger/verify/raw.h"
#include "tests/reference/log_maker.h"
#include "tests/reference/twin.h"

namespace custody {
namespace {

const std::string kFolder = std::string(CUSTODY_SOURCE_DIR) + "/tests/vectors/log/";

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

VerifyReport verdict_on(const std::string& raw, unsigned threads = 1) {
  std::istringstream in(raw);
  VerifyOptions options;
  options.threads = threads;
  return verify_raw(in, options);
}

std::string first_of(const VerifyReport& report) {
  if (report.ok()) return "none";
  const VerifyFault& fault = report.faults[0];
  return std::string(fault_name(fault.kind)) + " " + to_text(Ref{fault.shard, fault.seq});
}

std::string first_of(const twin::Verdict& verdict) {
  if (verdict.faults.empty()) return "none";
  return verdict.faults[0].kind + " " + to_text(Ref{verdict.faults[0].shard, verdict.faults[0].seq});
}

// Sizes, heads and roots; and which faults, all of them.
std::string all_of(const VerifyReport& report) {
  std::string out;
  for (const VerifiedShard& shard : report.shards)
    out += std::to_string(shard.size) + to_hex(view_of(shard.head)) + to_hex(view_of(shard.root)) + "\n";
  for (const VerifyFault& fault : report.faults)
    out += std::string(fault_name(fault.kind)) + " " + to_text(Ref{fault.shard, fault.seq}) + "\n";
  return out;
}

std::string all_of(const twin::Verdict& verdict) {
  std::string out;
  for (const twin::Shard& shard : verdict.shards)
    out += std::to_string(shard.size) + to_hex(shard.head) + to_hex(shard.root) + "\n";
  for (const twin::Fault& fault : verdict.faults) out += fault.kind + " " + to_text(Ref{fault.shard, fault.seq}) + "\n";
  return out;
}

TEST(Reference, BothNameTheFirstFaultOfEveryCase) {
  for (const maker::Case& each : maker::cases()) {
    SCOPED_TRACE(each.name);
    const std::string raw = each.raw();
    const std::string expected = each.kind.empty() ? "none" : each.kind + " " + to_text(each.place);
    EXPECT_EQ(first_of(verdict_on(raw)), expected);
    EXPECT_EQ(first_of(twin::judge(raw)), expected);
    EXPECT_EQ(all_of(verdict_on(raw)), all_of(twin::judge(raw)));
    EXPECT_EQ(all_of(verdict_on(raw, 4)), all_of(verdict_on(raw, 1)));
  }
}

// What the golden files and their table say, whatever the maker would make today.
TEST(Reference, BothAgreeWithTheTableOfTheGoldenFiles) {
  std::istringstream table(read(kFolder + "README.md"));
  size_t rows = 0;
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string bar, file, kind, place;
    words >> bar >> file >> bar >> kind >> bar >> place;
    if (!file.ends_with(".csx")) continue;
    ++rows;
    SCOPED_TRACE(file);
    const std::string raw = read(kFolder + file);
    ASSERT_FALSE(raw.empty());
    const std::string expected = kind == "none" ? kind : kind + " " + place;
    EXPECT_EQ(first_of(verdict_on(raw)), expected);
    EXPECT_EQ(first_of(twin::judge(raw)), expected);
  }
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) files += entry.path().extension() == ".csx";
  EXPECT_EQ(rows, files);
  EXPECT_GT(rows, 50u);
}

TEST(Reference, TheBytesNeverChange) {
  for (const maker::Case& each : maker::cases())
    if (each.golden) {
      EXPECT_TRUE(read(kFolder + each.name + ".csx") == each.raw()) << each.name;
    }
}

TEST(Reference, BothAgreeOnDamageAtRandom) {
  for (uint64_t seed = 1; seed <= 16; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    maker::Plan plan;
    plan.seed = seed;
    plan.shards = seed % 2 == 0 ? 1 : 1 + static_cast<uint32_t>(seed % 7);
    plan.events = 20 + static_cast<int>(seed);
    plan.round_every = 1 + static_cast<int>(seed % 5);
    plan.checkpoint_at_end = seed % 3 == 0;
    std::string raw = maker::make(plan).raw();
    EXPECT_EQ(first_of(verdict_on(raw)), "none");
    EXPECT_EQ(all_of(verdict_on(raw)), all_of(twin::judge(raw)));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 20; ++i) {
      std::string bad = raw;
      const size_t at = random() % bad.size();
      bad[at] = static_cast<char>(bad[at] ^ (1 << random() % 8));
      EXPECT_EQ(all_of(verdict_on(bad)), all_of(twin::judge(bad))) << "byte " << at;
      // What no checkpoint covers yet has nothing that would contradict the last records.
      if (plan.checkpoint_at_end) {
        EXPECT_NE(first_of(verdict_on(bad)), "none") << "byte " << at;
      }
    }
  }
}

}  // namespace
}  // namespace custody
