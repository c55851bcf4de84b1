// The verifier beyond single faults (those are in tests/reference): growth while reading, saved heads, bounded memory,
// hostile streams, the report.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <map>
#include <sstream>

#include "ledger/codec/json.h"
#include "ledger/verify/raw.h"
#include "tests/reference/log_maker.h"

namespace custody {
namespace {

using testing::HasSubstr;

// A log in memory that gives each shard's entries up to a limit, and grows when it is asked again behind it.
class GrowingSource : public EntrySource {
 public:
  GrowingSource(maker::Log log, uint32_t shards, size_t first)
      : log_(std::move(log)), limit_(shards, first), at_(shards) {
    rows_.resize(shards);
    for (const maker::Entry& entry : log_.entries) rows_[entry.shard].push_back(&entry);
  }
  std::string descriptor_bytes() override { return log_.descriptor; }
  std::vector<CheckpointNote> checkpoints() override { return {}; }
  std::optional<Entry> next(uint32_t shard) override {
    if (at_[shard] == std::min(limit_[shard], rows_[shard].size())) {
      limit_[shard] = rows_[shard].size();  // whoever asks again finds more
      return std::nullopt;
    }
    const maker::Entry* entry = rows_[shard][at_[shard]++];
    return Entry{entry->record, entry->blob};
  }

 private:
  maker::Log log_;
  std::vector<size_t> limit_;
  std::vector<size_t> at_;
  std::vector<std::vector<const maker::Entry*>> rows_;
};

maker::Log made(uint32_t shards, int events) {
  maker::Plan plan;
  plan.shards = shards;
  plan.events = events;
  return maker::make(plan);
}

VerifyReport judge(const std::string& raw, const VerifyOptions& options = {}) {
  std::istringstream in(raw);
  return verify_raw(in, options);
}

std::string first_fault(const VerifyReport& report) {
  return report.ok() ? "none" : std::string(fault_name(report.faults[0].kind));
}

TEST(Verify, ALogThatGrowsWhileItIsReadIsNoFault) {
  for (size_t first = 1; first < 12; ++first) {
    SCOPED_TRACE(first);
    GrowingSource source(made(4, 40), 4, first);
    const VerifyReport report = verify(source);
    EXPECT_EQ(first_fault(report), "none");
    EXPECT_GT(report.records, 4u);
  }
}

TEST(Verify, ARawLogWrittenMeanwhileIsAConsistentCut) {
  for (size_t first = 1; first < 12; ++first) {
    SCOPED_TRACE(first);
    GrowingSource source(made(4, 40), 4, first);
    std::ostringstream out;
    const uint64_t entries = write_raw(source, out);
    const VerifyReport report = judge(out.str());
    EXPECT_EQ(report.records, entries);
    for (const VerifyFault& fault : report.faults)  // a source that ends too early for its rounds is the only excuse
      EXPECT_EQ(fault_name(fault.kind), "round_size");
  }
}

TEST(Verify, ALogExtendsWhatWasSavedOfItAndNothingElse) {
  const maker::Log whole = made(4, 40);
  maker::Log part = whole;
  part.notes.clear();
  // Up to the third round: what a verification then saw.
  size_t end = 0;
  for (size_t i = 0; i < part.entries.size() && end == 0; ++i)
    if (part.entries[i].shard == 0 && decode_seal(part.entries[i].record).seq == 4) end = i + 1;
  part.entries.resize(end);
  const VerifyReport before = judge(part.raw());
  ASSERT_EQ(first_fault(before), "none");
  VerifyOptions options;
  options.saved = decode_saved_head(encode_saved_head(saved_head(before).value()));

  EXPECT_EQ(judge(whole.raw(), options).extends, true);
  EXPECT_EQ(judge(part.raw(), options).extends, true);
  EXPECT_EQ(first_fault(judge(whole.raw(), options)), "none");

  // Another history under the same descriptor: one event says something else from the start.
  maker::Plan other;
  other.shards = 4;
  other.events = 40;
  other.before_seal = [](maker::Draft& draft) {
    if (draft.seal.shard == 1 && draft.seal.seq == 1) draft.body = "what was wanted";
  };
  const VerifyReport rewritten = judge(maker::make(other).raw(), options);
  EXPECT_EQ(rewritten.extends, false);
  EXPECT_EQ(first_fault(rewritten), "extension");
  EXPECT_EQ(rewritten.shards[1].proved, 0u);
  EXPECT_FALSE(saved_head(rewritten).has_value());

  maker::Log shorter = part;
  shorter.entries.resize(6);
  EXPECT_EQ(judge(shorter.raw(), options).extends, false);
}

TEST(Verify, IdsAreFoundTwiceInBoundedMemory) {
  for (const uint64_t far : {2u, 700u, 2900u}) {
    maker::Plan plan;
    plan.events = 3000;
    plan.round_every = 1000;
    maker::Draft early;
    plan.before_seal = [&](maker::Draft& draft) {
      if (draft.seal.seq == 2) early = draft;
      if (draft.seal.seq != 2 + far) return;
      draft.source_id = early.source_id;
      draft.statement.time = early.statement.time;
      draft.statement.id = early.statement.id;
    };
    VerifyOptions options;
    options.ids_memory_bytes = 4096;  // 170 ids: many runs on disk
    const VerifyReport report = judge(maker::make(plan).raw(), options);
    ASSERT_EQ(first_fault(report), "id_repeated");
    EXPECT_EQ(report.faults[0].seq, 2 + far);
    EXPECT_THAT(report.faults[0].found, HasSubstr("0:2"));
    EXPECT_EQ(report.shards[0].proved, 2 + far);
  }
}

TEST(Verify, AShardFarAheadOfTheRegistryIsKeptOnDisk) {
  maker::Plan plan;
  plan.shards = 2;
  plan.events = 20'000;
  plan.round_every = 40;
  plan.checkpoint_at_end = true;
  maker::Log log = maker::make(plan);
  std::vector<maker::Entry> shard_1, registry;
  for (maker::Entry& entry : log.entries) (entry.shard == 1 ? shard_1 : registry).push_back(std::move(entry));
  log.entries = std::move(shard_1);
  log.entries.insert(log.entries.end(), registry.begin(), registry.end());
  const VerifyReport report = judge(log.raw());
  EXPECT_EQ(first_fault(report), "none");
  EXPECT_EQ(report.rounds, 500u);
}

TEST(Verify, ATrustedDescriptorIsDemanded) {
  VerifyOptions options;
  const maker::Log log = made(1, 3);
  options.descriptor = sha256(log.descriptor);
  EXPECT_EQ(first_fault(judge(log.raw(), options)), "none");
  (*options.descriptor)[0] ^= 1;
  EXPECT_EQ(first_fault(judge(log.raw(), options)), "descriptor");
}

TEST(Verify, EveryPrefixOfAStreamIsAVerdict) {
  const std::string raw = made(2, 3).raw();
  for (size_t size = 0; size < raw.size(); size += 3) ASSERT_FALSE(judge(raw.substr(0, size)).ok()) << size;
}

TEST(Verify, LengthsThatLieAllocateNothing) {
  std::string raw = made(1, 3).raw();
  for (size_t i = 4; i < 8; ++i) raw[i] = '\xff';
  EXPECT_EQ(first_fault(judge(raw)), "raw_form");
}

TEST(Verify, FaultsAreCountedBeyondTheFirstHundred) {
  maker::Plan plan;
  plan.events = 300;
  plan.before_seal = [](maker::Draft& draft) { draft.statement.id.bytes[15] ^= 1; };
  const VerifyReport report = judge(maker::make(plan).raw());
  EXPECT_EQ(report.faults.size(), kMaxFaultsPerShard);
  EXPECT_EQ(report.faults[99].seq, 99u);
  EXPECT_EQ(report.faults_left_out + kMaxFaultsPerShard, report.records);
}

TEST(Report, JsonHasTheNamesThatScriptsRelyOn) {
  maker::Log log = made(2, 9);
  const auto whole = parse_json(report_json(judge(log.raw()))).as_object();
  for (const char* name : {"records", "bytes", "rounds", "shards", "witnessed", "faults", "seconds"})
    EXPECT_TRUE(whole.contains(name)) << name;
  const auto& shard = whole.at("shards").as_array().at(1).as_object();
  for (const char* name : {"shard", "size", "head", "root"}) EXPECT_TRUE(shard.contains(name)) << name;
  EXPECT_TRUE(whole.at("faults").as_array().empty());

  log.entries[5].record.pop_back();
  const auto broken = parse_json(report_json(judge(log.raw()))).as_object();
  const auto& fault = broken.at("faults").as_array().at(0).as_object();
  for (const char* name : {"kind", "shard", "seq", "expected", "found"}) EXPECT_TRUE(fault.contains(name)) << name;
  EXPECT_EQ(fault.at("kind").as_string(), "form");
}

TEST(Report, TextSaysWhatIsProvedApartAndWhereItEnds) {
  const std::string text = report_text(judge(made(1, 9).raw()));
  for (const char* line : {"bytes", "links", "rules", "tree", "signatures", "rounds", "blobs", "witnessed up to",
                           "UNWITNESSED tail", "sources attested", "no fault found"})
    EXPECT_THAT(text, HasSubstr(line));
  maker::Log log = made(1, 9);
  log.entries[6].record[50] = static_cast<char>(log.entries[6].record[50] ^ 1);
  const std::string broken = report_text(judge(log.raw()));
  EXPECT_THAT(broken, HasSubstr("fault prev at 0:6"));
  EXPECT_THAT(broken, HasSubstr("expected"));
  EXPECT_THAT(broken, HasSubstr("0:0 to 0:4"));
}

TEST(Report, EveryKindHasANameAndAMeaning) {
  std::map<std::string_view, int> names;
  for (size_t i = 0; i < kFaultKinds; ++i) {
    ++names[fault_name(static_cast<FaultKind>(i))];
    EXPECT_FALSE(fault_meaning(static_cast<FaultKind>(i)).empty());
  }
  EXPECT_EQ(names.size(), kFaultKinds);
}

}  // namespace
}  // namespace custody
