// Proofs from the tree of a view that keeps no leaves, against a walk over all rows and the tree of the naive twin.
#include "projections/store/view_tree.h"

#include <gtest/gtest.h>

#include "tests/unit/projections/world.h"
#include "tests/unit/proof/naive_tree.h"

namespace custody {
namespace {

// All rows before a position as the definition has them: by key, then shard, found by a walk and a sort.
std::vector<ViewRow> rows_of(const ViewSnapshot& snapshot, View view, const std::vector<uint64_t>& sizes) {
  std::vector<std::tuple<std::string, uint32_t, std::string>> found;
  for (uint32_t shard = 0; shard < snapshot.shards(); ++shard) {
    LmdbCursor cursor = snapshot.cursor(shard, view);
    while (cursor.next())
      if (seq_of_key(cursor.key()) < sizes[shard]) found.emplace_back(cursor.key(), shard, cursor.value());
  }
  std::sort(found.begin(), found.end());
  std::vector<ViewRow> rows;
  for (auto& [key, shard, value] : found) rows.push_back({key, value});
  return rows;
}

Digest naive_root(const std::vector<ViewRow>& rows) {
  naive::Path leaves;
  for (const ViewRow& row : rows) leaves.push_back(row_leaf(row.key, row.value));
  return naive::root(leaves);
}

class Tree : public testing::TestWithParam<uint32_t> {
 protected:
  Tree() : world_(GetParam()) {
    tell(world_, random_story(41, 900), 1);
    fold_all(*world_.projector(), world_);
    store_ = ViewStore::open(world_.views_folder() + "/gen-1", world_.descriptor(), true);
  }
  // Sizes of every shard at some cut.
  std::vector<uint64_t> cut(uint64_t part, uint64_t of) const {
    std::vector<uint64_t> sizes = world_.sizes();
    for (uint64_t& size : sizes) size = size * part / of;
    return sizes;
  }
  World world_;
  std::shared_ptr<ViewStore> store_;
};

KeyRange random_range(const std::vector<ViewRow>& rows, std::mt19937_64& random) {
  const auto key = [&] {
    std::string text = rows.empty() ? "x" : rows[random() % rows.size()].key;
    if (random() % 3 == 0) text.resize(random() % (text.size() + 1));
    if (random() % 3 == 0) text.push_back(static_cast<char>(random() % 256));
    return text;
  };
  KeyRange range{key(), key()};
  if (range.until < range.from) std::swap(range.from, range.until);
  if (random() % 8 == 0) range.from.clear();
  if (random() % 8 == 0) range.until = std::string(40, '\xff');
  return range;
}

TEST_P(Tree, ProvesEveryRangeOfEveryView) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const ViewSnapshot snapshot(store_);
  size_t absent = 0;
  size_t large = 0;
  for (const std::vector<uint64_t>& sizes : {world_.sizes(), cut(2, 3), cut(1, 50), cut(0, 1)})
    for (View view : kAllViews) {
      const std::vector<ViewRow> rows = rows_of(snapshot, view, sizes);
      const ViewTree tree = ViewTree::decode(ViewTree::of(snapshot, view, sizes).encode());
      ASSERT_EQ(tree.rows(), rows.size());
      const Digest root = naive_root(rows);
      ASSERT_EQ(tree.root(), root);
      large += rows.size() > 4 * ViewTree::kBlockRows ? 1U : 0U;
      for (int i = 0; i < 25; ++i) {
        const KeyRange range = random_range(rows, random);
        const RangeProof proof = tree.prove(snapshot, view, sizes, range, rows.size());
        const RangeVerdict verdict = judge_range(proof, range, rows.size(), root);
        ASSERT_EQ(verdict.fault, "") << view_name(view);
        size_t inside = 0;
        for (const ViewRow& row : rows) inside += row.key >= range.from && row.key < range.until ? 1U : 0U;
        ASSERT_EQ(verdict.end - verdict.begin, inside) << view_name(view);
        absent += inside == 0 ? 1U : 0U;
      }
    }
  EXPECT_GT(absent, 0u);
  EXPECT_GT(large, 0u) << "no view of many blocks";
}
INSTANTIATE_TEST_SUITE_P(Shards, Tree, testing::Values(1u, 4u));

using OneShard = Tree;
TEST_P(OneShard, RefusesMoreRowsThanAsked) {
  const ViewSnapshot snapshot(store_);
  const ViewTree tree = ViewTree::of(snapshot, View::kActivity, world_.sizes());
  const KeyRange all{"", std::string(1, '\xff')};
  EXPECT_THROW(tree.prove(snapshot, View::kActivity, world_.sizes(), all, 10), Error);
  EXPECT_NO_THROW(tree.prove(snapshot, View::kActivity, world_.sizes(), all, tree.rows()));
}

TEST_P(OneShard, NoticesThatTheRowsAreOthers) {
  const std::vector<uint64_t> sizes = world_.sizes();
  const ViewTree tree = ViewTree::of(ViewSnapshot(store_), View::kActivity, sizes);
  const KeyRange all{"", std::string(1, '\xff')};
  const std::string key = rows_of(ViewSnapshot(store_), View::kActivity, sizes)[300].key;
  LmdbTxn txn = store_->shard(0).env().begin_write();
  txn.put(store_->shard(0).table(View::kActivity), key, "another");
  txn.commit();
  EXPECT_THROW(tree.prove(ViewSnapshot(store_), View::kActivity, sizes, all, tree.rows()), Error);
}

TEST_P(OneShard, RefusesBytesThatAreNoTree) {
  const std::string good = ViewTree::of(ViewSnapshot(store_), View::kActivity, world_.sizes()).encode();
  for (const size_t size : {size_t{0}, size_t{4}, size_t{20}, good.size() / 2, good.size() - 1})
    EXPECT_THROW(ViewTree::decode(good.substr(0, size)), Error) << size;
  EXPECT_THROW(ViewTree::decode(good + "x"), Error);
  std::string more_rows = good;
  more_rows[4] = static_cast<char>(more_rows[4] + 1);
  EXPECT_THROW(ViewTree::decode(more_rows), Error);
}

TEST_P(OneShard, RootsOfManyPositionsAreThoseOfEach) {
  const ViewSnapshot snapshot(store_);
  const std::vector<std::vector<uint64_t>> positions = {cut(1, 3), world_.sizes(), cut(0, 1), cut(1, 2)};
  for (View view : kAllViews) {
    const auto roots = roots_at(snapshot, view, positions);
    ASSERT_EQ(roots.size(), positions.size());
    for (size_t i = 0; i < positions.size(); ++i) {
      const ViewTree tree = ViewTree::of(snapshot, view, positions[i]);
      EXPECT_EQ(roots[i].rows, tree.rows());
      EXPECT_EQ(roots[i].root, tree.root());
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Shards, OneShard, testing::Values(1u));

}  // namespace
}  // namespace custody
