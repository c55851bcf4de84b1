// How long an event waits between the intake and its place in the sealed sequence, at a modest load on one broker.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "ledger/log/kafka_log.h"
#include "tests/broker/cluster.h"
#include "tests/broker/program.h"
#include "tests/unit/seal/ledger_fixture.h"
#include "tools/node/home.h"

namespace custody {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(LatencyOnKafka, FromTheIntakeToSealedAndVisible) {
  const KafkaLogConfig config = Cluster::shared(1).config();
  const TempFolder folder;
  const auto log =
      KafkaLog::create(config, make_descriptor({folder / "data", folder / "keys"}, {}, system_clock().now_us()));
  const Service sealer(Words{"--role", "sealer", "--data", folder / "sealer", "--keys", folder / "keys"} +
                       kafka_flags(config));
  constexpr size_t kWarm = 100, kEvents = 1600;
  constexpr microseconds kPause{5000};  // 200 a second
  std::vector<steady_clock::time_point> sent(kEvents), taken(kEvents), seen(kEvents);
  const auto until = steady_clock::now() + std::chrono::seconds(90);
  // What Kafka alone needs from an append to a reader, in the same seconds on the same machine.
  std::thread baseline([&] {
    const auto reader = log->read_intake(0, 0);
    for (size_t n = 0; n < kEvents && steady_clock::now() < until;) {
      const auto item = reader->next(milliseconds(100));
      if (!item) continue;
      const Statement statement = decode_intake(item->entry).statement;
      taken[*parse_u64(statement.source_id.substr(1))] = steady_clock::now();
      ++n;
    }
  });
  std::thread source([&] {
    auto next = steady_clock::now();
    for (size_t i = 0; i < kEvents; ++i) {
      std::this_thread::sleep_until(next += kPause);
      const std::string entry = intake_entry({.id = "e" + std::to_string(i), .body = std::string(200, 'b')});
      sent[i] = steady_clock::now();
      log->append_intake(std::vector<IntakeAppend>{{0, entry}});
    }
  });
  const auto reader = log->read_sealed(0, 0);
  for (size_t n = 0; n < kEvents && steady_clock::now() < until;) {
    const auto item = reader->next(milliseconds(100));
    if (!item) continue;
    const Statement statement = decode_record(item->record).statement;
    if (statement.type != "data.accessed") continue;
    seen[*parse_u64(statement.source_id.substr(1))] = steady_clock::now();
    ++n;
  }
  source.join();
  baseline.join();
  const auto sorted = [&](const std::vector<steady_clock::time_point>& there) {
    std::vector<double> waits;
    for (size_t i = kWarm; i < kEvents; ++i)
      waits.push_back(std::chrono::duration<double, std::milli>(there[i] - sent[i]).count());
    std::sort(waits.begin(), waits.end());
    return waits;
  };
  const std::vector<double> raw = sorted(taken), waits = sorted(seen);
  const auto of = [](const std::vector<double>& all, size_t percent) { return all[all.size() * percent / 100]; };
  std::printf(
      "intake to sealed and visible, one broker, 200 events/s: p50 %.1f ms, p99 %.1f ms, most %.1f ms; "
      "intake alone: p50 %.1f ms, p99 %.1f ms\n",
      of(waits, 50), of(waits, 99), waits.back(), of(raw, 50), of(raw, 99));
  EXPECT_GT(waits.front(), 0) << "every event was seen";
  EXPECT_LT(of(waits, 50), 60 + 5 * of(raw, 50)) << "a back-off or a collection time is in force again";
}

}  // namespace
}  // namespace custody
