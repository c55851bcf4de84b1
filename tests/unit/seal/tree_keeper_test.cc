// The keeper of a shard's tree: it has what the tail accepted, whatever happened to its store or to the queue.
#include "ledger/seal/tree_keeper.h"

#include <filesystem>
#include <fstream>

#include "tests/unit/base/caught_error.h"
#include "tests/unit/proof/naive_tree.h"
#include "tests/unit/seal/ledger_fixture.h"

namespace custody {
namespace {

using namespace std::chrono_literals;

class TreeKeeperTest : public LedgerFixture {
 protected:
  void add_parts(Tail& tail) override {
    keepers_.push_back(std::make_unique<TreeKeeper>(*log_, tail, tree_folder(tail.shard())));
    tail.add(*keepers_.back());
    starting_.push_back(keepers_.back().get());
  }
  void stop_parts() override {
    for (const auto& keeper : keepers_) keeper->stop();
    keepers_.clear();
    starting_.clear();
  }
  void TearDown() override { close(); }
  std::string tree_folder(uint32_t shard) const { return *folder_ / ("trees/" + std::to_string(shard)); }
  // As a node does: once the tails run.
  void start_trees() {
    for (TreeKeeper* keeper : std::exchange(starting_, {})) keeper->start();
  }
  void reopen_all() {
    reopen();
    start_trees();
  }
  void seal_events(int count) {
    for (int i = 0; i < count; ++i) take({"e" + std::to_string(sealed_ + i)});
    wait_for("data.accessed", static_cast<size_t>(sealed_ += count));
  }
  std::vector<Digest> leaves(uint32_t shard = 0) {
    std::vector<Digest> all;
    for (const std::string& record : records(shard)) all.push_back(leaf_hash(record));
    return all;
  }
  // All tiles of level 0 and the root, of what is sealed now.
  void expect_tree_of_the_log(uint32_t shard = 0) {
    const uint64_t size = tails_[shard]->size();
    const auto tree = keepers_[shard]->tree(size, 10s);
    const auto all = leaves(shard);
    ASSERT_GE(tree->size(), size);
    EXPECT_EQ(root_of(*tree, size), naive::root(naive::Leaves(all).first(size)));
    for (uint64_t index = 0; const uint32_t width = tile_width(0, index, size); ++index) {
      std::string hashes;
      for (uint64_t i = 0; i < width; ++i) hashes += view_of(all[index * kTileWidth + i]);
      EXPECT_EQ(tree->tile({0, index, width}), hashes);
    }
  }
  std::string all_tiles(uint64_t size) {
    const auto tree = keepers_[0]->tree(size, 10s);
    std::string bytes;
    for (uint8_t level = 0; level < 8; ++level)
      for (uint64_t index = 0; const uint32_t width = tile_width(level, index, size); ++index)
        bytes += tree->tile({level, index, width});
    return bytes;
  }

  std::vector<std::unique_ptr<TreeKeeper>> keepers_;
  std::vector<TreeKeeper*> starting_;
  int sealed_ = 0;
};

TEST_F(TreeKeeperTest, HasWhatTheTailAccepted) {
  start_trees();
  seal_events(30);
  expect_tree_of_the_log();
  seal_events(600);
  expect_tree_of_the_log();
}

TEST_F(TreeKeeperTest, GoesOnAfterARestartWithoutReadingAnew) {
  start_trees();
  seal_events(300);
  reopen_all();
  seal_events(20);
  expect_tree_of_the_log();
}

// Started after the tail has gone far, or stopped while it goes on: the log is read.
TEST_F(TreeKeeperTest, CatchesUpFromTheLog) {
  seal_events(700);
  start_trees();
  expect_tree_of_the_log();
  reopen();
  seal_events(300);
  start_trees();
  expect_tree_of_the_log();
}

TEST_F(TreeKeeperTest, WhatIsDeletedIsMadeAgainWithTheSameBytes) {
  start_trees();
  seal_events(600);
  const uint64_t size = tails_[0]->size();
  const std::string before = all_tiles(size);
  close();
  std::filesystem::remove_all(tree_folder(0));
  open();
  start_trees();
  EXPECT_EQ(all_tiles(size), before);
}

TEST_F(TreeKeeperTest, TheTreeOfAnotherLogIsNotTaken) {
  for (const size_t foreign : {10U, 3000U}) {  // shorter than the log, and longer
    close();
    std::filesystem::remove_all(tree_folder(0));
    TreeStore::open(tree_folder(0))->append(naive::make_leaves(foreign));
    open();
    start_trees();
    seal_events(40);
    expect_tree_of_the_log();
  }
}

TEST_F(TreeKeeperTest, WhatIsDistrustedIsMadeAnew) {
  start_trees();
  seal_events(300);
  close();
  {
    LmdbEnv env = LmdbEnv::open(tree_folder(0));
    const LmdbTable nodes = env.open_table("nodes");
    LmdbTxn txn = env.begin_write();
    const std::string key = std::string(1, '\0') + u64_key(0);
    std::string row(*txn.get(nodes, key));
    row[70] = static_cast<char>(row[70] ^ 1);  // a leaf deep in a full tile, whose root stands
    txn.put(nodes, key, row);
    txn.commit();
  }
  open();
  start_trees();
  const uint64_t size = tails_[0]->size();
  EXPECT_NE(keepers_[0]->tree(size, 10s)->node(0, 2), leaves()[2]);
  keepers_[0]->distrust();
  expect_tree_of_the_log();
}

TEST_F(TreeKeeperTest, SealingGoesOnWithoutIt) {
  std::ofstream(*folder_ / "trees") << "a file where the folder should be";
  start_trees();
  seal_events(100);
  until([&] { return !keepers_[0]->fault().empty(); }, "a fault is told");
  EXPECT_EQ(error_of([&] { keepers_[0]->tree(1, 0ms); }).code, ErrorCode::kUnavailable);
  std::filesystem::remove(*folder_ / "trees");
  expect_tree_of_the_log();
}

TEST_F(TreeKeeperTest, EveryShardHasItsOwn) {
  close();
  create(3);
  start_trees();
  for (uint8_t i = 0; i < 60; ++i) {
    TestEvent event{"s" + std::to_string(i)};
    event.subject.bytes.fill(i);
    take(event);
  }
  until([&] { return count_of("data.accessed", 1) + count_of("data.accessed", 2) == 60; }, "all are sealed");
  for (const uint32_t shard : {0U, 1U, 2U}) {
    tails_[shard]->wait_for(records(shard).size(), 10s);
    expect_tree_of_the_log(shard);
  }
}

}  // namespace
}  // namespace custody
