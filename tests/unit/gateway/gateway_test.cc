#include "ledger/gateway/gateway.h"

#include <filesystem>
#include <future>

#include "tests/unit/seal/ledger_fixture.h"

namespace custody {
namespace {

using namespace std::chrono_literals;

// A clock at which something happens: the gateway asks for the time as it makes each entry.
class EventfulClock : public Clock {
 public:
  int64_t now_us() const override {
    if (asked_++ == when_ && what_) std::exchange(what_, nullptr)();
    return system_clock().now_us();
  }
  int64_t monotonic_us() const override { return system_clock().monotonic_us(); }
  void at_asking(int n, std::function<void()> what) {
    asked_ = 0;
    when_ = n;
    what_ = std::move(what);
  }

 private:
  mutable int asked_ = 0;
  int when_ = -1;
  mutable std::function<void()> what_;
};

class GatewayTest : public LedgerFixture {
 protected:
  void SetUp() override {
    listeners_ = {&receipts_};
    create(1);
    KeyringOptions options;
    options.folder = *folder_ / "keyring";
    options.keys_folder = *folder_ / "keys";
    options.ledger = log_->descriptor().ledger_id;
    keyring_.emplace(Keyring::create(std::move(options)));
    gateway_ = make_gateway(clock_here_);
  }
  void TearDown() override {
    gateway_.reset();
    keyring_.reset();
    close();
  }
  std::unique_ptr<Gateway> make_gateway(const Clock& clock) {
    std::vector<Tail*> tails;
    for (const auto& tail : tails_) tails.push_back(tail.get());
    return std::make_unique<Gateway>(
        Gateway::Parts{*log_, *keyring_, tails, receipts_, clock, "test", [] { return std::string(); }},
        open_admission());
  }

  static std::string event(const std::string& id, const std::string& type, const std::string& subject,
                           const std::string& data, const std::string& more = "") {
    std::string out = R"({"specversion":"1.0","id":")" + id + R"(","type":")" + type +
                      R"(","source":"urn:crm","time":"2026-03-01T10:00:00Z","actor":"person:anna","step":"step:sales")";
    if (!subject.empty()) out += R"(,"subject":")" + subject + "\"";
    return out + more + ",\"data\":" + data + "}";
  }
  static std::string opened(const std::string& id, const std::string& subject, const std::string& more = "") {
    return event(id, "archive.opened", subject, R"({"opener":"person:anna","channel":"sales")" + more + "}");
  }
  static std::string accessed(const std::string& id, const std::string& more = "") {
    return event(id, "data.accessed", "", R"({"dataset":"dataset:crm","mode":"read","fields":["phone"]})", more);
  }
  static std::string accessed_of(const std::string& id, const std::string& subject) {
    return event(id, "data.accessed", subject, R"({"mode":"read","fields":["phone"]})");
  }
  static std::string listed(const std::string& id, const std::string& subject) {
    return event(id, "hold.placed", "", R"({"hold":"hold-1","authority":"court","customers":[")" + subject + "\"]}");
  }
  // The pointer of its one fault; "" of an event that was sealed.
  std::string fault_of(const std::string& text) {
    const Outcome outcome = submit({text})[0];
    if (outcome.status == OutcomeStatus::kSealed) return "";
    EXPECT_EQ(outcome.status, OutcomeStatus::kRefused);
    EXPECT_EQ(outcome.faults.size(), 1u);
    return outcome.faults.empty() ? "none" : outcome.faults[0].pointer;
  }
  std::vector<Outcome> submit(const std::vector<std::string>& texts, Wait wait = Wait::kSealed,
                              std::chrono::milliseconds patience = 10s,
                              std::chrono::milliseconds after_patience = SubmitOptions{}.after_patience) {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    return gateway_->submit(views, {"anyone", Method::kOpen, {}, {}}, {wait, false, patience, after_patience});
  }

  Receipts receipts_;
  EventfulClock clock_here_;
  std::optional<Keyring> keyring_;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(GatewayTest, WhatIsSealedByAnotherWayMeanwhileIsNotWaitedForInVain) {
  const auto other = make_gateway(system_clock());
  const std::string same = accessed("same"), conflicting = accessed("conflicting");
  const std::string conflict = accessed("conflicting", R"(,"purpose":"another")");
  // Both are looked up before the clock is asked for the third; until then they come by another way and are sealed.
  clock_here_.at_asking(2, [&] {
    const std::string_view texts[] = {same, conflict};
    for (const Outcome& outcome : other->submit(texts, {"anyone", Method::kOpen, {}, {}}, {Wait::kSealed, false, 10s}))
      EXPECT_EQ(outcome.status, OutcomeStatus::kSealed);
  });
  const auto began = std::chrono::steady_clock::now();
  const auto outcomes = submit({same, conflicting, accessed("third")}, Wait::kSealed, 20s);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 15s);
  EXPECT_EQ(outcomes[0].status, OutcomeStatus::kRepeat);
  EXPECT_TRUE(outcomes[0].receipt);
  EXPECT_EQ(outcomes[1].status, OutcomeStatus::kConflict);
  EXPECT_TRUE(outcomes[1].receipt);
  EXPECT_EQ(outcomes[2].status, OutcomeStatus::kSealed);
  wait_for("event.conflicted", 1);
}

TEST_F(GatewayTest, TheSameTwiceInABatchIsSealedOnceAndAnsweredTwice) {
  const auto outcomes = submit({accessed("same"), accessed("same")});
  ASSERT_TRUE(outcomes[0].receipt && outcomes[1].receipt);
  EXPECT_EQ(outcomes[0].receipt->at.seq, outcomes[1].receipt->at.seq);
  EXPECT_EQ(count_of("data.accessed"), 1u);
}

TEST_F(GatewayTest, ARefusedEventLeavesNobodyInTheDirectory) {
  std::string values;
  for (int i = 0; i < 20; ++i)
    values += (i == 0 ? "\"v" : ",\"v") + std::to_string(i) + "\":\"" + std::string(60'000, 'x') + "\"";
  const auto outcomes = submit({opened("too-large", "C-1", ",\"values\":{" + values + "}"), opened("good", "C-2")});
  EXPECT_EQ(outcomes[0].status, OutcomeStatus::kRefused);
  EXPECT_EQ(outcomes[1].status, OutcomeStatus::kSealed);
  EXPECT_FALSE(keyring_->find(DirectoryKind::kCustomer, "C-1"));
  EXPECT_TRUE(keyring_->find(DirectoryKind::kCustomer, "C-2"));
}

TEST_F(GatewayTest, WhoWaitsForARecordKeepsNobodyFromMakingKeys) {
  auto waiting = std::async(std::launch::async, [&] {
    return submit({opened("one", "C-1"), accessed("two", R"(,"after":"0:100000")")}, Wait::kSealed, 8s, 8s);
  });
  // Once it waits, others go on. It cannot be seen waiting from outside, so this is tried as long as it does.
  int sealed = 0;
  while (waiting.wait_for(0s) != std::future_status::ready) {
    const std::string id = "other" + std::to_string(sealed);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(submit({opened(id, id)})[0].status, OutcomeStatus::kSealed);
    ASSERT_LT(std::chrono::steady_clock::now() - began, 6s) << "after " << sealed;
    ++sealed;
  }
  EXPECT_GT(sealed, 2);
  const auto outcomes = waiting.get();
  EXPECT_EQ(outcomes[0].status, OutcomeStatus::kTaken);  // the time is over
  EXPECT_EQ(outcomes[1].status, OutcomeStatus::kRefused);
}

TEST_F(GatewayTest, ARecordOfTheFutureHoldsNobodyForLong) {
  submit({opened("one", "C-1")});
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::string> events;
  for (int i = 0; i < 20; ++i) events.push_back(accessed("e" + std::to_string(i), R"(,"after":"0:100000")"));
  for (const Outcome& outcome : submit(events, Wait::kSealed, 60s)) {
    EXPECT_EQ(outcome.status, OutcomeStatus::kRefused);
    EXPECT_EQ(outcome.faults.at(0).pointer, "/after");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 15s);
}

TEST_F(GatewayTest, WhatCannotBeWaitedForIsNotRefusedForGood) {
  const Ref first = submit({opened("one", "C-1")})[0].receipt.value().at;
  gateway_.reset();
  close();
  std::filesystem::remove_all(*folder_ / "tail0");
  log_ = std::make_unique<TroubledLog>(LmdbLog::open(*folder_ / "log"));
  log_->hold(0);  // a long log, read anew
  open();
  gateway_ = make_gateway(clock_here_);
  const std::string later = accessed("two", ",\"after\":\"" + to_text(first) + "\"");
  try {
    submit({later});
    ADD_FAILURE() << "was judged";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
  }
  log_->let_go();
  ASSERT_TRUE(tails_[0]->wait_caught_up(10s));
  EXPECT_EQ(submit({later})[0].status, OutcomeStatus::kSealed);
}

TEST_F(GatewayTest, Rb1AConflictOpensNoArchive) {
  EXPECT_EQ(fault_of(opened("same", "C-1")), "");
  const auto outcomes = submit({opened("same", "C-2"), accessed_of("a", "C-2")});
  EXPECT_EQ(outcomes[0].status, OutcomeStatus::kConflict);
  EXPECT_EQ(outcomes[1].status, OutcomeStatus::kRefused);
  wait_for("event.conflicted", 1);
  EXPECT_TRUE(keyring_->find(DirectoryKind::kCustomer, "C-2"));  // a number need not be a customer's
  EXPECT_FALSE(gateway_->find_customer("C-2"));
  EXPECT_EQ(fault_of(accessed_of("b", "C-2")), "/subject");
  EXPECT_EQ(fault_of(listed("h", "C-2")), "/data/customers/0");
  EXPECT_EQ(fault_of(opened("good", "C-2")), "");
  EXPECT_TRUE(gateway_->find_customer("C-2"));
  EXPECT_EQ(fault_of(accessed_of("b", "C-2")), "");
  EXPECT_EQ(fault_of(listed("h", "C-2")), "");
}

TEST_F(GatewayTest, Rb1ANumberWhoseOpeningNeverReachedTheLogIsNoCustomers) {
  {  // killed between the two commits
    KeyringBatch batch = keyring_->begin();
    batch.find_or_make(DirectoryKind::kCustomer, "C-1");
    batch.commit();
  }
  EXPECT_EQ(fault_of(accessed_of("a", "C-1")), "/subject");
  EXPECT_EQ(fault_of(opened("again", "C-1")), "");
  EXPECT_EQ(fault_of(accessed_of("a", "C-1")), "");
}

TEST_F(GatewayTest, Rb1AnOpeningThatWaitsForTheSealerCountsAndAnEarlierLifesIsWaitedFor) {
  submit({opened("one", "C-1")});
  log_->hold(0);  // what is sealed is not seen
  EXPECT_EQ(submit({opened("two", "C-2")}, Wait::kIntake)[0].status, OutcomeStatus::kTaken);
  EXPECT_EQ(submit({accessed_of("a", "C-2")}, Wait::kIntake)[0].status, OutcomeStatus::kTaken);
  gateway_ = make_gateway(clock_here_);
  EXPECT_TRUE(gateway_->find_customer("C-1"));
  EXPECT_THROW(submit({accessed_of("b", "C-2")}, Wait::kIntake), Error);
  log_->let_go();
  wait_for("data.accessed", 1);
  until([&] { return tails_[0]->has_archive(*keyring_->find(DirectoryKind::kCustomer, "C-2")); }, "seen");
  EXPECT_EQ(fault_of(accessed_of("b", "C-2")), "");
}

TEST_F(GatewayTest, WhoHasAnArchiveIsKnownAfterARestartAndWithATailMadeAnew) {
  submit({opened("one", "C-1")});
  const auto subject = keyring_->find(DirectoryKind::kCustomer, "C-1").value();
  for (const bool anew : {false, true}) {
    gateway_.reset();
    close();
    if (anew) std::filesystem::remove_all(*folder_ / "tail0");
    open();
    ASSERT_TRUE(tails_[0]->wait_caught_up(10s));
    EXPECT_TRUE(tails_[0]->has_archive(subject));
    EXPECT_FALSE(tails_[0]->has_archive(SubjectId{}));
    gateway_ = make_gateway(clock_here_);
    EXPECT_EQ(fault_of(accessed_of("a" + std::to_string(anew), "C-1")), "");
  }
}

}  // namespace
}  // namespace custody
