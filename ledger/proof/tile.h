// Tiles of a tree and where they are found, as C2SP tlog-tiles lays them out (c2sp.org/tlog-tiles): a tile holds 256
// consecutive hashes of level 8·L of the tree, the last ones of a tree fewer. And the proofs that are made of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"

namespace custody {

inline constexpr unsigned kTileHeight = 8;
inline constexpr uint64_t kTileWidth = 256;
inline constexpr uint8_t kTileLevels = 8;  // of 2^64 leaves

// Which tile: the hashes [index · 256, index · 256 + width) of its level. A level above the eighth is that of no tree.
struct TileName {
  uint8_t level = 0;
  uint64_t index = 0;
  uint32_t width = kTileWidth;  // 1 ... 256
  bool operator==(const TileName&) const = default;
};

// How many hashes of the tile a tree of `size` leaves has: 0 where it does not reach it, 256 where the tile is full.
uint32_t tile_width(uint8_t level, uint64_t index, uint64_t size);

// "tile/0/x001/234", "tile/0/x001/234.p/17"; of the leaves themselves "tile/entries/x001/234".
std::string tile_path(const TileName& tile);
std::string entries_path(uint64_t index, uint32_t width);
// What such a path names: `level` is nullopt of entries. nullopt for anything that the two above would not write.
struct TilePath {
  std::optional<uint8_t> level;
  uint64_t index = 0;
  uint32_t width = kTileWidth;
  bool operator==(const TilePath&) const = default;
};
std::optional<TilePath> parse_tile_path(std::string_view path);

// Where the hashes of a tree come from.
class NodeReader {
 public:
  virtual ~NodeReader() = default;
  // The root of the leaves [index · 2^level, (index + 1) · 2^level), all of which the tree has.
  virtual Digest node(unsigned level, uint64_t index) = 0;
};

// Where tiles come from, from whomever: what proofs are made of them is to be judged by a root that is trusted.
class TileReader {
 public:
  virtual ~TileReader() = default;
  // At least the 32 · width bytes of the tile. Any Error where they cannot be had.
  virtual std::string tile(const TileName& tile) = 0;
};

// The hashes of a tree of `size` leaves out of its tiles. Keeps the tiles it has asked for.
class TileNodes : public NodeReader {
 public:
  TileNodes(TileReader& tiles, uint64_t size) : tiles_(tiles), size_(size) {}
  // Error kStore where a tile is too short.
  Digest node(unsigned level, uint64_t index) override;

 private:
  const std::string& fetched(uint8_t level, uint64_t index);

  TileReader& tiles_;
  uint64_t size_;
  std::vector<std::pair<TileName, std::string>> kept_;
};

// Proofs as RFC 9162 §2.1.3.1 and §2.1.4.1 make them. Error kUsage unless index < size, old_size <= new_size.
std::vector<Digest> inclusion_proof(NodeReader& nodes, uint64_t index, uint64_t size);
std::vector<Digest> consistency_proof(NodeReader& nodes, uint64_t old_size, uint64_t new_size);
// Of the leaves [begin, end), where `begin` is a multiple of the largest power of two below their number, as in every
// range that a proof names.
Digest range_root(NodeReader& nodes, uint64_t begin, uint64_t end);
// Of the first `size` leaves; SHA-256 of nothing for none.
Digest root_of(NodeReader& nodes, uint64_t size);

}  // namespace custody
