// Judges a whole tiled log: that every record is the one of its leaf, every hash that of the tile below, and all of it
// what the checkpoint signs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/proof/checkpoint.h"
#include "ledger/proof/tile_source.h"

namespace custody {

struct TileVerdict {
  Checkpoint checkpoint;
  uint64_t records = 0;             // that were read
  std::vector<std::string> faults;  // sentences, at most kMostFaults
  static constexpr size_t kMostFaults = 20;
};

// The log must have the checkpoint, whose signature is the caller's to judge. Errors of the source pass through, except
// that what is absent is a fault. `progress` is told the records read.
TileVerdict check_tiles(TileSource& source, const Checkpoint& checkpoint,
                        const std::function<void(uint64_t)>& progress);

}  // namespace custody
