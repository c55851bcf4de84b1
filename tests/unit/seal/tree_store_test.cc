// The stored tree: what the naive twin computes from the leaves, whatever the pieces they came in.
#include "ledger/seal/tree_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ledger/proof/merkle.h"
#include "tests/unit/base/caught_error.h"
#include "tests/unit/base/temp_folder.h"
#include "tests/unit/proof/naive_tree.h"

namespace custody {
namespace {

const std::vector<Digest>& leaves() {
  static const auto all = naive::make_leaves(66'100);  // tiles of three levels
  return all;
}

naive::Leaves first(size_t count) {
  return naive::Leaves(leaves()).first(count);
}

// Leaves up to `size`, in pieces of random length.
void grow(TreeStore& store, size_t size, std::mt19937_64& random) {
  while (store.size() < size) {
    const size_t piece = std::min<size_t>(size - store.size(), 1 + random() % 700);
    store.append(naive::Leaves(leaves()).subspan(store.size(), piece));
  }
}

std::string all_tiles(TreeStore& store) {
  const auto tree = store.snapshot();
  std::string bytes;
  for (uint8_t level = 0; level < 8; ++level)
    for (uint64_t index = 0; const uint32_t width = tile_width(level, index, tree->size()); ++index)
      bytes += tree->tile({level, index, width});
  return bytes;
}

void expect_twin(TreeStore& store, size_t size, std::mt19937_64& random) {
  const auto tree = store.snapshot();
  ASSERT_EQ(tree->size(), size);
  ASSERT_EQ(store.root(), naive::root(first(size)));
  ASSERT_EQ(store.last_leaf(), leaves()[size - 1]);
  for (const size_t at : {size_t{0}, size / 2, size - 1, random() % size}) {
    ASSERT_EQ(inclusion_proof(*tree, at, size), naive::inclusion(at, first(size))) << at << " of " << size;
    ASSERT_EQ(consistency_proof(*tree, at + 1, size), naive::consistency(at + 1, first(size)));
    const uint32_t width = tile_width(0, at / kTileWidth, size);
    std::string hashes;
    for (const Digest& leaf : naive::Leaves(leaves()).subspan(at / kTileWidth * kTileWidth, width))
      hashes += view_of(leaf);
    ASSERT_EQ(tree->tile({0, at / kTileWidth, width}), hashes);
  }
}

TEST(TreeStore, HoldsTheTreeAtEverySizeOnTheWay) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const TempFolder folder;
  auto store = TreeStore::open(folder / "tree");
  EXPECT_EQ(store->root(), sha256(""));
  for (const size_t size :
       {1U, 2U, 3U, 7U, 255U, 256U, 257U, 300U, 511U, 512U, 1000U, 65'535U, 65'536U, 65'537U, 66'100U}) {
    grow(*store, size, random);
    ASSERT_NO_FATAL_FAILURE(expect_twin(*store, size, random));
    store.reset();  // and goes on after a restart
    store = TreeStore::open(folder / "tree");
    ASSERT_NO_FATAL_FAILURE(expect_twin(*store, size, random));
  }
}

TEST(TreeStore, MadeAnewHasTheSameBytes) {
  std::mt19937_64 random(3);
  const TempFolder folder;
  auto store = TreeStore::open(folder / "tree");
  grow(*store, 2000, random);
  const std::string before = all_tiles(*store);
  store->clear();
  EXPECT_EQ(store->size(), 0U);
  EXPECT_EQ(store->root(), sha256(""));
  grow(*store, 2000, random);
  EXPECT_EQ(all_tiles(*store), before);
  store.reset();
  std::filesystem::remove_all(folder / "tree");
  store = TreeStore::open(folder / "tree");
  store->append(first(2000));
  EXPECT_EQ(all_tiles(*store), before);
}

TEST(TreeStore, ASnapshotStaysAsItWas) {
  const TempFolder folder;
  const auto store = TreeStore::open(folder / "tree");
  store->append(first(300));
  const auto tree = store->snapshot();
  store->append(naive::Leaves(leaves()).subspan(300, 700));
  EXPECT_EQ(tree->size(), 300U);
  EXPECT_EQ(inclusion_proof(*tree, 17, 300), naive::inclusion(17, first(300)));
  EXPECT_EQ(error_of([&] { tree->tile({0, 1, 45}); }).code, ErrorCode::kNotFound);
  EXPECT_EQ(error_of([&] { tree->tile({3, 0, 1}); }).code, ErrorCode::kNotFound);
  EXPECT_EQ(store->snapshot()->tile({0, 1, 45}).size(), 45U * 32);  // a full tile begins with each partial one
}

TEST(TreeStore, WithEndsThatAreWrongIsMadeAnew) {
  const TempFolder folder;
  TreeStore::open(folder / "tree")->append(first(300));
  {
    LmdbEnv env = LmdbEnv::open(folder / "tree");
    const LmdbTable nodes = env.open_table("nodes");
    LmdbTxn txn = env.begin_write();
    const std::string key = std::string(1, '\0') + u64_key(1);
    std::string row(*txn.get(nodes, key));
    row[5] = static_cast<char>(row[5] ^ 1);
    txn.put(nodes, key, row);
    txn.commit();
  }
  EXPECT_EQ(TreeStore::open(folder / "tree")->size(), 0U);
}

TEST(TreeStore, OfForeignBytesIsMadeAnew) {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "tree");
  std::ofstream(folder / "tree/data.mdb") << std::string(100'000, 'x');
  const auto store = TreeStore::open(folder / "tree");
  store->append(first(10));
  EXPECT_EQ(store->root(), naive::root(first(10)));
}

}  // namespace
}  // namespace custody
