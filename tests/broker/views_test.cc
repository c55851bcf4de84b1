// The same events, the same views: on one shard and on four, embedded and over Kafka, in random orders.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "ledger/log/kafka_log.h"
#include "tests/broker/cluster.h"
#include "tests/unit/projections/world.h"

namespace custody {
namespace {

WorldLog kafka_log() {
  const KafkaLogConfig config = Cluster::shared(1).config();
  return {[config](const std::string&, const Descriptor& descriptor) { return KafkaLog::create(config, descriptor); },
          [config](const std::string&) { return KafkaLog::open(config); }};
}

uint64_t seed() {
  static const uint64_t value = [] {
    const char* given = std::getenv("CUSTODY_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : uint64_t{std::random_device{}()};
  }();
  return value;
}

// A world that was told the story, and its views.
struct Reader {
  Reader(uint32_t shards, const WorldLog& kind, const std::vector<Told>& story, uint64_t order) : world(shards, kind) {
    tell(world, story, order);
    projector = world.projector(batches_of(8 + order % 50));
    fold_all(*projector, world);
  }
  std::string answers(uint64_t round) const { return all_answers(projector->views(), at_round(round)); }
  std::string digests(uint64_t round) const { return to_json_text(projector->views().digests(at_round(round)).views); }

  World world;
  std::unique_ptr<Projector> projector;
};

TEST(ViewsOnKafka, AreThoseOfAnyOtherLedgerOfTheSameEvents) {
  std::printf("CUSTODY_SEED=%lu\n", seed());
  SCOPED_TRACE("CUSTODY_SEED=" + std::to_string(seed()));
  const std::vector<Told> story = random_story(seed(), 240);
  const uint64_t one_order = seed() * 7 + 1, four_order = seed() * 7 + 5, other_order = seed() * 7 + 9;
  const Reader one(1, embedded_log(), story, one_order);
  const Reader four(4, embedded_log(), story, four_order);
  const Reader kafka_one(1, kafka_log(), story, one_order);
  const Reader kafka_four(4, kafka_log(), story, four_order);
  const Reader kafka_other(4, kafka_log(), story, other_order);
  size_t before = 0;
  for (uint64_t round = 1; round <= kSegments; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    EXPECT_EQ(kafka_one.digests(round), one.digests(round)) << "equal bytes";
    EXPECT_EQ(kafka_four.digests(round), four.digests(round)) << "equal bytes";
    EXPECT_NE(kafka_other.digests(round), kafka_four.digests(round)) << "another order is other bytes";
    const std::string expected = one.answers(round);
    EXPECT_GT(expected.size(), before);
    before = expected.size();
    EXPECT_EQ(four.answers(round), expected);
    EXPECT_EQ(kafka_one.answers(round), expected);
    EXPECT_EQ(kafka_four.answers(round), expected);
    EXPECT_EQ(kafka_other.answers(round), expected);
  }
  for (const Reader* reader : {&kafka_one, &kafka_four, &kafka_other}) {
    const RebuildReport report = reader->projector->rebuild();
    EXPECT_TRUE(report.swapped) << to_json_text(report);
    for (const RebuiltView& view : report.views) EXPECT_EQ(view.live, view.rebuilt) << view.view;
  }
}

}  // namespace
}  // namespace custody
