// Whether ids occur once, in bounded memory: ids are collected, sorted in runs into a temporary file where the memory
// is used up, and merged at the end. Ids begin with their time, so runs are nearly in order already.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ledger/base/ids.h"
#include "ledger/verify/spool.h"

namespace custody {

class UniqueIds {
 public:
  UniqueIds(std::string temp_folder, size_t memory_bytes);
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
  void sort_rows();
  void spill();
  std::string folder_;
  size_t capacity_;  // rows
  std::vector<Row> rows_;
  TempFile file_;
  std::vector<uint64_t> run_ends_;  // byte offsets in file_
};

}  // namespace custody
