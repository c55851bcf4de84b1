// The views folded anew equal those that grew; and where they do not, it is told and the old ones stay.
#include <gtest/gtest.h>

#include <filesystem>

#include "ledger/base/lmdb.h"
#include "projections/store/view_tree.h"
#include "tests/unit/projections/world.h"

namespace custody {
namespace {

using std::chrono::seconds;

void tell(World& world, uint64_t seed, size_t events) {
  for (const Told& event : random_story(seed, events)) world.seal(event);
  world.round(kBegin + 2000 * kSecond);
}

class RebuildOn : public testing::TestWithParam<std::tuple<uint32_t, uint64_t>> {};

TEST_P(RebuildOn, EqualsTheLiveViewsAndTakesTheirPlace) {
  const auto [shards, memory_bytes] = GetParam();
  World world(shards);
  world.round(kBegin);
  tell(world, 31, 300);
  ProjectorOptions options = batches_of(17);
  options.rebuild_memory_bytes = memory_bytes;
  const auto projector = world.projector(options);
  projector->start();
  ASSERT_TRUE(projector->wait_until_round(2, seconds(60)));
  const std::string answers = all_answers(projector->views(), at_round(2));
  const std::string digests = to_json_text(projector->views().digests(at_round(2)));

  std::vector<std::string> phases;
  const RebuildReport report = projector->rebuild([&](const RebuildProgress& progress) {
    EXPECT_LE(progress.done, progress.total);
    if (phases.empty() || phases.back() != progress.phase) phases.emplace_back(progress.phase);
  });
  EXPECT_TRUE(report.swapped) << to_json_text(report);
  EXPECT_EQ(report.generation, 2u);
  EXPECT_EQ(report.position.round, 2u);
  ASSERT_EQ(report.views.size(), kViewCount);
  for (const RebuiltView& view : report.views) {
    EXPECT_EQ(view.live, view.rebuilt) << view.view;
    EXPECT_GT(view.rows, 0u) << view.view;
  }
  EXPECT_EQ(phases.back(), "swap");
  EXPECT_FALSE(std::filesystem::exists(world.views_folder() + "/gen-1"));
  for (const auto& file : std::filesystem::recursive_directory_iterator(world.views_folder()))
    EXPECT_EQ(file.path().filename().string().find("run-"), std::string::npos) << "left: " << file.path();

  EXPECT_EQ(all_answers(projector->views(), at_round(2)), answers);
  EXPECT_EQ(to_json_text(projector->views().digests(at_round(2))), digests);
  // It lives on.
  EXPECT_TRUE(projector->progress().running);
  world.seal(collected(1, {"name"}));
  world.round(kBegin + 3000 * kSecond);
  EXPECT_TRUE(projector->wait_until_round(3, seconds(60)));
  EXPECT_NE(all_answers(projector->views(), at_round(3)), answers);
}
INSTANTIATE_TEST_SUITE_P(ShardsAndMemory, RebuildOn,
                         testing::Combine(testing::Values(1u, 4u),
                                          testing::Values(uint64_t{32} << 10, uint64_t{64} << 20)));

TEST(Rebuild, AChangeOverThatFailsLetsTheLiveViewsGoOn) {
  World world(2);
  tell(world, 7, 60);
  const auto projector = world.projector();
  projector->start();
  ASSERT_TRUE(projector->wait_until_round(1, seconds(60)));
  const std::string current = world.views_folder() + "/CURRENT";
  std::filesystem::remove(current);
  std::filesystem::create_directories(current + "/in the way");
  EXPECT_THROW(projector->rebuild(), Error);
  EXPECT_TRUE(projector->progress().running);
  EXPECT_EQ(projector->progress().generation, 1u);
  world.seal(collected(1, {"name"}));
  world.round(kBegin + 3000 * kSecond);
  EXPECT_TRUE(projector->wait_until_round(2, seconds(60)));
}

TEST(Rebuild, GoesOnFromTheNewGenerationAfterAReopen) {
  World world(2);
  tell(world, 7, 60);
  {
    const auto projector = world.projector();
    fold_all(*projector, world);
    EXPECT_TRUE(projector->rebuild().swapped);
    EXPECT_FALSE(projector->progress().running) << "it did not run before";
  }
  const auto projector = world.projector();
  EXPECT_EQ(projector->progress().generation, 2u);
  EXPECT_EQ(projector->views().resolve(at_frontier()).sizes, world.sizes());
}

TEST(Rebuild, FillsEmptyViewsAtOnce) {
  World world(3);
  tell(world, 8, 100);
  const auto projector = world.projector();
  EXPECT_TRUE(projector->rebuild().swapped);
  EXPECT_EQ(projector->views().resolve(at_frontier()).sizes, world.sizes());
}

TEST(Rebuild, EmptyViewsOfALongLogAreMadeLikeIt) {
  World world(3);
  tell(world, 8, 300);
  std::string grown;
  {
    const auto projector = world.projector();
    fold_all(*projector, world);
    EXPECT_EQ(projector->progress().generation, 1u) << "a short log is folded as it comes";
    grown = to_json_text(projector->views().digests(at_frontier()));
  }
  std::filesystem::remove_all(world.views_folder());
  ProjectorOptions options;
  options.first_fold_records = 20;
  const auto projector = world.projector(options);
  for (int i = 0; i < 20; ++i) {  // stopped at any moment, it is begun anew
    projector->start();
    EXPECT_TRUE(projector->progress().running);
    projector->stop();
    EXPECT_FALSE(projector->progress().running);
  }
  projector->start();
  EXPECT_TRUE(projector->wait_until(world.sizes(), seconds(60)));
  EXPECT_EQ(projector->progress().generation, 2u);
  EXPECT_EQ(to_json_text(projector->views().digests(at_frontier())), grown);
  world.seal(collected(1, {"name"}));
  world.round(kBegin + 3000 * kSecond);
  EXPECT_TRUE(projector->wait_until_round(2, seconds(60))) << "it lives on";
}

// A live view whose row was changed by another hand.
TEST(Rebuild, KeepsTheOldViewsWhereTheDigestsDiffer) {
  World world(1);
  tell(world, 9, 80);
  fold_all(*world.projector(), world);
  {
    LmdbEnv env = LmdbEnv::open(world.views_folder() + "/gen-1/shard-0");
    const LmdbTable table = env.open_table("activity");
    LmdbTxn txn = env.begin_write();
    std::string key;
    std::string value;
    {
      LmdbCursor cursor = txn.cursor(table);
      ASSERT_TRUE(cursor.first());
      key = cursor.key();
      value = cursor.value();
    }
    value[20] ^= 1;
    txn.put(table, key, value);
    txn.commit();
  }
  const auto projector = world.projector();
  const RebuildReport report = projector->rebuild();
  EXPECT_FALSE(report.swapped);
  EXPECT_EQ(report.generation, 1u);
  for (const RebuiltView& view : report.views)
    EXPECT_EQ(view.live == view.rebuilt, view.view != "activity") << view.view;
  EXPECT_FALSE(std::filesystem::exists(world.views_folder() + "/gen-2"));
  EXPECT_EQ(projector->progress().generation, 1u);
}

TEST(Rebuild, AReportThatThrowsEndsIt) {
  World world(2);
  tell(world, 10, 50);
  const auto projector = world.projector();
  fold_all(*projector, world);
  EXPECT_THROW(
      projector->rebuild([](const RebuildProgress&) { throw Error(ErrorCode::kUnavailable, "shutting down"); }), Error);
  EXPECT_EQ(projector->progress().generation, 1u);
  EXPECT_FALSE(std::filesystem::exists(world.views_folder() + "/gen-2"));
  EXPECT_TRUE(projector->rebuild().swapped);
}

TEST(Rebuild, IsCalledOffInEveryPhaseAlsoWhileDigestsAreMade) {
  World world(2);
  tell(world, 10, 50);
  const auto projector = world.projector();
  fold_all(*projector, world);
  for (const std::string_view phase : {"load", "catch up", "digest", "swap"}) {
    bool under_way = false;  // not only begun
    const auto call_off = [&](const RebuildProgress& progress) {
      if (progress.phase != phase || (phase == "digest" && progress.done == 0)) return;
      under_way = true;
      throw Error(ErrorCode::kUnavailable, "shutting down");
    };
    EXPECT_THROW(projector->rebuild(call_off), Error) << phase;
    EXPECT_TRUE(under_way) << phase;
    EXPECT_EQ(projector->progress().generation, 1u);
    EXPECT_FALSE(std::filesystem::exists(world.views_folder() + "/gen-2"));
  }
  EXPECT_TRUE(projector->rebuild().swapped);
}

TEST(Rebuild, StopsAtABrokenLinkWhereTheLiveViewsStopped) {
  World world(1);
  world.seal(collected(1, {"name"}));
  world.round(kBegin + kSecond);
  world.seal_with(collected(1, {"phone"}), [](Seal& seal) { seal.prev = Digest{}; });
  world.round(kBegin + 2 * kSecond);
  const auto projector = world.projector();
  projector->start();
  EXPECT_FALSE(projector->wait_until(world.sizes(), seconds(60)));
  const RebuildReport report = projector->rebuild();
  EXPECT_TRUE(report.swapped);
  EXPECT_EQ(projector->views().resolve(at_frontier()).sizes, std::vector<uint64_t>{2});
  EXPECT_FALSE(projector->wait_until(world.sizes(), seconds(60)));
}

using Rows = std::vector<std::pair<std::string, std::string>>;

// One row of any view changed, left out, or added: another digest.
TEST(Digest, ChangesWithAnyRow) {
  World world(1);
  tell(world, 12, 25);
  fold_all(*world.projector(), world);
  const auto store = ViewStore::open(world.views_folder() + "/gen-1", world.descriptor(), true);
  const std::vector<uint64_t> sizes = world.sizes();
  size_t changed = 0;
  for (View view : kAllViews) {
    const LmdbTable table = store->shard(0).table(view);
    const auto digest = [&] { return ViewTree::of(ViewSnapshot(store), view, sizes); };
    const auto put = [&](const std::string& key, const std::optional<std::string>& value) {
      LmdbTxn txn = store->shard(0).env().begin_write();
      if (value)
        txn.put(table, key, *value);
      else
        txn.erase(table, key);
      txn.commit();
    };
    Rows rows;
    {
      const ViewSnapshot snapshot(store);
      LmdbCursor cursor = snapshot.cursor(0, view);
      while (cursor.next()) rows.emplace_back(cursor.key(), cursor.value());
    }
    const ViewTree before = digest();
    EXPECT_EQ(before.rows(), rows.size());
    for (const auto& [key, value] : rows) {
      std::string other = value.empty() ? std::string(1, 'x') : value;
      if (!value.empty()) other.back() ^= 1;
      put(key, other);
      EXPECT_NE(digest().root(), before.root()) << view_name(view);
      put(key, std::nullopt);
      EXPECT_NE(digest().root(), before.root()) << view_name(view);
      put(key, value);
      ++changed;
    }
    EXPECT_EQ(digest().root(), before.root());
    put(std::string("added") + std::string(8, '\0'), "row");
    EXPECT_NE(digest().root(), before.root());
  }
  EXPECT_GT(changed, 100u);
}

TEST(Digest, OfNothingIsTheEmptyTree) {
  World world(2);
  const auto projector = world.projector();
  for (const ViewDigest& view : projector->views().digests().views) {
    EXPECT_EQ(view.rows, 0u);
    EXPECT_EQ(view.root, sha256(""));
  }
}

}  // namespace
}  // namespace custody
