// Proofs of many leaves at once against the definition, and every spoiled one refused.
#include "ledger/proof/multi_proof.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/base/caught_error.h"
#include "tests/unit/proof/bundle_fixture.h"

namespace custody {
namespace {

// The definition, word by word: which of the leaves [begin, end) are proved stands in `proved`.
naive::Path by_definition(naive::Leaves leaves, const std::vector<bool>& proved, size_t begin) {
  const auto any = [&](size_t from, size_t count) {
    for (size_t i = from; i < from + count; ++i)
      if (proved[i]) return true;
    return false;
  };
  if (leaves.size() == 1) return {};
  naive::Path path;
  const size_t k = naive::split(leaves.size());
  for (const auto& [from, half] : {std::pair{begin, leaves.first(k)}, std::pair{begin + k, leaves.subspan(k)}}) {
    const naive::Path part =
        any(from, half.size()) ? by_definition(half, proved, from) : naive::Path{naive::root(half)};
    path.insert(path.end(), part.begin(), part.end());
  }
  return path;
}

struct Case {
  std::vector<Digest> leaves;
  std::vector<bool> proved;
  std::vector<uint64_t> indices;
  std::vector<PlacedLeaf> placed;
};

Case make_case(size_t size, const std::function<bool(size_t)>& chosen) {
  Case made{naive::make_leaves(size), std::vector<bool>(size), {}, {}};
  for (size_t i = 0; i < size; ++i) {
    if (!chosen(i)) continue;
    made.proved[i] = true;
    made.indices.push_back(i);
    made.placed.push_back({i, made.leaves[i]});
  }
  return made;
}

void expect_as_defined(const Case& made) {
  NaiveNodes nodes(made.leaves);
  const auto proof = multi_proof(nodes, made.indices, made.leaves.size());
  ASSERT_EQ(proof, by_definition(made.leaves, made.proved, 0));
  ASSERT_EQ(root_from_leaves(made.placed, made.leaves.size(), proof), naive::root(made.leaves));
}

TEST(MultiProof, OfEverySetOfLeavesOfSmallTreesIsAsDefined) {
  for (size_t size = 1; size <= 9; ++size)
    for (unsigned set = 1; set < 1U << size; ++set)
      expect_as_defined(make_case(size, [&](size_t i) { return (set >> i & 1) != 0; }));
}

TEST(MultiProof, OfLargerTreesIsAsDefined) {
  std::mt19937_64 random(4711);
  for (const size_t size : {31U, 64U, 100U, 257U, 600U})
    for (const unsigned of_a_hundred : {1U, 10U, 50U, 99U})
      expect_as_defined(make_case(size, [&](size_t i) { return i + 1 == size || random() % 100 < of_a_hundred; }));
}

TEST(MultiProof, OfOneLeafHoldsTheDigestsOfItsPathAndOfAllNone) {
  for (const size_t size : {1U, 2U, 7U, 33U}) {
    for (size_t at = 0; at < size; ++at) {
      const Case one = make_case(size, [&](size_t i) { return i == at; });
      NaiveNodes nodes(one.leaves);
      EXPECT_EQ(multi_proof(nodes, one.indices, size).size(), naive::inclusion(at, one.leaves).size());
    }
    const Case all = make_case(size, [](size_t) { return true; });
    NaiveNodes nodes(all.leaves);
    EXPECT_TRUE(multi_proof(nodes, all.indices, size).empty());
  }
}

TEST(MultiProof, AnythingElseLeadsToAnotherRootOrNone) {
  std::mt19937_64 random(5);
  for (const size_t size : {2U, 5U, 16U, 41U}) {
    const Case made = make_case(size, [&](size_t i) { return i == size / 2 || random() % 4 == 0; });
    const Digest root = naive::root(made.leaves);
    NaiveNodes nodes(made.leaves);
    const naive::Path proof = multi_proof(nodes, made.indices, size);
    for (const naive::Path& bad : naive::spoiled(proof, random))
      EXPECT_NE(root_from_leaves(made.placed, size, bad), root);
    for (size_t i = 0; i < made.placed.size(); ++i) {
      auto other = made.placed;
      other[i].hash[3] ^= 1;
      EXPECT_NE(root_from_leaves(other, size, proof), root);
      other = made.placed;
      other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_NE(root_from_leaves(other, size, proof), root);
      other = made.placed;
      other[i].index += 1;  // onto its neighbour's place, beyond the end, or where none of these was
      EXPECT_NE(root_from_leaves(other, size, proof), root);
    }
    // A tree that ends before the last of them has it not.
    EXPECT_NE(root_from_leaves(made.placed, made.placed.back().index, proof), root);
  }
}

TEST(MultiProof, ImpossiblePlacesAreRefused) {
  const Digest leaf = leaf_hash("x");
  const std::vector<PlacedLeaf> twice{{1, leaf}, {1, leaf}};
  const std::vector<PlacedLeaf> falling{{2, leaf}, {1, leaf}};
  const std::vector<PlacedLeaf> beyond{{4, leaf}};
  EXPECT_FALSE(root_from_leaves({}, 4, {}));
  EXPECT_FALSE(root_from_leaves(twice, 4, {}));
  EXPECT_FALSE(root_from_leaves(falling, 4, {}));
  EXPECT_FALSE(root_from_leaves(beyond, 4, {}));
  EXPECT_FALSE(root_from_leaves(beyond, UINT64_MAX, {}));  // too few nodes of the largest tree
  const auto leaves = naive::make_leaves(4);
  NaiveNodes nodes(leaves);
  for (const std::vector<uint64_t>& bad : {std::vector<uint64_t>{}, {1, 1}, {2, 1}, {4}})
    EXPECT_EQ(error_of([&] { multi_proof(nodes, bad, 4); }).code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace custody
