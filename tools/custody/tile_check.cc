#include "tools/custody/tile_check.h"

#include <array>
#include <utility>

#include "ledger/proof/merkle.h"

namespace custody {
namespace {

class TileCheck {
 public:
  TileCheck(TileSource& source, const Checkpoint& checkpoint) : source_(source), size_(checkpoint.size) {
    verdict_.checkpoint = checkpoint;
  }

  TileVerdict run(const std::function<void(uint64_t)>& progress) {
    for (uint64_t index = 0; const uint32_t width = tile_width(0, index, size_); ++index) {
      const std::vector<Digest> hashes = read_tile({0, index, width});
      check_entries(index, width, hashes);
      for (const Digest& hash : hashes) tree_.append(hash);
      close(0, index, hashes);
      progress(verdict_.records);
      if (verdict_.faults.size() == TileVerdict::kMostFaults) return std::move(verdict_);
    }
    for (uint8_t level = 1; level < kTileLevels; ++level)
      if (!below_[level].empty()) compare(level, (size_ >> (kTileHeight * level)) / kTileWidth);
    if (tree_.size() != size_ || tree_.root() != verdict_.checkpoint.root)
      fault("the leaves do not lead to the root that is signed");
    return std::move(verdict_);
  }

 private:
  void fault(const std::string& sentence) {
    if (verdict_.faults.size() < TileVerdict::kMostFaults) verdict_.faults.push_back(sentence);
  }

  // Empty where it cannot be had.
  std::vector<Digest> read_tile(const TileName& name) {
    std::string bytes;
    try {
      bytes = source_.tile(name);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kUnavailable) throw;
    }
    if (bytes.size() < name.width * size_t{32} || bytes.size() % 32 != 0) {
      fault(tile_path(name) + (bytes.empty() ? " is missing" : " has a wrong length"));
      return {};
    }
    std::vector<Digest> hashes;
    hashes.reserve(name.width);
    for (size_t i = 0; i < name.width; ++i) hashes.push_back(array_of<32>(std::string_view(bytes).substr(32 * i, 32)));
    return hashes;
  }

  void check_entries(uint64_t index, uint32_t width, const std::vector<Digest>& hashes) {
    const std::string path = entries_path(index, width);
    std::string bytes;
    try {
      bytes = source_.entries(index, width);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kUnavailable) throw;
      return fault(path + " is missing");
    }
    std::string_view rest = bytes;
    for (size_t i = 0; i < width; ++i, ++verdict_.records) {
      const size_t length =
          rest.size() < 2 ? rest.size() : size_t{static_cast<uint8_t>(rest[0])} << 8 | static_cast<uint8_t>(rest[1]);
      if (rest.size() < 2 || rest.size() - 2 < length) return fault(path + " is cut off");
      if (i < hashes.size() && leaf_hash(rest.substr(2, length)) != hashes[i])
        fault("record " + std::to_string(index * kTileWidth + i) + " is not the one of its leaf in " +
              tile_path({0, index, width}));
      rest.remove_prefix(2 + length);
    }
  }

  // A full tile is a hash of the level above, whose own tile is compared once it is whole.
  void close(uint8_t level, uint64_t index, const std::vector<Digest>& hashes) {
    if (hashes.size() < kTileWidth || level + 1U >= below_.size()) return;
    CompactRange tile;
    for (const Digest& hash : hashes) tile.append(hash);
    std::vector<Digest>& above = below_[level + 1U];
    above.push_back(tile.root());
    if (above.size() == kTileWidth) compare(static_cast<uint8_t>(level + 1), index / kTileWidth);
  }

  void compare(uint8_t level, uint64_t index) {
    const std::vector<Digest> hashes = std::exchange(below_[level], {});
    const TileName name{level, index, static_cast<uint32_t>(hashes.size())};
    if (const std::vector<Digest> found = read_tile(name); !found.empty() && found != hashes)
      fault(tile_path(name) + " is not what the tiles below it make");
    close(level, index, hashes);
  }

  TileSource& source_;
  uint64_t size_;
  TileVerdict verdict_;
  CompactRange tree_;
  std::array<std::vector<Digest>, kTileLevels>
      below_;  // of each level: roots of the full tiles below, since the last full tile
};

}  // namespace

TileVerdict check_tiles(TileSource& source, const Checkpoint& checkpoint,
                        const std::function<void(uint64_t)>& progress) {
  return TileCheck(source, checkpoint).run(progress);
}

}  // namespace custody
