// Rows in order, in bounded memory: collected, sorted in runs into a temporary file where the memory is used up, and
// merged at the end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "ledger/verify/spool.h"

namespace custody {

template <class Row>
class SortedRuns {
  static_assert(std::is_trivially_copyable_v<Row>);

 public:
  SortedRuns(std::string temp_folder, size_t memory_bytes)
      : folder_(std::move(temp_folder)), capacity_(std::max<size_t>(memory_bytes / sizeof(Row), 64)) {}

  void add(const Row& row) {
    if (rows_.size() == capacity_) spill();
    // Grown by hand, so that it never holds twice what it may.
    if (rows_.size() == rows_.capacity()) rows_.reserve(std::min(capacity_, std::max<size_t>(1024, rows_.size() * 2)));
    rows_.push_back(row);
  }

  // No more rows come.
  void finish() {
    if (run_ends_.empty()) return sort_rows();
    spill();
    std::vector<Row>().swap(rows_);
    const size_t block_rows = std::max<size_t>(capacity_ / run_ends_.size(), 16);
    uint64_t begin = 0;
    for (const uint64_t end : run_ends_) {
      runs_.push_back({begin, end, block_rows, {}, 0});
      begin = end;
    }
    for (size_t i = 0; i < runs_.size(); ++i) push_head(i);
  }
  // After finish(): the next row in order; false at the end.
  bool next(Row& row) {
    if (run_ends_.empty()) {
      if (at_ == rows_.size()) return false;
      row = rows_[at_++];
      return true;
    }
    if (heads_.empty()) return false;
    const size_t run = heads_.top().second;
    row = heads_.top().first;
    heads_.pop();
    push_head(run);
    return true;
  }

 private:
  // One sorted run, read in blocks.
  struct Run {
    uint64_t offset;
    uint64_t end;
    size_t block_rows;
    std::vector<Row> block;
    size_t at;
  };

  void sort_rows() {
    if (!std::is_sorted(rows_.begin(), rows_.end())) std::sort(rows_.begin(), rows_.end());
  }
  void spill() {
    sort_rows();
    if (!file_.is_open()) file_.open(folder_);
    file_.append({reinterpret_cast<const char*>(rows_.data()), rows_.size() * sizeof(Row)});
    run_ends_.push_back(file_.size());
    rows_.clear();
  }
  void push_head(size_t at) {
    Run& run = runs_[at];
    if (run.at == run.block.size()) {
      const auto rows = static_cast<size_t>(std::min<uint64_t>(run.block_rows, (run.end - run.offset) / sizeof(Row)));
      if (rows == 0) return;
      run.block.resize(rows);
      file_.read(run.offset, reinterpret_cast<char*>(run.block.data()), rows * sizeof(Row));
      run.offset += rows * sizeof(Row);
      run.at = 0;
    }
    heads_.emplace(run.block[run.at++], at);
  }

  std::string folder_;
  size_t capacity_;  // rows
  std::vector<Row> rows_;
  size_t at_ = 0;
  TempFile file_;
  std::vector<uint64_t> run_ends_;  // byte offsets in file_
  std::vector<Run> runs_;
  std::priority_queue<std::pair<Row, size_t>, std::vector<std::pair<Row, size_t>>, std::greater<>> heads_;
};

}  // namespace custody
