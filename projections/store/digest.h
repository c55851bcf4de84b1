// The digest of a view at a position: RFC 6962 root over its rows `u32 klen ‖ key ‖ value` (klen little-endian) in key
// order, rows of all shards merged, equal keys by shard. Only rows of records before the position count, so the digest
// of a round is the same from any snapshot that has reached it, however far that has gone on.
#pragma once

#include <functional>
#include <vector>

#include "projections/store/view_store.h"

namespace custody {

struct RowsDigest {
  uint64_t rows = 0;
  Digest root{};
  bool operator==(const RowsDigest&) const = default;
};

// `read` is told of some thousand rows at a time, as they are read; what it throws ends the reading.
RowsDigest digest_of(const ViewSnapshot& snapshot, View view, const std::vector<uint64_t>& sizes,
                     const std::function<void(uint64_t rows)>& read = {});

}  // namespace custody
