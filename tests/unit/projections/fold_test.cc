// Whatever the sharding, the speed and the interruptions: the same events, the same answers.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <random>

#include "ledger/event/catalogue.h"
#include "projections/views/body_facts.h"
#include "tests/unit/projections/world.h"

namespace custody {
namespace {

using std::chrono::seconds;

class SameAnswers : public testing::TestWithParam<uint64_t> {};

TEST_P(SameAnswers, OnOneAndFourShardsAtEveryRound) {
  const uint64_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const std::vector<Told> story = random_story(seed, 240);
  World one(1);
  World four(4);
  tell(one, story, seed * 7 + 1);
  tell(four, story, seed * 7 + 5);
  const auto views_of_one = one.projector(batches_of(16 + seed % 50));
  const auto views_of_four = four.projector(batches_of(8 + seed % 13));
  fold_all(*views_of_one, one);
  fold_all(*views_of_four, four);
  size_t before = 0;
  for (uint64_t round = 0; round <= kSegments; ++round) {
    const std::string expected = all_answers(views_of_one->views(), at_round(round));
    EXPECT_EQ(all_answers(views_of_four->views(), at_round(round)), expected) << "round " << round;
    EXPECT_GT(expected.size(), before) << "a later round must tell more";
    before = expected.size();
  }
  EXPECT_EQ(all_answers(views_of_four->views(), at_frontier()), all_answers(views_of_one->views(), at_frontier()));
  const auto unknown_of_one = views_of_one->views().unknown_types();
  EXPECT_EQ(to_json_text(views_of_four->views().unknown_types()), to_json_text(unknown_of_one));
  EXPECT_EQ(unknown_of_one.size(), 2u);
}
INSTANTIATE_TEST_SUITE_P(Seeds, SameAnswers, testing::Range<uint64_t>(1, 7));

TEST(Fold, BatchesAndWaitsLeaveNoTraceInTheDigest) {
  const std::vector<Told> story = random_story(11, 150);
  World world(3);
  tell(world, story, 3);
  std::string expected;
  for (const size_t batch : {size_t{1}, size_t{5}, size_t{4096}}) {
    std::filesystem::remove_all(world.views_folder());
    const auto projector = world.projector(batches_of(batch));
    fold_all(*projector, world);
    const std::string digests = to_json_text(projector->views().digests(at_frontier()));
    if (expected.empty()) expected = digests;
    EXPECT_EQ(digests, expected) << "batches of " << batch;
  }
}

TEST(Fold, AsOfARoundIsTheFoldOfThePrefix) {
  const std::vector<Told> story = random_story(5, 160);
  World world(4);
  tell(world, story, 9);
  const auto projector = world.projector();
  fold_all(*projector, world);
  for (uint64_t round = 0; round <= kSegments; ++round) {
    const Position position = projector->views().resolve(at_round(round));
    World prefix(4);
    for (uint32_t shard = 0; shard < 4; ++shard)
      for (uint64_t seq = 0; seq < position.sizes[shard]; ++seq) prefix.seal_bytes(shard, world.records(shard)[seq]);
    prefix.flush();
    const auto of_prefix = prefix.projector();
    fold_all(*of_prefix, prefix);
    EXPECT_EQ(of_prefix->views().resolve(at_frontier()).sizes, position.sizes);
    EXPECT_EQ(to_json_text(of_prefix->views().digests(at_frontier()).views),
              to_json_text(projector->views().digests(at_round(round)).views))
        << "round " << round;
    EXPECT_EQ(all_answers(of_prefix->views(), at_frontier()), all_answers(projector->views(), at_round(round)));
  }
}

// A process that folds and is killed when it has reported so many times. True: it was; false: it had folded everything.
bool fold_and_be_killed(World& world, int reports) {
  world.close_log();
  const pid_t child = fork();
  if (child == 0) {
    int left = reports;
    const auto log = LmdbLog::open(world.log_folder());
    const auto projector = Projector::open(world.views_folder(), *log, batches_of(9));
    projector->on_progress([&left] {
      if (--left == 0) raise(SIGKILL);
    });
    projector->start();
    _exit(projector->wait_until(world.sizes(), seconds(60)) ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
  return WIFSIGNALED(status);
}

TEST(Fold, KilledAfterAnyBatchItGoesOnWhereItWas) {
  World world(1);
  tell(world, random_story(21, 150), 2);
  std::string expected;
  {
    const auto projector = world.projector();
    fold_all(*projector, world);
    expected = to_json_text(projector->views().digests(at_frontier()));
  }
  std::filesystem::remove_all(world.views_folder());
  int kills = 0;
  while (fold_and_be_killed(world, 3)) ASSERT_LT(++kills, 100);  // the first report is of the start
  EXPECT_GE(kills, 5);
  const auto projector = world.projector();
  EXPECT_EQ(projector->progress().shards[0].next_seq, world.sizes()[0]);
  EXPECT_EQ(to_json_text(projector->views().digests(at_frontier())), expected);
}

TEST(Fold, EveryTypeOfTheCatalogueIsUnderstood) {
  for (const TypeInfo& type : all_types()) EXPECT_TRUE(has_body_facts(type.type, type.version)) << type.type;
}

TEST(Fold, AShardWaitsForTheRegistryThatARecordWasSealedAt) {
  World world(2);
  const Told person = joined("person:anna");
  const Told read = read_by("person:anna", 1);
  world.seal(person);
  world.seal(read);
  world.seal_with(read, [](Seal& seal) { seal.reg = 3; });
  world.flush();
  std::mutex mutex;
  std::condition_variable reported;
  uint64_t reports = 0;
  const auto projector = world.projector();
  projector->on_progress([&] {
    const std::lock_guard lock(mutex);
    ++reports;
    reported.notify_all();
  });
  projector->start();
  const auto waits_for_more = [&] {  // the first record may have to wait for the first of shard 0
    const ShardProgress shard = projector->progress().shards[1];
    return shard.waits_for_registry && shard.next_seq == 1;
  };
  for (uint64_t seen = 0; !waits_for_more();) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(reported.wait_for(lock, seconds(60), [&] { return reports > seen; }));
    seen = reports;
  }
  world.seal(person);
  world.seal(person);
  world.flush();
  EXPECT_TRUE(projector->wait_until({3, 2}, seconds(60)));
}

}  // namespace
}  // namespace custody
