// Whether ids occur once, in bounded memory (sorted_runs.h). Ids begin with their time, so runs are nearly in order
// already.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ledger/base/ids.h"
#include "ledger/verify/sorted_runs.h"

namespace custody {

class UniqueIds {
 public:
  UniqueIds(std::string temp_folder, size_t memory_bytes) : rows_(std::move(temp_folder), memory_bytes) {}
  void add(const EventId& id, uint64_t seq);
  // Calls `repeat(seq, first_seq, id)` for each occurrence after the first. Call once, at the end.
  void finish(const std::function<void(uint64_t, uint64_t, const EventId&)>& repeat);

  struct Row {
    uint64_t high;  // of the id, big-endian
    uint64_t low;
    uint64_t seq;
    auto operator<=>(const Row&) const = default;
  };

 private:
  SortedRuns<Row> rows_;
};

}  // namespace custody
