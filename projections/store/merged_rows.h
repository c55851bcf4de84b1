// The rows of a view before a position, of all shards, in the order of their keys; equal keys by shard.
#pragma once

#include <vector>

#include "projections/store/view_store.h"

namespace custody {

class MergedRows {
 public:
  // At no row until begin(). The snapshot must outlive it.
  MergedRows(const ViewSnapshot& snapshot, View view, const std::vector<uint64_t>& sizes);

  // Goes to the first row at or behind (key, shard).
  void begin(std::string_view key = {}, uint32_t shard = 0);
  void advance();
  bool valid() const { return !queue_.empty(); }
  std::string_view key() const { return sources_[queue_.front()].cursor.key(); }
  std::string_view value() const { return sources_[queue_.front()].cursor.value(); }
  uint32_t shard() const { return queue_.front(); }

 private:
  struct Source {
    LmdbCursor cursor;
    uint64_t size;
  };
  // Whether a row that counts is found, `found` telling whether the cursor stands at one.
  static bool settle(Source& source, bool found);
  bool later(uint32_t a, uint32_t b) const;
  std::vector<Source> sources_;
  std::vector<uint32_t> queue_;  // a heap of the shards that have a row, the first in order in front
};

}  // namespace custody
