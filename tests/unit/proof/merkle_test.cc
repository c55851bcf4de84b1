// Proofs: what the naive twin makes is taken, and nothing else.
#include "ledger/proof/merkle.h"

#include <gtest/gtest.h>

#include "tests/unit/proof/naive_tree.h"

namespace custody {
namespace {

constexpr size_t kAllSizes = 130;

naive::Leaves first(const std::vector<Digest>& leaves, size_t count) {
  return naive::Leaves(leaves).first(count);
}

void expect_inclusion_alone(size_t index, naive::Leaves leaves, std::mt19937_64& random) {
  const Digest root = naive::root(leaves);
  const size_t size = leaves.size();
  const naive::Path path = naive::inclusion(index, leaves);
  ASSERT_TRUE(proves_inclusion(index, size, leaves[index], path, root)) << index << " of " << size;
  ASSERT_EQ(root_from_inclusion(index, size, leaves[index], path), root);
  for (const naive::Path& bad : naive::spoiled(path, random))
    ASSERT_FALSE(proves_inclusion(index, size, leaves[index], bad, root)) << index << " of " << size;
  ASSERT_FALSE(proves_inclusion(index, size, sha256("another leaf"), path, root));
  ASSERT_FALSE(proves_inclusion(index, size, leaves[index], path, sha256("another root")));
  ASSERT_FALSE(proves_inclusion(index + 1, size, leaves[index], path, root)) << index << " of " << size;
  if (index > 0) ASSERT_FALSE(proves_inclusion(index - 1, size, leaves[index], path, root));
  ASSERT_FALSE(proves_inclusion(index + size, size, leaves[index], path, root));
  ASSERT_FALSE(proves_inclusion(UINT64_MAX, size, leaves[index], path, root));
  ASSERT_FALSE(proves_inclusion(index, 0, leaves[index], path, root));
  ASSERT_FALSE(proves_inclusion(index, index, leaves[index], path, root));
}

void expect_consistency_alone(size_t old_size, naive::Leaves leaves, std::mt19937_64& random) {
  const size_t size = leaves.size();
  const Digest before = naive::root(leaves.first(old_size));
  const Digest now = naive::root(leaves);
  const naive::Path path = naive::consistency(old_size, leaves);
  ASSERT_TRUE(proves_consistency(old_size, size, before, now, path)) << old_size << " to " << size;
  for (const naive::Path& bad : naive::spoiled(path, random))
    ASSERT_FALSE(proves_consistency(old_size, size, before, now, bad)) << old_size << " to " << size;
  ASSERT_FALSE(proves_consistency(old_size, size, sha256("another"), now, path));
  ASSERT_FALSE(proves_consistency(old_size, size, before, sha256("another"), path));
  ASSERT_FALSE(proves_consistency(size + 1, size, before, now, path));
  ASSERT_FALSE(proves_consistency(0, size, before, now, path));
  ASSERT_FALSE(proves_consistency(old_size, 0, before, now, path));
  if (old_size < size) {
    ASSERT_FALSE(proves_consistency(size, size, before, now, path));
    ASSERT_FALSE(proves_consistency(old_size, old_size, before, now, path));
  }
}

TEST(Inclusion, OfEveryLeafOfEverySmallTree) {
  std::mt19937_64 random(1);
  const auto leaves = naive::make_leaves(kAllSizes);
  for (size_t size = 1; size <= kAllSizes; ++size)
    for (size_t index = 0; index < size; ++index)
      ASSERT_NO_FATAL_FAILURE(expect_inclusion_alone(index, first(leaves, size), random));
}

TEST(Inclusion, OfRandomLeavesOfLargerTrees) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto leaves = naive::make_leaves(5000);
  for (int i = 0; i < 30; ++i) {
    const size_t size = 131 + random() % (leaves.size() - 131);
    ASSERT_NO_FATAL_FAILURE(expect_inclusion_alone(random() % size, first(leaves, size), random));
  }
}

// A path says nothing of the tree's size but its length: among sizes of equal length no other may pass as the true one
// for a root that it does not have.
TEST(Inclusion, OfAnotherSizeHasAnotherRoot) {
  const auto leaves = naive::make_leaves(kAllSizes);
  for (size_t size = 1; size < kAllSizes; ++size) {
    const naive::Leaves tree = first(leaves, size);
    for (size_t index = 0; index < size; ++index) {
      const naive::Path path = naive::inclusion(index, tree);
      for (const size_t other : {size - 1, size + 1})
        ASSERT_FALSE(proves_inclusion(index, other, leaves[index], path, naive::root(first(leaves, other))))
            << index << " of " << size << " as of " << other;
    }
  }
}

TEST(Inclusion, PathsOfAnyLengthEnd) {
  const naive::Path endless(100'000, sha256("x"));
  EXPECT_EQ(root_from_inclusion(5, 100, sha256(""), endless), std::nullopt);
  EXPECT_EQ(root_from_inclusion(UINT64_MAX - 1, UINT64_MAX, sha256(""), endless), std::nullopt);
  EXPECT_EQ(root_from_inclusion(0, 1, sha256("x"), {}), sha256("x"));
  EXPECT_EQ(root_from_inclusion(0, 0, sha256("x"), {}), std::nullopt);
}

TEST(Consistency, OfAllPairsOfSmallTrees) {
  std::mt19937_64 random(2);
  const auto leaves = naive::make_leaves(kAllSizes);
  for (size_t size = 1; size <= kAllSizes; ++size)
    for (size_t old_size = 1; old_size <= size; ++old_size)
      ASSERT_NO_FATAL_FAILURE(expect_consistency_alone(old_size, first(leaves, size), random));
}

TEST(Consistency, OfRandomPairsOfLargerTrees) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto leaves = naive::make_leaves(5000);
  for (int i = 0; i < 30; ++i) {
    const size_t size = 131 + random() % (leaves.size() - 131);
    ASSERT_NO_FATAL_FAILURE(expect_consistency_alone(1 + random() % size, first(leaves, size), random));
  }
}

TEST(Consistency, WithTheEmptyTreeNeedsNoPath) {
  const Digest root = sha256("root");
  EXPECT_TRUE(proves_consistency(0, 7, sha256(""), root, {}));
  EXPECT_FALSE(proves_consistency(0, 7, sha256("x"), root, {}));
  EXPECT_FALSE(proves_consistency(0, 7, sha256(""), root, naive::Path{root}));
  EXPECT_TRUE(proves_consistency(0, 0, sha256(""), sha256(""), {}));
}

// A log that changed a record of before cannot make a path: neither the old one's nor the new one's digests do.
TEST(Consistency, WithARewrittenTreeIsNotProved) {
  auto leaves = naive::make_leaves(kAllSizes);
  const auto true_leaves = leaves;
  leaves[40] = leaf_hash("rewritten");
  for (size_t old_size = 41; old_size < kAllSizes; ++old_size) {
    const Digest before = naive::root(first(true_leaves, old_size));
    for (const auto& maker : {leaves, true_leaves})
      EXPECT_FALSE(
          proves_consistency(old_size, kAllSizes, before, naive::root(leaves), naive::consistency(old_size, maker)));
  }
}

TEST(CompactRange, HasTheRootOfTheNaiveTree) {
  const auto leaves = naive::make_leaves(kAllSizes);
  CompactRange range;
  for (size_t size = 0; size < kAllSizes; ++size) {
    EXPECT_EQ(range.root(), naive::root(first(leaves, size)));
    EXPECT_EQ(CompactRange::decode(range.encode()).root(), range.root());
    range.append(leaves[size]);
  }
}

}  // namespace
}  // namespace custody
