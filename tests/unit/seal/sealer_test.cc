#include "ledger/event/bodies_ledger.h"
#include "ledger/proof/checkpoint.h"
#include "tests/unit/seal/ledger_fixture.h"

namespace custody {
namespace {

using SealerTest = LedgerFixture;

TEST_F(SealerTest, BeginsWithTheDescriptorAndATerm) {
  wait_for("sealer.started", 1);
  const auto all = records();
  const Record first = decode_record(all.at(0));
  EXPECT_EQ(first.statement.type, "ledger.created");
  EXPECT_EQ(first.statement.body, encode_descriptor(log_->descriptor()));
  EXPECT_EQ(first.seal.prev, sha256(encode_descriptor(log_->descriptor())));
  const auto started = decode_body<SealerStarted>(decode_record(all.at(1)).statement.body);
  EXPECT_EQ(started.term, Count(1));
}

TEST_F(SealerTest, SealsInIntakeOrderAndLinksEveryRecord) {
  for (int i = 0; i < 500; ++i) take({.id = "e" + std::to_string(i)});
  wait_for("data.accessed", 500);
  Digest prev = sha256(encode_descriptor(log_->descriptor()));
  uint64_t seq = 0;
  int next = 0;
  for (const std::string& bytes : records()) {
    const Record record = decode_record(bytes);
    EXPECT_EQ(record.seal.seq, seq++);
    EXPECT_EQ(record.seal.prev, prev);
    EXPECT_EQ(record.seal.reg, record.seal.seq);
    prev = leaf_hash(bytes);
    if (record.statement.type == "data.accessed") {
      EXPECT_EQ(record.statement.source_id, "e" + std::to_string(next++));
    }
  }
  EXPECT_EQ(next, 500);
}

TEST_F(SealerTest, ARepeatLeavesNoTraceAndAConflictARecord) {
  take({.id = "same"});
  take({.id = "same"});
  take({.id = "same", .body = "another"});
  take({.id = "last"});
  wait_for("event.conflicted", 1);
  wait_for("data.accessed", 2);
  for (const std::string& bytes : records()) {
    const Record record = decode_record(bytes);
    if (record.statement.type != "event.conflicted") continue;
    const auto body = decode_body<EventConflicted>(record.statement.body);
    EXPECT_EQ(body.id.text, "same");
    EXPECT_EQ(tails_[0]->find(make_event_id("urn:crm", "same", 1'700'000'000'000'000))->seq, body.first->seq);
  }
}

TEST_F(SealerTest, ARepeatIsRecognisedAfterARestart) {
  take({.id = "same"});
  wait_for("data.accessed", 1);
  reopen();
  wait_for("sealer.started", 2);
  take({.id = "same"});
  take({.id = "next"});
  wait_for("data.accessed", 2);
  EXPECT_EQ(count_of("event.conflicted"), 0u);
  EXPECT_EQ(decode_record(records().back()).statement.source_id != "same", true);
}

TEST_F(SealerTest, WhatCannotBeSealedIsRefusedWithARecord) {
  take_bytes("no entry at all", 0);
  TestEvent event{.id = "x"};
  std::string wrong_id = intake_entry(event);
  wrong_id[wrong_id.find("CEV1") + 4 + 1 + event.type.size() + 2 + 10] ^= 1;
  take_bytes(wrong_id, 0);
  take({.id = "from-the-future", .seen = 1'000'000});
  take({.id = "fake", .type = "ledger.round", .source = "custody:sealer"});
  take({.id = "good"});
  wait_for("event.refused", 4);
  wait_for("data.accessed", 1);
  std::vector<std::string> reasons;
  for (const std::string& bytes : records()) {
    const Record record = decode_record(bytes);
    if (record.statement.type == "event.refused")
      reasons.push_back(decode_body<EventRefused>(record.statement.body).reason.text);
  }
  EXPECT_THAT(reasons, testing::ElementsAre("malformed", "wrong-id", "ahead-of-registry", "own-type"));
}

TEST_F(SealerTest, EveryRoundIsSignedAndARestartGoesOnFromIt) {
  take({.id = "one"});
  wait_for("ledger.round", 1);
  reopen();
  take({.id = "two"});
  wait_for("ledger.round", 2);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::optional<Checkpoint> checkpoint;
  CompactRange tree;
  for (const std::string& bytes : records()) tree.append(leaf_hash(bytes));
  while (!checkpoint || checkpoint->size < 5) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    if (const auto note = log_->newest_checkpoint(0)) checkpoint = open_checkpoint(*note, log_->descriptor().signer);
  }
  CompactRange prefix;
  const auto all = records();
  for (size_t i = 0; i < checkpoint->size; ++i) prefix.append(leaf_hash(all[i]));
  EXPECT_EQ(checkpoint->root, prefix.root());
  EXPECT_EQ(checkpoint->origin, "localhost/test/0");
  EXPECT_EQ(rounds_->fault(), "");
}

TEST_F(SealerTest, AClockThatJumpsStopsSealingUntilAStepIsRecorded) {
  take({.id = "before"});
  wait_for("data.accessed", 1);
  clock_.jump(-3'600'000'000);
  take({.id = "during"});
  wait_not_ready("the clock jumped by -3");
  EXPECT_EQ(count_of("data.accessed"), 1u);
  take({.id = "step", .type = "clock.stepped"});
  take({.id = "after"});
  wait_for("data.accessed", 3);
  int64_t previous = 0;
  bool stepped = false;
  for (const std::string& bytes : records()) {
    const Record record = decode_record(bytes);
    if (!stepped) EXPECT_GE(record.seal.sealed_at_us, previous);
    stepped = record.statement.type == "clock.stepped";
    previous = record.seal.sealed_at_us;
  }
}

TEST_F(SealerTest, AClockThatSaysWhatNoRecordCanHoldStopsSealing) {
  take({.id = "before"});
  wait_for("data.accessed", 1);
  const int64_t far = kEndOfTimeUs - clock_.now_us();
  clock_.jump(far);
  wait_not_ready("which no record can hold");
  clock_.jump(-far);
  take({.id = "after"});
  wait_for("data.accessed", 2);
}

TEST_F(SealerTest, AClockStepIsFoundBehindMoreEntriesThanABatch) {
  close();
  sealer_options_.max_batch = 4;
  create(1);
  take({.id = "before"});
  wait_for("data.accessed", 1);
  clock_.jump(-3'600'000'000);
  wait_not_ready("the clock jumped");
  for (int i = 0; i < 50; ++i) take({.id = "waits" + std::to_string(i)});
  EXPECT_EQ(count_of("data.accessed"), 1u);
  take({.id = "step", .type = "clock.stepped"});
  take({.id = "after"});
  wait_for("data.accessed", 52);
  EXPECT_TRUE(sealers_[0]->status().ready);
}

TEST_F(SealerTest, AStepRecordedAgainEndsNoNewJump) {
  take({.id = "step", .type = "clock.stepped"});
  take({.id = "behind the step"});
  wait_for("data.accessed", 1);  // so the sealer has started its clock anew
  clock_.jump(-3'600'000'000);
  wait_not_ready("the clock jumped");
  take({.id = "step", .type = "clock.stepped"});
  take({.id = "during"});
  take({.id = "next step", .type = "clock.stepped"});
  wait_for("clock.stepped", 2);
  EXPECT_EQ(count_of("data.accessed"), 2u);
}

TEST_F(SealerTest, ATermBegunBehindTheLastRecordWaitsForAStep) {
  take({.id = "before"});
  wait_for("data.accessed", 1);
  close();
  clock_.jump(-3'600'000'000);
  open();
  wait_not_ready("but the last record was sealed at");
  take({.id = "waits"});
  take({.id = "step", .type = "clock.stepped"});
  take({.id = "after"});
  wait_for("data.accessed", 3);
  const auto all = records();
  EXPECT_LT(decode_record(all.back()).seal.sealed_at_us, decode_record(all.front()).seal.sealed_at_us);
}

TEST_F(SealerTest, AStepOnTheRegistryFreesEveryShard) {
  close();
  create(4);
  const TestEvent customer{.id = "before", .subject = {{9}}};
  const uint32_t shard = shard_of_event(customer);
  take(customer);
  wait_for("data.accessed", 1, shard);
  clock_.jump(-3'600'000'000);
  wait_not_ready("the clock jumped", shard);
  take({.id = "during", .subject = {{9}}});
  take({.id = "step", .type = "clock.stepped"});
  wait_for("data.accessed", 2, shard);
  const auto all = records(shard);
  const Record last = decode_record(all.back());
  EXPECT_LT(last.seal.sealed_at_us, decode_record(all[all.size() - 2]).seal.sealed_at_us);
  size_t step = 0;
  while (decode_record(records()[step]).statement.type != "clock.stepped") ++step;
  EXPECT_GT(last.seal.reg, step);
}

TEST_F(SealerTest, WhatAGatewayJudgedIsNotRefusedWhileTheRegistryIsReadLate) {
  close();
  create(2);
  wait_for("sealer.started", 1, 1);
  int n = 0;
  const auto lag = [&] {
    until([&] { return sealers_[0]->status().ready; }, "ready");
    log_->hold(0);
    until(
        [&] {
          take({.id = "more" + std::to_string(++n), .type = "step.closed"});
          return records(0).size() > tails_[0]->size() + 1;
        },
        "a registry that is read late");
  };
  lag();
  take({.id = "judged", .subject = {{9}}, .seen = records(0).size()});
  wait_not_ready("waits for record 0:", 1);
  close();  // nor by a stop
  open();
  wait_for("data.accessed", 1, 1);
  lag();
  take({.id = "judged too", .subject = {{9}}, .seen = records(0).size()});
  wait_not_ready("waits for record 0:", 1);
  log_->let_go();
  wait_for("data.accessed", 2, 1);
  until([&] { return sealers_[1]->status().ready; }, "ready");
  take({.id = "from the future", .subject = {{9}}, .seen = 1'000'000});
  wait_for("event.refused", 1, 1);
  EXPECT_EQ(count_of("event.refused", 1), 1u);
}

TEST_F(SealerTest, ShardsSealInParallelAndRoundsNameTheirRoots) {
  close();
  create(4);
  std::vector<size_t> expected(4);
  for (int i = 0; i < 300; ++i) {
    TestEvent event{.id = "e" + std::to_string(i)};
    event.subject.bytes.fill(static_cast<uint8_t>(1 + i % 200));
    ++expected[shard_of_event(event)];
    take(event);
  }
  EXPECT_EQ(expected[0], 0u);
  for (uint32_t shard = 1; shard < 4; ++shard) wait_for("data.accessed", expected[shard], shard);
  wait_for("ledger.round", 1);
  const size_t rounds_before =
      count_of("ledger.round");  // one round may have held them all: more must grow for another
  take({.id = "one more", .subject = {{9}}});
  wait_for("ledger.round", rounds_before + 1);
  for (const std::string& bytes : records()) {
    const Record record = decode_record(bytes);
    if (record.statement.type != "ledger.round") continue;
    const auto round = decode_body<LedgerRound>(record.statement.body);
    ASSERT_EQ(round.shards.size(), 3u);
    for (const RoundShard& shard : round.shards) {
      CompactRange tree;
      const auto all = records(shard.shard);
      for (size_t i = 0; i < shard.size; ++i) tree.append(leaf_hash(all[i]));
      EXPECT_EQ(tree.root(), shard.root);
    }
  }
}

}  // namespace
}  // namespace custody
