// Tiles: their names, and that the proofs made of them are those of the naive twin.
#include "ledger/proof/tile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "ledger/proof/merkle.h"
#include "tests/unit/base/caught_error.h"
#include "tests/unit/proof/naive_tree.h"

namespace custody {
namespace {

// The tiles of some leaves by the definition of the format: each hash is a root of its own leaves.
class NaiveTiles : public TileReader {
 public:
  explicit NaiveTiles(naive::Leaves leaves) : leaves_(leaves) {}
  std::string tile(const TileName& tile) override {
    asked.push_back(tile);
    uint64_t span = 1;
    for (unsigned i = 0; i < tile.level; ++i) span *= kTileWidth;
    std::string bytes;
    for (uint64_t i = 0; i < tile.width; ++i)
      bytes += view_of(naive::root(leaves_.subspan((tile.index * kTileWidth + i) * span, span)));
    return bytes;
  }
  std::vector<TileName> asked;

 private:
  naive::Leaves leaves_;
};

TEST(TilePaths, AreThoseOfTheFormat) {
  EXPECT_EQ(tile_path({0, 1234067, 256}), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path({3, 0, 1}), "tile/3/000.p/1");
  EXPECT_EQ(tile_path({0, 1234, 255}), "tile/0/x001/234.p/255");
  EXPECT_EQ(entries_path(999, 256), "tile/entries/999");
  EXPECT_EQ(entries_path(1000, 7), "tile/entries/x001/000.p/7");
}

TEST(TilePaths, AreReadAsTheyAreWritten) {
  for (const uint64_t index : {uint64_t{0}, uint64_t{1}, uint64_t{999}, uint64_t{1000}, uint64_t{1234067}, UINT64_MAX})
    for (const uint32_t width : {1U, 17U, 255U, 256U}) {
      EXPECT_EQ(parse_tile_path(tile_path({2, index, width})), (TilePath{2, index, width}));
      EXPECT_EQ(parse_tile_path(entries_path(index, width)), (TilePath{std::nullopt, index, width}));
    }
}

TEST(TilePaths, HaveNoOtherSpelling) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/1000",
                           "tile/00/000",
                           "tile/64/000",
                           "tile/-1/000",
                           "tile/0/001/234",
                           "tile/0/x000/001",
                           "tile/0/x1/234",
                           "tile/0/x001/x234",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/000.p/1/",
                           "tile/0/000.p/1.p/1",
                           "/tile/0/000",
                           "tile/0/000/",
                           "tile/0//000",
                           "tile/entries/",
                           "tile/Entries/000",
                           "tile/0/x018/x446/x744/x073/x709/x551/616",
                           "tile/0/../000",
                           "tile/0/000.q/1",
                           "tiles/0/000"})
    EXPECT_EQ(parse_tile_path(path), std::nullopt) << path;
  EXPECT_EQ(parse_tile_path("tile/0/" + std::string(100'000, 'x')), std::nullopt);
}

// The example of the format: 70,000 leaves.
TEST(TileWidths, AreThoseOfTheFormat) {
  EXPECT_EQ(tile_width(0, 272, 70'000), 256U);
  EXPECT_EQ(tile_width(0, 273, 70'000), 112U);
  EXPECT_EQ(tile_width(0, 274, 70'000), 0U);
  EXPECT_EQ(tile_width(1, 0, 70'000), 256U);
  EXPECT_EQ(tile_width(1, 1, 70'000), 17U);
  EXPECT_EQ(tile_width(1, 2, 70'000), 0U);
  EXPECT_EQ(tile_width(2, 0, 70'000), 1U);
  EXPECT_EQ(tile_width(3, 0, 70'000), 0U);
  EXPECT_EQ(tile_width(1, 0, 256), 1U);
  EXPECT_EQ(tile_width(0, 1, 256), 0U);
  EXPECT_EQ(tile_width(63, 0, UINT64_MAX), 0U);
  EXPECT_EQ(tile_width(0, UINT64_MAX, UINT64_MAX), 0U);
}

void expect_proofs_of_the_twin(naive::Leaves leaves, size_t index, size_t old_size) {
  NaiveTiles tiles(leaves);
  TileNodes nodes(tiles, leaves.size());
  ASSERT_EQ(inclusion_proof(nodes, index, leaves.size()), naive::inclusion(index, leaves))
      << index << " of " << leaves.size();
  ASSERT_EQ(consistency_proof(nodes, old_size, leaves.size()), naive::consistency(old_size, leaves))
      << old_size << " to " << leaves.size();
}

TEST(TileProofs, AreThoseOfTheTwinForAllSmallTrees) {
  const auto leaves = naive::make_leaves(70);
  for (size_t size = 1; size <= leaves.size(); ++size)
    for (size_t at = 0; at < size; ++at)
      ASSERT_NO_FATAL_FAILURE(expect_proofs_of_the_twin(naive::Leaves(leaves).first(size), at, at + 1));
}

TEST(TileProofs, AreThoseOfTheTwinAcrossTiles) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto leaves = naive::make_leaves(66'000);  // tiles of three levels
  for (const size_t size : {255U, 256U, 257U, 511U, 512U, 65'535U, 65'536U, 65'537U, 66'000U})
    for (const size_t at : {size_t{0}, size - 1, random() % size})
      ASSERT_NO_FATAL_FAILURE(expect_proofs_of_the_twin(naive::Leaves(leaves).first(size), at, at + 1));
}

TEST(TileProofs, AskForNoTileTwiceAndForNoneOutsideTheTree) {
  const auto leaves = naive::make_leaves(3000);
  NaiveTiles tiles(leaves);
  TileNodes nodes(tiles, leaves.size());
  inclusion_proof(nodes, 1234, leaves.size());
  EXPECT_LE(tiles.asked.size(), 4U);
  for (size_t i = 0; i < tiles.asked.size(); ++i) {
    EXPECT_EQ(tiles.asked[i].width, tile_width(tiles.asked[i].level, tiles.asked[i].index, leaves.size()));
    for (size_t j = 0; j < i; ++j) EXPECT_FALSE(tiles.asked[i] == tiles.asked[j]);
  }
}

TEST(TileProofs, OfAnEarlierSizeAreMadeOfALaterTreesTiles) {
  const auto leaves = naive::make_leaves(600);
  NaiveTiles tiles(leaves);
  for (size_t size = 1; size <= leaves.size(); size += 7) {
    TileNodes nodes(tiles, leaves.size());
    const naive::Leaves tree = naive::Leaves(leaves).first(size);
    EXPECT_EQ(inclusion_proof(nodes, size / 2, size), naive::inclusion(size / 2, tree));
    EXPECT_EQ(root_of(nodes, size), naive::root(tree));
  }
}

TEST(TileProofs, PreconditionsAreChecked) {
  const auto leaves = naive::make_leaves(10);
  NaiveTiles tiles(leaves);
  TileNodes nodes(tiles, 10);
  EXPECT_EQ(error_of([&] { inclusion_proof(nodes, 10, 10); }).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of([&] { inclusion_proof(nodes, 0, 0); }).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of([&] { consistency_proof(nodes, 11, 10); }).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of([&] { inclusion_proof(nodes, 0, 300); }).code, ErrorCode::kUsage);  // a larger tree than there is
  EXPECT_TRUE(consistency_proof(nodes, 0, 10).empty());
  EXPECT_TRUE(consistency_proof(nodes, 10, 10).empty());
  EXPECT_EQ(root_of(nodes, 0), sha256(""));
}

// A tile that lies is found by the root; one that is cut off at once.
TEST(TileProofs, OfSpoiledTilesProveNothing) {
  const auto leaves = naive::make_leaves(600);
  class Spoiled : public NaiveTiles {
   public:
    using NaiveTiles::NaiveTiles;
    std::string tile(const TileName& name) override {
      std::string bytes = NaiveTiles::tile(name);
      if (cut) bytes.resize(bytes.size() - 1);
      for (size_t i = 0; i < bytes.size(); i += 32) bytes[i] = static_cast<char>(bytes[i] ^ 1);
      return bytes;
    }
    bool cut = false;
  };
  Spoiled tiles(leaves);
  TileNodes nodes(tiles, leaves.size());
  EXPECT_FALSE(proves_inclusion(77, 600, leaves[77], inclusion_proof(nodes, 77, 600), naive::root(leaves)));
  tiles.cut = true;
  TileNodes others(tiles, leaves.size());
  EXPECT_EQ(error_of([&] { inclusion_proof(others, 77, 600); }).code, ErrorCode::kStore);
}

}  // namespace
}  // namespace custody
