// A shard of a copied log as the files of a tiled log, which a test may alter.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/proof/tile_source.h"
#include "tests/unit/proof/naive_tree.h"
#include "tools/attack/log_copy.h"

namespace custody {

inline std::vector<Digest> leaves(const CopiedShard& shard, uint64_t size) {
  std::vector<Digest> out;
  for (uint64_t seq = 0; seq < size; ++seq) out.push_back(leaf_hash(shard.entries[seq].record));
  return out;
}

class TilesInMemory : public TileSource {
 public:
  // Of the first `size` records, as tlog-tiles lays them out.
  TilesInMemory(const CopiedShard& shard, uint64_t size) {
    for (uint64_t seq = 0; seq < size; ++seq) {
      const uint64_t index = seq / kTileWidth;
      const std::string& record = shard.entries[seq].record;
      std::string& records = files[entries_path(index, tile_width(0, index, size))];
      records += static_cast<char>(static_cast<uint8_t>(record.size() >> 8));
      records += static_cast<char>(static_cast<uint8_t>(record.size()));
      records += record;
    }
    std::vector<Digest> hashes = leaves(shard, size);
    for (uint8_t level = 0; level < kTileLevels; ++level) {
      for (size_t i = 0; i < hashes.size(); ++i) {
        const uint64_t index = i / kTileWidth;
        files[tile_path({level, index, tile_width(level, index, size)})] += view_of(hashes[i]);
      }
      std::vector<Digest> above;
      for (size_t i = 0; i + kTileWidth <= hashes.size(); i += kTileWidth)
        above.push_back(naive::root(naive::Leaves(hashes).subspan(i, kTileWidth)));
      hashes = above;
    }
  }
  std::string read(const std::string& path, uint64_t) override {
    const auto found = files.find(path);
    if (found == files.end()) throw Error(ErrorCode::kNotFound, path);
    return found->second;
  }
  std::map<std::string, std::string> files;
};

}  // namespace custody
