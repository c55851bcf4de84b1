// Ranges of leaves: what the naive twin makes is taken, and nothing else. Ranges of keys: what a walk over all rows
// finds is proved, and a proof with one fault is not.
#include "ledger/proof/range_proof.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/base/error.h"
#include "tests/unit/proof/naive_tree.h"

namespace custody {
namespace {

constexpr size_t kAllSizes = 24;

naive::Path roots_of(const std::vector<Subtree>& subtrees, naive::Leaves leaves) {
  naive::Path roots;
  for (const Subtree& subtree : subtrees)
    roots.push_back(naive::root(leaves.subspan(subtree.begin(), subtree.leaves())));
  return roots;
}

RangeNodes nodes_of(size_t begin, size_t end, naive::Leaves leaves) {
  return {roots_of(subtrees_of(0, begin), leaves), roots_of(subtrees_of(end, leaves.size()), leaves)};
}

// The fewest perfect subtrees that cover [begin, end), by trying every first one.
size_t fewest(size_t begin, size_t end) {
  size_t best = begin == end ? 0 : SIZE_MAX;
  for (size_t size = 1; begin % size == 0 && begin + size <= end; size *= 2)
    best = std::min(best, 1 + fewest(begin + size, end));
  return best;
}

TEST(SubtreesOf, CoverTheRangeWithTheFewest) {
  for (size_t end = 0; end <= kAllSizes; ++end)
    for (size_t begin = 0; begin <= end; ++begin) {
      const auto subtrees = subtrees_of(begin, end);
      ASSERT_EQ(subtrees.size(), fewest(begin, end)) << begin << " to " << end;
      uint64_t at = begin;
      for (const Subtree& subtree : subtrees) {
        ASSERT_EQ(subtree.begin(), at);
        at += subtree.leaves();
      }
      ASSERT_EQ(at, end);
    }
}

TEST(SubtreesOf, EndAtTheLargestTree) {
  EXPECT_EQ(subtrees_of(0, UINT64_MAX).size(), 64u);
  EXPECT_EQ(subtrees_of(1, UINT64_MAX).size(), 126u);
  EXPECT_EQ(subtrees_of(0, uint64_t{1} << 63), (std::vector<Subtree>{{63, 0}}));
  EXPECT_TRUE(subtrees_of(7, 7).empty());
  EXPECT_TRUE(subtrees_of(8, 7).empty());
}

void expect_range_alone(size_t begin, size_t end, naive::Leaves leaves, std::mt19937_64& random) {
  SCOPED_TRACE(std::to_string(begin) + " to " + std::to_string(end) + " of " + std::to_string(leaves.size()));
  const Digest root = naive::root(leaves);
  const naive::Leaves inside = leaves.subspan(begin, end - begin);
  const RangeNodes nodes = nodes_of(begin, end, leaves);
  ASSERT_EQ(root_from_range(begin, inside, leaves.size(), nodes), root);
  for (const naive::Path& bad : naive::spoiled(nodes.before, random))
    ASSERT_NE(root_from_range(begin, inside, leaves.size(), {bad, nodes.behind}), root);
  for (const naive::Path& bad : naive::spoiled(nodes.behind, random))
    ASSERT_NE(root_from_range(begin, inside, leaves.size(), {nodes.before, bad}), root);
  for (const naive::Path& bad : naive::spoiled({inside.begin(), inside.end()}, random))
    ASSERT_NE(root_from_range(begin, bad, leaves.size(), nodes), root);
  for (size_t other = 0; other <= leaves.size() + 1; ++other)
    if (other != begin) ASSERT_NE(root_from_range(other, inside, leaves.size(), nodes), root) << "begin " << other;
  ASSERT_EQ(root_from_range(UINT64_MAX, inside, leaves.size(), nodes), std::nullopt);
}

TEST(RootFromRange, OfEveryRangeOfEverySmallTree) {
  std::mt19937_64 random(1);
  const auto leaves = naive::make_leaves(kAllSizes);
  for (size_t size = 1; size <= kAllSizes; ++size)
    for (size_t begin = 0; begin < size; ++begin)
      for (size_t end = begin + 1; end <= size; ++end)
        ASSERT_NO_FATAL_FAILURE(expect_range_alone(begin, end, naive::Leaves(leaves).first(size), random));
}

TEST(RootFromRange, OfRandomRangesOfLargerTrees) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto leaves = naive::make_leaves(3000);
  for (int i = 0; i < 20; ++i) {
    const size_t size = 200 + random() % 2800;
    const size_t begin = random() % size;
    const size_t end = begin + 1 + random() % std::min<size_t>(40, size - begin);
    const naive::Leaves tree = naive::Leaves(leaves).first(size);
    const naive::Leaves inside = tree.subspan(begin, end - begin);
    EXPECT_EQ(root_from_range(begin, inside, size, nodes_of(begin, end, tree)), naive::root(tree));
  }
}

// As with a path, nodes of one size may serve for another: the size has to come with the root. With its own root no
// other size is taken.
TEST(RootFromRange, OfAnotherSizeHasAnotherRoot) {
  const auto leaves = naive::make_leaves(kAllSizes);
  for (size_t size = 1; size < kAllSizes; ++size) {
    const naive::Leaves tree = naive::Leaves(leaves).first(size);
    for (size_t begin = 0; begin < size; ++begin)
      for (const size_t other : {size - 1, size + 1})
        ASSERT_NE(root_from_range(begin, tree.subspan(begin, 1), other, nodes_of(begin, begin + 1, tree)),
                  naive::root(naive::Leaves(leaves).first(other)));
  }
}

TEST(RootFromRange, OfTheEmptyTree) {
  EXPECT_EQ(root_from_range(0, {}, 0, {}), sha256(""));
  EXPECT_EQ(root_from_range(1, {}, 0, {}), std::nullopt);
  EXPECT_EQ(root_from_range(0, {}, UINT64_MAX, {}), std::nullopt);
}

// --- rows

using Rows = std::vector<ViewRow>;

naive::Path leaves_of(const Rows& rows) {
  naive::Path leaves;
  for (const ViewRow& row : rows) leaves.push_back(row_leaf(row.key, row.value));
  return leaves;
}

RangeProof proof_of(const Rows& rows, size_t begin, size_t end) {
  const naive::Path leaves = leaves_of(rows);
  return {begin, Rows(rows.begin() + static_cast<ptrdiff_t>(begin), rows.begin() + static_cast<ptrdiff_t>(end)),
          nodes_of(begin, end, leaves)};
}

// The rows of the range with a neighbour at each side where there is one, by a walk over all.
std::pair<size_t, size_t> with_neighbours(const Rows& rows, const KeyRange& range) {
  size_t begin = 0;
  while (begin < rows.size() && rows[begin].key < range.from) ++begin;
  size_t end = begin;
  while (end < rows.size() && rows[end].key < range.until) ++end;
  return {begin == 0 ? 0 : begin - 1, std::min(end + 1, rows.size())};
}

std::string key_of(uint64_t number) {
  return "k" + std::string(1, static_cast<char>('a' + number / 16)) + static_cast<char>('a' + number % 16);
}

Rows random_rows(size_t count, std::mt19937_64& random) {
  Rows rows;
  for (size_t i = 0; i < count; ++i) rows.push_back({key_of(random() % 80), "value " + std::to_string(i)});
  std::ranges::sort(rows, {}, &ViewRow::key);
  return rows;
}

TEST(JudgeRange, ProvesWhatAWalkFindsAndNothingElse) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  size_t absent = 0;
  for (int i = 0; i < 60; ++i) {
    const Rows rows = random_rows(random() % 16, random);
    const Digest root = naive::root(leaves_of(rows));
    const uint64_t low = random() % 80;
    const KeyRange range{key_of(low), key_of(low + random() % (90 - low))};
    const auto [begin, end] = with_neighbours(rows, range);
    const RangeVerdict verdict = judge_range(proof_of(rows, begin, end), range, rows.size(), root);
    ASSERT_EQ(verdict.fault, "");
    for (size_t row = begin; row < end; ++row) {
      const bool inside = rows[row].key >= range.from && rows[row].key < range.until;
      ASSERT_EQ(inside, row - begin >= verdict.begin && row - begin < verdict.end);
    }
    absent += verdict.begin == verdict.end ? 1U : 0U;
    // Every other run of rows: it lacks a neighbour or a row, or has more than these.
    for (size_t other_begin = 0; other_begin <= rows.size(); ++other_begin)
      for (size_t other_end = other_begin; other_end <= rows.size(); ++other_end)
        if (other_begin != begin || other_end != end)
          ASSERT_NE(judge_range(proof_of(rows, other_begin, other_end), range, rows.size(), root).fault, "")
              << other_begin << " to " << other_end << " for " << begin << " to " << end << " of " << rows.size();
  }
  EXPECT_GT(absent, 0u);
}

TEST(JudgeRange, ARowAlteredLeftOutOrAddedIsFound) {
  std::mt19937_64 random(5);
  const Rows rows = random_rows(60, random);
  const Digest root = naive::root(leaves_of(rows));
  const KeyRange range{key_of(10), key_of(60)};
  const auto [begin, end] = with_neighbours(rows, range);
  const RangeProof good = proof_of(rows, begin, end);
  ASSERT_EQ(judge_range(good, range, rows.size(), root).fault, "");
  ASSERT_GT(good.rows.size(), 10u);
  for (size_t i = 0; i < good.rows.size(); ++i) {
    RangeProof bad = good;
    bad.rows[i].value += "x";
    EXPECT_NE(judge_range(bad, range, rows.size(), root).fault, "");
    bad = good;
    bad.rows[i].key += "x";
    EXPECT_NE(judge_range(bad, range, rows.size(), root).fault, "");
    bad = good;
    bad.rows.erase(bad.rows.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_NE(judge_range(bad, range, rows.size(), root).fault, "");
    bad.first += 1;
    EXPECT_NE(judge_range(bad, range, rows.size(), root).fault, "");
    bad = good;
    bad.rows.insert(bad.rows.begin() + static_cast<ptrdiff_t>(i), {bad.rows[i].key, "added"});
    EXPECT_NE(judge_range(bad, range, rows.size(), root).fault, "");
  }
  EXPECT_NE(judge_range(good, range, rows.size() + 1, root).fault, "");
  EXPECT_NE(judge_range(good, range, rows.size(), sha256("another")).fault, "");
}

// Whoever makes the tree may put rows out of order; a reader does not take such a run for a range.
TEST(JudgeRange, RowsOutOfOrderAreRefused) {
  const Rows rows = {{"a", ""}, {"d", ""}, {"c", ""}, {"e", ""}};
  const Digest root = naive::root(leaves_of(rows));
  EXPECT_NE(judge_range(proof_of(rows, 0, 4), {"c", "e"}, 4, root).fault, "");
}

TEST(JudgeRange, OfAnEmptyViewNothingIsThere) {
  EXPECT_EQ(judge_range({}, {"a", "b"}, 0, sha256("")).fault, "");
  EXPECT_NE(judge_range({}, {"a", "b"}, 1, sha256("")).fault, "");
  EXPECT_NE(judge_range({7, {}, {}}, {"a", "b"}, 0, sha256("")).fault, "");
}

TEST(KeysWithPrefix, EndBehindTheLastOne) {
  const KeyRange range = keys_with_prefix(std::string("a\xff\xff"));
  EXPECT_EQ(range.from, "a\xff\xff");
  EXPECT_EQ(range.until, "b");
  EXPECT_THROW(keys_with_prefix("\xff"), Error);
  EXPECT_THROW(keys_with_prefix(""), Error);
}

// The bytes of a leaf, made another way.
TEST(RowLeaf, IsTheHashOfLengthKeyAndValue) {
  EXPECT_EQ(row_leaf("key", "value"), leaf_hash(std::string("\x03\0\0\0", 4) + "keyvalue"));
  EXPECT_NE(row_leaf("ab", "c"), row_leaf("a", "bc"));
}

}  // namespace
}  // namespace custody
