// Rounds and their signatures when something is late, lost, or not what it was.
#include <filesystem>

#include "ledger/event/bodies_ledger.h"
#include "ledger/proof/checkpoint.h"
#include "tests/unit/seal/ledger_fixture.h"

namespace custody {
namespace {

class RoundTest : public LedgerFixture {
 protected:
  // Rounds are numbered from 1 without gaps, and never name fewer records of a shard than one before.
  void expect_sound_rounds() {
    uint64_t number = 0;
    std::vector<uint64_t> sizes(log_->descriptor().shards);
    for (const std::string& bytes : records()) {
      const Record record = decode_record(bytes);
      if (record.statement.type != "ledger.round") continue;
      const auto round = decode_body<LedgerRound>(record.statement.body);
      EXPECT_EQ(round.round, ++number);
      for (const RoundShard& shard : round.shards) {
        EXPECT_GE(shard.size, sizes[shard.shard]) << "round " << round.round << ", shard " << shard.shard;
        sizes[shard.shard] = shard.size;
      }
    }
    EXPECT_GT(number, 0u);
  }
  uint64_t signed_size(uint32_t shard = 0) {
    const auto note = log_->newest_checkpoint(shard);
    return note ? open_checkpoint(*note, log_->descriptor().signer).value().size : 0;
  }
  CompactRange tree_of(size_t size, uint32_t shard = 0) {
    CompactRange tree;
    const auto all = records(shard);
    for (size_t i = 0; i < size; ++i) tree.append(leaf_hash(all.at(i)));
    return tree;
  }
  TestEvent on_shard(uint32_t shard, const std::string& id) {
    TestEvent event{.id = id};
    do ++event.subject.bytes[0];
    while (shard_of_event(event) != shard);
    return event;
  }
};

TEST_F(RoundTest, ARoundThatIsReadBackLateIsNotMadeAgain) {
  take({.id = "one"});
  wait_for("ledger.round", 1);
  until([&] { return signed_size() > 0; }, "signed");
  log_->hold(0);
  const size_t before = records().size();
  for (int i = 0; i < 5; ++i) take({.id = "held" + std::to_string(i)});
  until([&] { return records().size() >= before + 5; }, "sealed");
  // The tail does not show these yet, so no round is asked for; those asked for before are in sight again below.
  log_->let_go();
  wait_for("ledger.round", 2);
  log_->hold(0);
  take({.id = "more"});
  until([&] { return count_of("data.accessed") == 7; }, "sealed");
  log_->let_go();
  take({.id = "last"});
  const size_t rounds = count_of("ledger.round");
  wait_for("ledger.round", rounds + 1);
  expect_sound_rounds();
}

TEST_F(RoundTest, ARoundOfUnknownOutcomeIsNotMadeTwice) {
  for (int i = 0; i < 4; ++i) {
    log_->fail_after_append();
    take({.id = "e" + std::to_string(i)});
    wait_for("data.accessed", static_cast<size_t>(i) + 1);
  }
  const size_t rounds = count_of("ledger.round");
  take({.id = "last"});
  wait_for("ledger.round", rounds + 1);
  expect_sound_rounds();
}

TEST_F(RoundTest, AStopClosesALastRoundAndSignsItOnlyWhereTheLedgerGrew) {
  close();
  round_options_.interval = std::chrono::hours(1);
  create(4);
  close();
  log_ = std::make_unique<TroubledLog>(LmdbLog::open(*folder_ / "log"));
  EXPECT_EQ(count_of("ledger.round"), 0u);
  for (const uint32_t shard : {2u, 1u}) {
    open();
    const size_t rounds = count_of("ledger.round");
    take(on_shard(shard, "one"));
    wait_for("data.accessed", 1, shard);
    reopen();
    EXPECT_EQ(count_of("ledger.round"), rounds + 1);
    close();
    log_ = std::make_unique<TroubledLog>(LmdbLog::open(*folder_ / "log"));
    EXPECT_EQ(count_of("ledger.round"), rounds + 1);
    EXPECT_EQ(decode_record(records(shard).at(signed_size(shard) - 1)).statement.type, "data.accessed");
    EXPECT_EQ(decode_record(records().at(signed_size() - 1)).statement.type, "ledger.round");
    expect_sound_rounds();
  }
}

TEST_F(RoundTest, AStopLeavesTheLastRoundToTheNextStartWhileTheLogIsAway) {
  close();
  round_options_.interval = std::chrono::hours(1);
  create(1);
  take({.id = "one"});
  wait_for("data.accessed", 1);
  log_->say_trouble();
  close();
  log_ = std::make_unique<TroubledLog>(LmdbLog::open(*folder_ / "log"));
  EXPECT_EQ(count_of("ledger.round"), 0u);
  open();
  until([&] { return sealers_[0]->status().ready; }, "ready");
  reopen();
  EXPECT_EQ(count_of("ledger.round"), 1u);
  EXPECT_GT(signed_size(), 0u);
}

TEST_F(RoundTest, ATailMadeAnewLetsNoRoundNameLess) {
  close();
  create(4);
  for (int i = 0; i < 50; ++i) take(on_shard(2, "e" + std::to_string(i)));
  wait_for("data.accessed", 50, 2);
  wait_for("ledger.round", 1);
  const size_t rounds_before = count_of("ledger.round");  // one may have held them all: another needs growth
  take(on_shard(2, "last"));
  wait_for("ledger.round", rounds_before + 1);
  until([&] { return signed_size(2) > 0; }, "signed");
  close();
  std::filesystem::remove_all(*folder_ / "tail2");
  log_ = std::make_unique<TroubledLog>(LmdbLog::open(*folder_ / "log"));
  log_->hold(2);  // a long log, read anew
  const size_t rounds = count_of("ledger.round");
  open();
  for (size_t i = 0; i < 30; ++i) {  // time enough for a round
    take(on_shard(1, "grows" + std::to_string(i)));
    wait_for("data.accessed", i + 1, 1);
  }
  log_->let_go();
  wait_for("ledger.round", rounds + 1);
  until([&] { return signed_size(1) > 1; }, "signed");
  EXPECT_EQ(rounds_->fault(), "");
  expect_sound_rounds();
}

TEST_F(RoundTest, ALogThatCameBackFromACopyIsNeverSigned) {
  take({.id = "both"});
  wait_for("ledger.round", 1);
  close();
  const auto copy = [&](const std::string& from, const std::string& to) {
    std::filesystem::remove_all(*folder_ / to);
    std::filesystem::copy(*folder_ / from, *folder_ / to, std::filesystem::copy_options::recursive);
  };
  copy("log", "log.copy");
  copy("tail0", "tail0.copy");
  open();
  for (int i = 0; i < 20; ++i) take({.id = "first life " + std::to_string(i)});
  wait_for("data.accessed", 21);
  until([&] { return signed_size() > 20; }, "signed");
  const uint64_t signed_before = signed_size();
  close();

  copy("log.copy", "log");
  copy("tail0.copy", "tail0");
  log_ = std::make_unique<TroubledLog>(LmdbLog::open(*folder_ / "log"));
  const uint64_t copied = signed_size();
  for (int i = 0; i < 200; ++i) take({.id = "second life " + std::to_string(i)});
  open();
  wait_for("data.accessed", 201);
  const size_t rounds = count_of("ledger.round");
  take({.id = "and on"});
  wait_for("ledger.round", rounds + 1);
  until([&] { return !rounds_->fault().empty(); }, "a fault");
  EXPECT_GT(tails_[0]->size(), signed_before);
  EXPECT_THAT(rounds_->fault(), testing::HasSubstr("not the log that was signed"));
  EXPECT_EQ(signed_size(), copied);
}

TEST_F(RoundTest, ALogThatIsNotTheOneItsCheckpointNamesIsNeverSigned) {
  const Checkpoint other{shard_origin(log_->descriptor(), 0), 2, sha256("another tree")};
  log_->put_checkpoint(0, 2, sign_checkpoint(other, Ed25519PrivateKey::from_seed(key_seed_)));
  take({.id = "one"});
  wait_for("ledger.round", 1);
  until([&] { return !rounds_->fault().empty(); }, "a fault");
  EXPECT_THAT(rounds_->fault(), testing::HasSubstr("its root is another"));
  EXPECT_EQ(signed_size(), 2u);
}

TEST_F(RoundTest, WhatASignerSignedHoldsAfterARestart) {
  wait_for("sealer.started", 1);
  const auto open_signer = [&] {
    return Signer::open(only_key(Ed25519PrivateKey::from_seed(key_seed_)), log_->descriptor(), *folder_ / "signer");
  };
  const std::vector<PublicKey> keys = {log_->descriptor().signer};
  CompactRange five, six, other;
  for (int i = 0; i < 6; ++i) {
    if (i < 5) five.append(sha256(std::to_string(i)));
    six.append(sha256(std::to_string(i)));
    other.append(sha256("other" + std::to_string(i)));
  }
  EXPECT_EQ(open_signer().sign({{0, six}}, keys).size(), 1u);
  Signer again = open_signer();
  EXPECT_EQ(again.sign({{0, six}}, keys).at(0).size, 6u);
  EXPECT_THROW(again.sign({{0, five}}, keys), Error);
  EXPECT_THROW(again.sign({{0, other}}, keys), Error);
  EXPECT_EQ(again.signed_tree(0)->root(), six.root());
  EXPECT_FALSE(again.signed_tree(1));
}

TEST_F(RoundTest, AnIntakeMadeAnewIsNotTrimmedByOldPositions) {
  close();
  create(2);
  for (int i = 0; i < 30; ++i) take(on_shard(1, "e" + std::to_string(i)));
  wait_for("data.accessed", 30, 1);
  until([&] { return log_->trimmed(1) == 30; }, "trimmed");
  close();
  log_ = std::make_unique<TroubledLog>(LmdbLog::open(*folder_ / "log"));
  log_->change_intake_id();
  const auto other = log_->open_writer(1);  // so that no term begins on shard 1
  const size_t rounds = count_of("ledger.round");
  open();
  take({.id = "grows", .type = "step.closed"});
  wait_for("ledger.round", rounds + 1);
  until([&] { return log_->trimmed(0) > 0; }, "trimmed");
  EXPECT_EQ(log_->trimmed(1), 0u);
  EXPECT_EQ(rounds_->fault(), "");
}

TEST_F(RoundTest, WhatWasReadBeforeAFailureIsTold) {
  struct Listener : TailListener {
    std::atomic<size_t> told{0};
    void on_accepted(uint32_t, std::span<const Accepted> records) override { told += records.size(); }
    void on_round(const RoundMark&) override {}
  } listener;
  close();
  log_ = std::make_unique<TroubledLog>(LmdbLog::open(*folder_ / "log"));
  for (int i = 0; i < 300; ++i) take({.id = "e" + std::to_string(i)});
  open();
  wait_for("data.accessed", 300);
  close();
  log_ = std::make_unique<TroubledLog>(LmdbLog::open(*folder_ / "log"));
  const size_t size = records().size();
  Tail tail(*log_, 0, *folder_ / "another tail");
  tail.add(listener);
  log_->fail_read(10);
  tail.start();
  EXPECT_TRUE(tail.wait_for(size, std::chrono::seconds(10)));
  tail.stop();
  EXPECT_EQ(listener.told, size);
}

}  // namespace
}  // namespace custody
