#include "ledger/proof/tile_source.h"

#include "ledger/proof/note.h"

namespace custody {

std::string TileSource::checkpoint() {
  return read("checkpoint", kMaxNoteBytes);
}

std::string TileSource::read_either(const std::string& path, const std::string& full, uint64_t most_bytes) {
  try {
    return read(path, most_bytes);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound || path == full) throw;
  }
  return read(full, most_bytes);
}

std::string TileSource::tile(const TileName& tile) {
  return read_either(tile_path(tile), tile_path({tile.level, tile.index, kTileWidth}), kTileWidth * 32);
}

std::string TileSource::entries(uint64_t index, uint32_t width) {
  return read_either(entries_path(index, width), entries_path(index, kTileWidth), kMostEntries);
}

}  // namespace custody
