// Whoever may write to the intake can put anything there. Each entry ends as a record, and the ledger stays one that
// the verifier finds nothing wrong with.
#include <sstream>

#include "ledger/event/bodies_ledger.h"
#include "ledger/seal/intake_judge.h"
#include "ledger/verify/raw.h"
#include "tests/unit/seal/ledger_fixture.h"

namespace custody {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// An intake entry, taken apart to be changed.
struct Entry {
  explicit Entry(const TestEvent& of) : event(of), bytes(intake_entry(event)) {
    const IntakeEntry entry = decode_intake(bytes);
    stamp = entry.stamp;
    statement = entry.statement;
  }
  Entry(const Entry&) = delete;
  std::string encode() {
    statement.id = make_event_id(statement.source, statement.source_id, statement.time.us);
    return encode_intake(to_canonical(stamp), to_canonical(statement), blob);
  }

  TestEvent event;
  std::string bytes;
  Stamp stamp;
  Statement statement;
  std::string blob;
};

std::string blob_of(size_t size) {
  const std::string ciphertext(size, 'c');
  Blob blob;
  blob.sections.push_back({{}, {}, ciphertext});
  return encode_blob(blob);
}

std::string refusal(Entry& entry) {
  return judge_intake(entry.encode(), 0, 1).refusal;
}

TEST(JudgeIntake, TakesWhatTheVerifierWouldFindNothingWrongWith) {
  Entry plain({.id = "plain"});
  EXPECT_EQ(refusal(plain), "");
  Entry valued({.id = "valued"});
  valued.blob = blob_of(64);
  valued.stamp.blob = blob_hash(valued.blob);
  valued.statement.values_commit.fill(1);
  EXPECT_EQ(refusal(valued), "");
  Entry own({.id = "read", .type = "ledger.read", .source = "custody:gateway", .actor = "system:custody"});
  own.stamp.method = static_cast<uint8_t>(Method::kInProcess);
  EXPECT_EQ(refusal(own), "");
}

TEST(JudgeIntake, WhatOnlyTheSealerMakesIsRefusedFromAnybody) {
  for (const char* type : {"ledger.created", "ledger.round", "sealer.started", "event.conflicted", "event.refused"}) {
    Entry own({.id = "x", .type = type, .source = "custody:sealer", .actor = "system:custody"});
    own.stamp.method = static_cast<uint8_t>(Method::kInProcess);
    EXPECT_EQ(refusal(own), "own-type") << type;
    Entry strangers({.id = "x", .type = type});
    EXPECT_EQ(refusal(strangers), "own-type") << type;
  }
}

TEST(JudgeIntake, NobodySpeaksAsTheLedgerFromOutside) {
  Entry by_token({.id = "x", .type = "ledger.read", .source = "custody:gateway", .actor = "system:custody"});
  by_token.stamp.method = static_cast<uint8_t>(Method::kToken);
  EXPECT_EQ(refusal(by_token), "own-source");
  Entry by_person({.id = "x", .type = "ledger.read", .source = "custody:gateway"});
  by_person.stamp.method = static_cast<uint8_t>(Method::kInProcess);
  EXPECT_EQ(refusal(by_person), "own-source");
}

TEST(JudgeIntake, ValuesAndBlobGoTogether) {
  Entry no_blob({.id = "x"});
  no_blob.statement.values_commit.fill(1);
  EXPECT_EQ(refusal(no_blob), "values-mismatch");
  Entry no_values({.id = "x"});
  no_values.blob = blob_of(64);
  no_values.stamp.blob = blob_hash(no_values.blob);
  EXPECT_EQ(refusal(no_values), "values-mismatch");
  Entry other_blob({.id = "x"});
  other_blob.blob = blob_of(64);
  other_blob.stamp.blob.fill(2);
  other_blob.statement.values_commit.fill(1);
  EXPECT_EQ(refusal(other_blob), "blob-mismatch");
}

TEST(JudgeIntake, NoSectionIsSealedAsTakenOut) {
  Entry whole({.id = "x"});
  whole.blob = blob_of(96);
  whole.stamp.blob = blob_hash(whole.blob);
  whole.statement.values_commit.fill(1);
  EXPECT_EQ(refusal(whole), "");
  const std::string bytes = whole.blob;
  Blob blob = decode_blob(bytes);
  blob.sections[0] = take_out(blob.sections[0]);
  whole.blob = encode_blob(blob);
  EXPECT_EQ(blob_hash(whole.blob), whole.stamp.blob);
  EXPECT_EQ(refusal(whole), "blob-mismatch");
}

TEST(JudgeIntake, WhatIsTooLargeToCarryIsRefused) {
  Entry large({.id = "x"});
  large.blob = blob_of(kMaxBlobBytes);
  large.stamp.blob = blob_hash(large.blob);
  large.statement.values_commit.fill(1);
  EXPECT_EQ(refusal(large), "too-long");
  Entry longer({.id = "x", .body = std::string(kMaxRecordBytes, 'b')});
  EXPECT_EQ(refusal(longer), "too-long");
}

// The records of a conflict and of a refusal repeat them.
TEST(JudgeIntake, ASourceOrIdThatCannotBeRepeatedIsRefused) {
  Entry source({.id = "x", .source = "no uri"});
  EXPECT_EQ(refusal(source), "malformed");
  Entry id({.id = "two\nlines"});
  EXPECT_EQ(refusal(id), "malformed");
}

class HostileIntakeTest : public LedgerFixture {
 protected:
  // The log as it is now, through the verifier.
  std::vector<std::string> faults() {
    std::ostringstream out;
    RawWriter writer(out, encode_descriptor(log_->descriptor()));
    for (uint32_t shard = 0; shard < log_->descriptor().shards; ++shard)
      for (const std::string& record : records(shard)) writer.entry(shard, record, {});
    writer.finish();
    std::istringstream in(out.str());
    std::vector<std::string> all;
    for (const VerifyFault& fault : verify_raw(in).faults)
      all.push_back(std::string(fault_name(fault.kind)) + " " + to_text(Ref{fault.shard, fault.seq}));
    return all;
  }
  std::vector<std::string> reasons() {
    std::vector<std::string> all;
    for (const std::string& bytes : records()) {
      const Record record = decode_record(bytes);
      if (record.statement.type == "event.refused")
        all.push_back(decode_body<EventRefused>(record.statement.body).reason.text);
    }
    return all;
  }
};

TEST_F(HostileIntakeTest, WhateverItHoldsTheLedgerVerifies) {
  take_bytes("no entry at all", 0);
  take({.id = "a-round", .type = "ledger.round"});
  take({.id = "same", .source = "no uri"});
  take({.id = "same", .source = "no uri", .body = "another"});
  take({.id = "same"});
  take({.id = "same", .body = "another"});
  take({.id = "future", .seen = 1'000'000});
  take({.id = "step", .type = "clock.stepped"});
  take({.id = "good"});
  wait_for("data.accessed", 2);
  EXPECT_THAT(reasons(), ElementsAre("malformed", "own-type", "malformed", "malformed", "ahead-of-registry"));
  EXPECT_EQ(count_of("event.conflicted"), 1u);
  reopen();
  take({.id = "more"});
  wait_for("data.accessed", 3);
  wait_for("ledger.round", 1);
  EXPECT_THAT(faults(), IsEmpty());
}

// A clock that runs back by less than is tolerated: rounds have the time of their own record all the same.
TEST_F(HostileIntakeTest, RoundsAreClosedWhenTheyAreSealed) {
  for (int i = 0; i < 4; ++i) {
    const std::string number = std::to_string(i);
    const size_t rounds = count_of("ledger.round");
    take({.id = "e" + number});
    wait_for("ledger.round", rounds + 1);
    clock_.jump(-400'000);
  }
  EXPECT_THAT(faults(), IsEmpty());
}

}  // namespace
}  // namespace custody
