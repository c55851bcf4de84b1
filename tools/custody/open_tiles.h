// The tiled logs that a user can name.
#pragma once

#include <memory>
#include <string>

#include "ledger/proof/tile_source.h"

namespace custody {

// `place` is a folder, or begins with http:// or https://.
std::unique_ptr<TileSource> open_tiles(const std::string& place);

}  // namespace custody
