// Fills an empty shard store with rows that come in the order of records: sorts them in memory, writes what does not
// fit as sorted runs beside the store, and appends the merged runs at the end, page after page. Sorting and writing a
// run happen on a thread of its own while the next one is gathered.
//
// Nothing is in the store before finish(); a crash before leaves files that go with the generation.
#pragma once

#include <functional>
#include <future>
#include <string>
#include <vector>

#include "projections/store/view_store.h"

namespace custody {

class BulkLoad {
 public:
  // Runs are files `<folder>/run-<n>`; two buffers of memory_bytes / 2 are held.
  BulkLoad(ShardStore& store, std::string folder, uint64_t memory_bytes)
      : store_(store), folder_(std::move(folder)), buffer_bytes_(memory_bytes / 2) {}
  ~BulkLoad();

  RowBatch& batch() { return batch_; }
  void batch_grew();                                               // after rows were added to batch()
  uint64_t rows() const { return spilled_rows_ + batch_.size(); }  // added so far
  // Appends everything and puts the cursor last. Durable after the environment's sync(). `loaded` is told the rows so
  // far.
  void finish(const FoldCursor& cursor, const UnknownCounts& unknown, const std::function<void(uint64_t)>& loaded);

 private:
  void spill();
  void wait_for_spill();
  ShardStore& store_;
  std::string folder_;
  uint64_t buffer_bytes_;
  RowBatch batch_;
  RowBatch spilling_;
  std::future<void> spilled_;
  std::vector<std::string> runs_;
  uint64_t spilled_rows_ = 0;
};

}  // namespace custody
