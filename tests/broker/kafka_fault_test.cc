// Three real brokers, a real sealer, a load that only counts what was acknowledged, and a bad day. Afterwards the
// sealed sequence is read from its first record: the chain must hold, every acknowledged event must be there, and none
// twice.
#include <signal.h>

#include <atomic>
#include <thread>

#include "ledger/log/kafka_log.h"
#include "tests/broker/cluster.h"
#include "tests/broker/follower.h"
#include "tests/broker/program.h"
#include "tests/unit/log/log_conformance.h"
#include "tests/unit/seal/ledger_fixture.h"
#include "tools/node/home.h"

namespace custody {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// Appends events one batch after the other; a batch that was not acknowledged is appended again, as a source would.
class Load {
 public:
  explicit Load(Log& log) : log_(log), thread_([this](const std::stop_token& stop) { run(stop); }) {}
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() = default;
  // How many events were acknowledged so far: ids e0 ... e(n-1).
  uint64_t acknowledged() const { return acknowledged_; }
  uint64_t refused() const { return refused_; }
  void stop() {
    thread_.request_stop();
    thread_.join();
  }

 private:
  void run(const std::stop_token& stop) {
    constexpr uint64_t kBatch = 20;
    while (!stop.stop_requested()) {
      std::vector<std::string> entries;
      for (uint64_t i = 0; i < kBatch; ++i)
        entries.push_back(intake_entry({.id = "e" + std::to_string(acknowledged_ + i)}));
      std::vector<IntakeAppend> appends;
      for (const std::string& entry : entries) appends.push_back({0, entry});
      bool taken = false;
      while (!taken && !stop.stop_requested()) {
        try {
          log_.append_intake(appends);
          taken = true;
        } catch (const Error& e) {
          ++refused_;
          if (e.code() != ErrorCode::kUnavailable) ADD_FAILURE() << e.what();
        }
      }
      if (taken) acknowledged_ += kBatch;
    }
  }

  Log& log_;
  std::atomic<uint64_t> acknowledged_{0};
  std::atomic<uint64_t> refused_{0};
  std::jthread thread_;
};

class BadDay : public testing::Test {
 protected:
  void SetUp() override {
    const Home home{folder_ / "data", folder_ / "keys"};
    log_ = KafkaLog::create(config_, make_descriptor(home, {}, system_clock().now_us()));
    EXPECT_TRUE(log_->replicated());
  }

  std::unique_ptr<Service> sealer() {
    const std::string data = folder_ / ("sealer" + std::to_string(++sealers_));
    return std::make_unique<Service>(Words{"--role", "sealer", "--data", data, "--keys", folder_ / "keys"} +
                                     kafka_flags(config_));
  }

  // Until the first events that are acknowledged from now on are sealed: the day goes on.
  void more(const Load& load, Follower& follower, uint64_t events, seconds limit = seconds(90)) {
    const uint64_t wanted = load.acknowledged() + events;
    const auto until = steady_clock::now() + limit;
    while (follower.events() < wanted) {
      ASSERT_LT(steady_clock::now(), until) << "sealing stands still at " << follower.events() << " events";
      follower.read(milliseconds(100));
    }
  }

  // How many terms there were.
  uint64_t evening(const char* what, Load& load, Follower& follower) {
    load.stop();
    const uint64_t acknowledged = load.acknowledged();
    const auto until = steady_clock::now() + seconds(90);
    while (follower.events() < acknowledged && steady_clock::now() < until) follower.read(milliseconds(100));
    Follower again(*log_);  // what is there, apart from what was seen while it came
    while (again.records() < follower.records() && steady_clock::now() < until) again.read(milliseconds(100));
    std::printf(
        "%s: acknowledged %lu, lost %lu, sealed twice %lu; records %lu, terms %lu, stale entries %lu, appends refused "
        "%lu\n",
        what, acknowledged, again.missing(acknowledged), again.twice(), again.records(), again.terms(), again.stale(),
        load.refused());
    EXPECT_GT(acknowledged, 0U);
    EXPECT_EQ(again.missing(acknowledged), 0U);
    EXPECT_EQ(again.twice(), 0U);
    EXPECT_EQ(again.events(), follower.events());
    return again.terms();
  }

  Cluster& cluster_ = Cluster::shared(3);
  KafkaLogConfig config_ = cluster_.config();
  KafkaTopicNames names_ = kafka_topic_names(config_.ledger);
  TempFolder folder_;
  int sealers_ = 0;
  std::unique_ptr<KafkaLog> log_;
};

TEST_F(BadDay, LeadersAreKilledUnderLoad) {
  const auto one = sealer();
  Load load(*log_);
  Follower follower(*log_);
  for (const std::string& topic : {names_.intake, names_.sealed}) {
    more(load, follower, 500);
    const int leader = cluster_.leader_of(topic, 0);
    cluster_.kill_node(leader);
    more(load, follower, 500);
    cluster_.start_node(leader);
  }
  more(load, follower, 500);
  evening("leaders killed under load", load, follower);
}

TEST_F(BadDay, SealersAreKilledInTheirTransactions) {
  Load load(*log_);
  Follower follower(*log_);
  for (int i = 0; i < 5; ++i) {
    const auto one = sealer();
    more(load, follower, 300);  // under load there is nearly always a transaction open
    one->kill();
  }
  const auto last = sealer();
  more(load, follower, 300);
  EXPECT_EQ(evening("sealers killed in a transaction", load, follower), 6U);
}

TEST_F(BadDay, AZombieSealerComesBack) {
  auto zombie = sealer();
  Load load(*log_);
  Follower follower(*log_);
  more(load, follower, 500);
  zombie->signal(SIGSTOP);
  const auto successor = sealer();
  more(load, follower, 500);
  zombie->signal(SIGCONT);
  more(load, follower, 3000);
  EXPECT_TRUE(zombie->running()) << "it stands by";
  EXPECT_TRUE(successor->running());
  EXPECT_GE(evening("zombie sealer stopped, overtaken, continued", load, follower), 2U);
}

TEST_F(BadDay, TwoOfThreeBrokersAreAwayAndComeBack) {
  const auto one = sealer();
  Load load(*log_);
  Follower follower(*log_);
  more(load, follower, 500);
  config_.intake.message_timeout = seconds(3);
  const auto impatient = KafkaLog::open(config_);
  cluster_.kill_node(1);
  cluster_.kill_node(2);
  const uint64_t before = load.acknowledged();
  const auto outage = steady_clock::now() + seconds(8);
  while (steady_clock::now() < outage) follower.read(milliseconds(100));
  EXPECT_LE(load.acknowledged(), before + 40) << "with one copy nothing may be acknowledged";
  // The one that is left tells of three copies still: only what it does not take shows that it can take nothing.
  const auto append = [&] { impatient->append_intake(std::vector<IntakeAppend>{{0, "refused"}}); };
  EXPECT_EQ(error_of(append).code, ErrorCode::kUnavailable);
  EXPECT_NE(impatient->trouble(), "");
  cluster_.start_node(1);
  cluster_.start_node(2);
  more(load, follower, 500, seconds(120));
  append();
  EXPECT_EQ(impatient->trouble(), "");
  evening("two of three brokers away and back", load, follower);
}

TEST_F(BadDay, EveryBrokerIsRestartedInTurn) {
  const auto one = sealer();
  Load load(*log_);
  Follower follower(*log_);
  for (int node = 1; node <= 3; ++node) {
    more(load, follower, 300);
    cluster_.stop_node(node);
    cluster_.start_node(node);
  }
  more(load, follower, 300);
  evening("every broker restarted in turn", load, follower);
}

TEST_F(BadDay, AllBrokersAreAwayAndTheBufferIsBounded) {
  config_.intake.buffer_bytes = 1 << 20;
  config_.intake.message_timeout = seconds(8);
  const auto small = KafkaLog::open(config_);
  for (int node = 1; node <= 3; ++node) cluster_.kill_node(node);
  const std::string entry(100'000, 'x');
  const uint64_t memory = anonymous_bytes();
  std::vector<std::thread> callers;
  std::atomic<int> refused{0}, taken{0};
  for (int i = 0; i < 50; ++i) {
    callers.emplace_back([&] {
      try {
        small->append_intake(std::vector<IntakeAppend>{{0, entry}});
        ++taken;
      } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::kUnavailable) << e.what();
        ++refused;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(refused, 50);
  if (memory_is_measurable()) EXPECT_LT(anonymous_bytes(), memory + (32 << 20));
  cluster_.start_all();
  const auto until = steady_clock::now() + seconds(60);
  bool resumed = false;
  while (!resumed && steady_clock::now() < until) {
    try {
      small->append_intake(std::vector<IntakeAppend>{{0, "back"}});
      resumed = true;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ErrorCode::kUnavailable) << e.what();
    }
  }
  std::printf("all brokers away: 50 appends, %d refused, resumed by itself: %s\n", refused.load(),
              resumed ? "yes" : "no");
  EXPECT_TRUE(resumed);
}

}  // namespace
}  // namespace custody
