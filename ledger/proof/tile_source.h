// A tiled log (C2SP tlog-tiles) to read, wherever its files come from. What it gives is whatever its owner pleases;
// each answer is bounded.
#pragma once

#include <string>

#include "ledger/proof/tile.h"

namespace custody {

class TileSource : public TileReader {
 public:
  // The bytes at a path of the log: "checkpoint", "tile/0/000". kNotFound where there are none.
  virtual std::string read(const std::string& path, uint64_t most_bytes) = 0;

  static constexpr uint64_t kMostEntries = kTileWidth * (2 + 65'535);  // bytes of a tile of records

  std::string checkpoint();
  // The tile, or the full one that begins with it.
  std::string tile(const TileName& tile) override;
  // The records [256 · index, 256 · index + width) or more, each after its length; likewise.
  std::string entries(uint64_t index, uint32_t width);

 private:
  std::string read_either(const std::string& path, const std::string& full, uint64_t most_bytes);
};

}  // namespace custody
