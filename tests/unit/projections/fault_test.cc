// What is wrong with a log or a folder of views: noticed, named, and never served as true.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ledger/base/file.h"
#include "ledger/base/lmdb.h"
#include "tests/unit/base/caught_error.h"
#include "tests/unit/projections/world.h"

namespace custody {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

// A customer of shard 1 and one of shard 2, of three shards.
struct TwoCustomers {
  uint32_t in_one = 0;
  uint32_t in_two = 0;
  TwoCustomers() {
    while (shard_of("data.collected", subject_of(in_one), "", 3) != 1) ++in_one;
    while (shard_of("data.collected", subject_of(in_two), "", 3) != 2) ++in_two;
  }
};

TEST(BrokenLink, StopsItsShardSaysWhereAndKeepsWhatWasProved) {
  const TwoCustomers customers;
  World world(3);
  world.seal(collected(customers.in_one, {"name"}));
  world.seal(collected(customers.in_two, {"name"}));
  world.round(kBegin + 1 * kSecond);
  world.seal(collected(customers.in_two, {"email"}));
  const Digest foreign = sha256("another chain");
  world.seal_with(collected(customers.in_two, {"phone"}), [&](Seal& seal) { seal.prev = foreign; });
  world.seal(collected(customers.in_one, {"email"}));
  world.round(kBegin + 2 * kSecond);

  const auto projector = world.projector(batches_of(2));
  projector->start();
  EXPECT_FALSE(projector->wait_until(world.sizes(), seconds(60))) << "shard 2 can never get there";
  ASSERT_TRUE(projector->wait_until({2, 2, 2}, seconds(60)));
  const ProjectorProgress progress = projector->progress();
  ASSERT_TRUE(progress.shards[2].stopped);
  const ShardStop stop = *progress.shards[2].stopped;
  EXPECT_TRUE(stop.broken_link);
  EXPECT_EQ(stop.seq, 2u);
  EXPECT_EQ(stop.expected, "prev " + to_base64(view_of(leaf_hash(world.records(2)[1]))));
  EXPECT_EQ(stop.found, "prev " + to_base64(view_of(foreign)));
  EXPECT_THAT(stop.message, HasSubstr("record 2:2"));
  EXPECT_EQ(progress.shards[2].next_seq, 2u);
  EXPECT_FALSE(progress.shards[1].stopped);
  EXPECT_EQ(progress.round, 1u) << "round 2 needs what cannot be proved";

  const Views& views = projector->views();
  EXPECT_EQ(views.timeline(subject_of(customers.in_two)).events.size(), 1u);
  EXPECT_EQ(views.timeline(subject_of(customers.in_two), at_frontier()).events.size(), 2u);
  EXPECT_EQ(views.timeline(subject_of(customers.in_one), at_frontier()).events.size(), 2u);
  EXPECT_EQ(error_of([&] { views.timeline(subject_of(customers.in_one), at_round(2)); }).code, ErrorCode::kUnavailable);
  EXPECT_EQ(views.resolve(at_time(kBegin + 9 * kSecond)).round, 1u);
}

TEST(BrokenLink, AnAlteredRecordIsNoticedByTheNextOne) {
  World world(1);
  world.seal(collected(1, {"name"}));
  std::string altered = world.next_record(collected(1, {"phone"}));
  const std::string genuine = altered;
  altered[altered.size() - 3] ^= 1;
  world.seal_bytes(0, altered);
  Told next = collected(1, {"email"});
  world.seal_with(next, [&](Seal& seal) { seal.prev = leaf_hash(genuine); });
  world.flush();
  const auto projector = world.projector();
  projector->start();
  EXPECT_FALSE(projector->wait_until({3}, seconds(60)));
  const ShardStop stop = *projector->progress().shards[0].stopped;
  EXPECT_EQ(stop.seq, 2u);
  EXPECT_THAT(stop.message, HasSubstr("the one before it was altered"));
}

TEST(BrokenLink, ARecordThatIsNoneStopsToo) {
  World world(1);
  world.seal(collected(1, {"name"}));
  world.seal_bytes(0, world.next_record(collected(1, {"phone"})) + "more");
  world.flush();
  const auto projector = world.projector();
  projector->start();
  EXPECT_FALSE(projector->wait_until({2}, seconds(60)));
  const ProjectorProgress progress = projector->progress();
  EXPECT_EQ(progress.shards[0].next_seq, 1u);
  EXPECT_TRUE(progress.shards[0].stopped->broken_link);
  EXPECT_EQ(progress.shards[0].stopped->seq, 1u);
  // Started anew it stops there again, and the folded part stays readable.
  projector->stop();
  projector->start();
  EXPECT_FALSE(projector->wait_until({2}, seconds(60)));
  EXPECT_EQ(projector->views().timeline(subject_of(1), at_frontier()).events.size(), 1u);
}

TEST(BrokenLink, TheFirstRecordMustStandOnTheDescriptor) {
  World world(1);
  world.seal_with(collected(1, {"name"}), [](Seal& seal) { seal.prev = Digest{}; });
  world.flush();
  const auto projector = world.projector();
  projector->start();
  EXPECT_FALSE(projector->wait_until({1}, seconds(60)));
  EXPECT_EQ(projector->progress().shards[0].stopped->seq, 0u);
}

TEST(ViewFolder, OfAnotherLedgerOrANewerFormatIsRefused) {
  World world(1);
  world.seal(collected(1, {"name"}));
  world.flush();
  fold_all(*world.projector(), world);
  {
    World other(2);
    EXPECT_EQ(error_of([&] { Projector::open(world.views_folder(), other.log()); }).code, ErrorCode::kStore);
  }
  {
    LmdbEnv env = LmdbEnv::open(world.views_folder() + "/gen-1/shard-0");
    const LmdbTable meta = env.open_table("meta");
    LmdbTxn txn = env.begin_write();
    std::string mark(*txn.get(meta, "format"));
    ++mark[4];
    txn.put(meta, "format", mark + "and more");
    txn.commit();
  }
  try {
    world.projector();
    ADD_FAILURE() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kStore);
    EXPECT_THAT(error.what(), HasSubstr("of format 3, this program has format 2"));
  }
}

TEST(ViewFolder, IsOpenOnce) {
  World world(1);
  const auto first = world.projector();
  EXPECT_EQ(error_of([&] { world.projector(); }).code, ErrorCode::kConflict);
}

TEST(ViewFolder, AnUnfinishedGenerationIsRemovedAndAWrongCurrentNamed) {
  World world(1);
  world.seal(collected(1, {"name"}));
  world.flush();
  fold_all(*world.projector(), world);
  make_folders(world.views_folder() + "/gen-2/shard-0");
  EXPECT_EQ(world.projector()->progress().generation, 1u);
  EXPECT_FALSE(std::filesystem::exists(world.views_folder() + "/gen-2"));
  write_file_durably(world.views_folder() + "/CURRENT", "gen-x\n");
  EXPECT_EQ(error_of([&] { world.projector(); }).code, ErrorCode::kStore);
}

}  // namespace
}  // namespace custody
