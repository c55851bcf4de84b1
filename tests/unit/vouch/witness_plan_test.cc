// What is submitted to which witness when, told as stories: time and answers are said, not waited for.
#include "tools/vouch/witness_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/proof/checkpoint.h"

namespace custody {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kLog = "example.org/log/0";

Ed25519PrivateKey private_key(const std::string& name) {
  return Ed25519PrivateKey::from_seed(view_of(sha256(name)));
}
VerifierKey vkey(const std::string& name, char type) {
  return {name, type, private_key(name).public_key()};
}
std::string note_of(uint64_t size) {
  return sign_checkpoint({kLog, size, sha256(std::to_string(size))}, private_key(kLog));
}
Policy two_of_three() {
  std::string text = "log " + vkey(kLog, VerifierKey::kEd25519).text() + "\n";
  for (const char* name : {"w0", "w1", "w2"})
    text += std::string("witness ") + name + " " + vkey(name, VerifierKey::kCosignature).text() + " http://x\n";
  return parse_policy(text + "group all-of-us 2 w0 w1 w2\nquorum all-of-us\n");
}

class WitnessPlanTest : public ::testing::Test {
 protected:
  using Errands = std::vector<WitnessPlan::Errand>;
  void offer(uint64_t size) { plan_.offer(size * 10, size, note_of(size), now_); }
  Errands due() { return plan_.due(now_); }
  void after(std::chrono::milliseconds time) { now_ += time; }

  WitnessAnswer judged(const WitnessPlan::Errand& errand, OutsideReply reply) const {
    return judge_reply(reply, errand.note, plan_.policy().witnesses[errand.witness].key);
  }
  void reply(const WitnessPlan::Errand& errand, const OutsideReply& reply) {
    plan_.answer(errand, judged(errand, reply), now_);
  }
  void cosigns(const WitnessPlan::Errand& errand, uint64_t time_s = 1'700'000'000) {
    const std::string name = plan_.policy().witnesses[errand.witness].key.name;
    reply(errand, {{}, "", 200, "text/plain", cosign(parse_note(errand.note), name, private_key(name), time_s)});
  }
  void knows(const WitnessPlan::Errand& errand, uint64_t size) {
    reply(errand, {{}, "", 409, "text/x.tlog.size", std::to_string(size) + "\n"});
  }
  void is_away(const WitnessPlan::Errand& errand) {
    reply(errand, {OutsideFailure::kUnreachable, "cannot be reached", 0, "", ""});
  }
  uint64_t failures(size_t witness, OutsideFailure failure) const {
    return plan_.witnesses()[witness].failures[static_cast<size_t>(failure)];
  }
  const std::string& trouble(size_t witness) const { return plan_.witnesses()[witness].trouble; }

  WitnessPlan::Time now_{1000s};
  WitnessPlan plan_{two_of_three(), WitnessPace{}};
};

TEST_F(WitnessPlanTest, AllAreAskedAtOnceAndTheirWordMeetsUnderOneNote) {
  EXPECT_THAT(due(), IsEmpty());
  offer(5);
  const Errands asked = due();
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].old_size, 0U);
  EXPECT_THAT(due(), IsEmpty()) << "each is asked once";
  cosigns(asked[0], 103);
  cosigns(asked[1], 107);
  EXPECT_FALSE(plan_.finished(now_)) << "the third has a moment more";
  cosigns(asked[2], 101);
  const auto outcome = plan_.finished(now_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->size, 5U);
  EXPECT_EQ(outcome->round, 50U);
  EXPECT_TRUE(outcome->quorum);
  EXPECT_EQ(outcome->quorum_time_s, 103U) << "the second of the three to see it made the quorum";
  EXPECT_EQ(judge_policy(plan_.policy(), parse_note(outcome->note)).vouching.size(), 3U);
  EXPECT_FALSE(plan_.finished(now_)) << "it is handed out once";
  EXPECT_FALSE(plan_.lacking_since());
}

TEST_F(WitnessPlanTest, TheNewestIsNextAndWhatCameBetweenIsNotSubmitted) {
  offer(5);
  for (const auto& errand : due()) cosigns(errand);
  ASSERT_TRUE(plan_.finished(now_));
  for (const uint64_t size : {6U, 7U, 8U}) offer(size);
  EXPECT_THAT(due(), IsEmpty()) << "not in the same moment";
  EXPECT_EQ(plan_.wake(now_), now_ + WitnessPace{}.turn);
  after(WitnessPace{}.turn);
  const Errands next = due();
  ASSERT_EQ(next.size(), 3U);
  EXPECT_EQ(next[2].size, 8U);
  EXPECT_EQ(next[2].old_size, 5U);
  offer(7);  // late, and smaller
  for (const auto& errand : next) cosigns(errand);
  EXPECT_EQ(plan_.finished(now_)->size, 8U);
  after(10s);
  EXPECT_THAT(due(), IsEmpty()) << "nothing has grown";
}

TEST_F(WitnessPlanTest, OneThatHangsHoldsUpTheOthersForTheirGraceAlone) {
  offer(5);
  const Errands asked = due();
  cosigns(asked[0]);
  cosigns(asked[1]);
  EXPECT_EQ(plan_.wake(now_), now_ + WitnessPace{}.grace);
  after(WitnessPace{}.grace);
  const auto outcome = plan_.finished(now_);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->quorum);
  cosigns(asked[2]);  // too late for that note, which is final
  EXPECT_FALSE(plan_.finished(now_));
  EXPECT_EQ(plan_.witnesses()[2].size, 5U);
  offer(9);
  after(WitnessPace{}.turn);
  EXPECT_EQ(due().size(), 3U) << "it is back";
}

TEST_F(WitnessPlanTest, ANoteThatHasItsQuorumIsFinal) {
  offer(5);
  const Errands asked = due();
  cosigns(asked[0]);
  cosigns(asked[1]);
  is_away(asked[2]);
  EXPECT_TRUE(plan_.finished(now_)->quorum);
  after(10s);
  EXPECT_THAT(due(), IsEmpty()) << "the third is asked with the next one";
  EXPECT_EQ(plan_.wake(now_), WitnessPlan::Time::max());
  offer(6);
  EXPECT_EQ(due().size(), 3U);
}

TEST_F(WitnessPlanTest, WithoutAQuorumTheNoteSaysWhoSawItAndIsTriedAgain) {
  offer(5);
  const Errands asked = due();
  cosigns(asked[0]);
  is_away(asked[1]);
  EXPECT_FALSE(plan_.finished(now_)) << "the last one may answer yet";
  is_away(asked[2]);
  const auto lacking = plan_.finished(now_);
  ASSERT_TRUE(lacking);
  EXPECT_FALSE(lacking->quorum);
  EXPECT_FALSE(lacking->quorum_time_s);
  EXPECT_EQ(plan_.lacking_since(), now_);
  EXPECT_EQ(failures(1, OutsideFailure::kUnreachable), 1U);
  EXPECT_EQ(trouble(1), "cannot be reached");
  after(WitnessPace{}.first_pause);
  const Errands again = due();
  ASSERT_EQ(again.size(), 2U) << "those who have not seen it";
  EXPECT_EQ(again[0].witness, 1U);
  cosigns(again[0]);
  cosigns(again[1]);
  const auto whole = plan_.finished(now_);
  ASSERT_TRUE(whole);
  EXPECT_EQ(judge_policy(plan_.policy(), parse_note(whole->note)).vouching.size(), 3U);
  EXPECT_FALSE(plan_.lacking_since());
  EXPECT_EQ(trouble(1), "");
}

TEST_F(WitnessPlanTest, WhoFailsIsLeftAloneForLonger) {
  offer(5);
  std::vector<std::chrono::milliseconds> pauses;
  for (int i = 0; i < 11; ++i) {
    const Errands asked = due();
    ASSERT_FALSE(asked.empty());
    for (const auto& errand : asked) is_away(errand);
    plan_.finished(now_);
    const auto until = plan_.wake(now_);
    pauses.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(until - now_));
    now_ = until;
  }
  EXPECT_EQ(pauses[0], 1s);
  EXPECT_EQ(pauses[1], 2s);
  EXPECT_EQ(pauses[5], 32s);
  EXPECT_EQ(pauses[10], 300s) << "at most";
  for (const auto& errand : due()) cosigns(errand);
  EXPECT_TRUE(plan_.finished(now_)->quorum);
}

TEST_F(WitnessPlanTest, AWitnessThatKnowsASmallerTreeIsLedOnFromThere) {
  offer(9);
  const Errands asked = due();
  knows(asked[0], 4);
  const Errands again = due();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].old_size, 4U);
  cosigns(again[0]);
  EXPECT_EQ(plan_.witnesses()[0].size, 9U);
  EXPECT_EQ(trouble(0), "");
}

TEST_F(WitnessPlanTest, OneThatKnowsMoreThanWasSignedIsNamed) {
  offer(9);
  const Errands asked = due();
  knows(asked[0], 120);
  EXPECT_EQ(failures(0, OutsideFailure::kBeyond), 1U);
  EXPECT_THAT(trouble(0), HasSubstr("has cosigned 120 records, and this ledger has signed 9"));
  EXPECT_THAT(due(), IsEmpty()) << "not at once again";
  EXPECT_TRUE(plan_.witnesses()[0].contradicts);
  offer(120);
  after(WitnessPace{}.turn);
  const Errands next = due();
  is_away(next[0]);
  EXPECT_TRUE(plan_.witnesses()[0].contradicts) << "it has taken nothing back";
  after(10s);
  cosigns(due()[0]);
  EXPECT_FALSE(plan_.witnesses()[0].contradicts);
}

TEST_F(WitnessPlanTest, OneThatKnowsAnotherHistoryIsNamed) {
  plan_.remember(0, 9);
  offer(9);
  Errands asked = due();
  knows(asked[0], 9);
  EXPECT_EQ(failures(0, OutsideFailure::kContradiction), 1U);
  EXPECT_THAT(trouble(0), HasSubstr("another history"));
  reply(asked[1], {{}, "", 422, "text/plain", "no\x1b[31m\nmore"});
  EXPECT_EQ(failures(1, OutsideFailure::kContradiction), 1U);
  EXPECT_THAT(trouble(1), HasSubstr(": no?[31m")) << "what a stranger says is made harmless";
}

TEST_F(WitnessPlanTest, SizesThatMakeNoSenseEndInAPause) {
  offer(9);
  Errands asked = due();
  knows(asked[0], 0);  // that is what it was sent
  EXPECT_EQ(failures(0, OutsideFailure::kMalformed), 1U);
  WitnessPlan::Errand one = asked[1];
  for (const uint64_t size : {4U, 7U, 3U}) {
    knows(one, size);
    const Errands again = due();
    if (!again.empty()) one = again[0];
  }
  EXPECT_EQ(failures(1, OutsideFailure::kMalformed), 1U);
  EXPECT_THAT(due(), IsEmpty());
}

TEST_F(WitnessPlanTest, OneThatHasForgottenIsNamedAndLedOn) {
  offer(9);
  for (const auto& errand : due()) cosigns(errand);
  plan_.finished(now_);
  offer(12);
  after(WitnessPace{}.turn);
  const Errands asked = due();
  knows(asked[0], 3);
  EXPECT_EQ(failures(0, OutsideFailure::kForgot), 1U);
  EXPECT_THAT(trouble(0), HasSubstr("it has forgotten"));
  const Errands again = due();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].old_size, 3U);
}

TEST_F(WitnessPlanTest, NothingIsBelievedThatDoesNotHold) {
  struct Lie {
    OutsideReply reply;
    OutsideFailure failure;
  };
  const auto cosignature = [](const std::string& name, const std::string& key, uint64_t size) {
    return cosign(parse_note(note_of(size)), name, private_key(key), 1'700'000'000);
  };
  std::string forged = cosignature("w0", "w0", 8);  // of another body
  const std::vector<Lie> lies = {
      {{{}, "", 200, "", "garbage"}, OutsideFailure::kMalformed},
      {{{}, "", 200, "", ""}, OutsideFailure::kMalformed},
      {{{}, "", 200, "", forged}, OutsideFailure::kSignature},
      {{{}, "", 200, "", cosignature("w0", "w0", 9) + forged}, OutsideFailure::kSignature},
      {{{}, "", 200, "", cosignature("w1", "w1", 9)}, OutsideFailure::kMalformed},  // another's word
      {{{}, "", 409, "text/plain", "4\n"}, OutsideFailure::kMalformed},
      {{{}, "", 409, "text/x.tlog.size", "-4\n"}, OutsideFailure::kMalformed},
      {{{}, "", 302, "", ""}, OutsideFailure::kRefused},
      {{{}, "", 404, "", ""}, OutsideFailure::kRefused},
      {{OutsideFailure::kLate, "has not answered", 0, "", ""}, OutsideFailure::kLate},
      {{OutsideFailure::kTooLarge, "answered with more", 0, "", ""}, OutsideFailure::kTooLarge},
  };
  for (size_t i = 0; i < lies.size(); ++i) {
    plan_ = WitnessPlan(two_of_three(), WitnessPace{});
    offer(9);
    const Errands asked = due();
    reply(asked[0], lies[i].reply);
    EXPECT_EQ(failures(0, lies[i].failure), 1U) << i;
    EXPECT_NE(trouble(0), "") << i;
    cosigns(asked[1]);
    cosigns(asked[2]);
    const auto outcome = plan_.finished(now_);
    ASSERT_TRUE(outcome) << i;
    EXPECT_EQ(judge_policy(plan_.policy(), parse_note(outcome->note)).vouching.size(), 2U) << i;
    EXPECT_EQ(parse_note(outcome->note).signatures.size(), 3U) << i;
  }
}

TEST_F(WitnessPlanTest, WhereTheQuorumIsNoneNothingLacks) {
  std::string text = std::string("witness w0 ") + vkey("w0", VerifierKey::kCosignature).text() + " http://x\n";
  plan_ = WitnessPlan(parse_policy(text + "quorum none\n"), WitnessPace{});
  offer(5);
  const Errands asked = due();
  ASSERT_EQ(asked.size(), 1U);
  after(WitnessPace{}.grace);
  EXPECT_FALSE(plan_.finished(now_)) << "nobody signed, nothing to keep";
  EXPECT_FALSE(plan_.lacking_since());
}

TEST_F(WitnessPlanTest, WhatCouldNotBeSentIsNoFaultOfTheWitness) {
  offer(5);
  const Errands asked = due();
  plan_.abandon(asked[0], now_);
  EXPECT_EQ(trouble(0), "");
  EXPECT_THAT(due(), IsEmpty());
  cosigns(asked[1]);
  cosigns(asked[2]);
  EXPECT_TRUE(plan_.finished(now_)->quorum);
}

TEST_F(WitnessPlanTest, ALineOfSomebodyElseIsPutToTheNoteOfItsTurn) {
  const std::string line = signature_line({"tsa.example/rfc3161", {}, "token"});
  plan_ = WitnessPlan(Policy{}, WitnessPace{});  // no witness at all
  EXPECT_FALSE(plan_.open_turn());
  offer(5);
  EXPECT_THAT(due(), IsEmpty());
  ASSERT_TRUE(plan_.open_turn());
  EXPECT_EQ(plan_.open_turn()->first, 5U);
  plan_.add_line(4, line);  // of another checkpoint
  plan_.add_line(5, line);
  const auto outcome = plan_.finished(now_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->note, note_of(5) + line);
  EXPECT_TRUE(outcome->quorum) << "none was asked for";
  plan_.add_line(5, line);  // too late
  EXPECT_FALSE(plan_.finished(now_));
  EXPECT_FALSE(plan_.lacking_since());
  offer(6);
  EXPECT_EQ(plan_.wake(now_), now_ + WitnessPace{}.turn);
  after(WitnessPace{}.turn);
  due();
  EXPECT_FALSE(plan_.finished(now_)) << "nobody added anything";
}

}  // namespace
}  // namespace custody
