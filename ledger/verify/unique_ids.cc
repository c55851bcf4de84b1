#include "ledger/verify/unique_ids.h"

#include <algorithm>
#include <queue>

namespace custody {
namespace {

using Row = UniqueIds::Row;

uint64_t big_endian(const uint8_t* bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}

EventId id_of(const Row& row) {
  EventId id;
  for (size_t i = 0; i < 8; ++i) {
    id.bytes[i] = static_cast<uint8_t>(row.high >> (56 - 8 * i));
    id.bytes[8 + i] = static_cast<uint8_t>(row.low >> (56 - 8 * i));
  }
  return id;
}

// One sorted run, read in blocks.
class Run {
 public:
  Run(const TempFile& file, uint64_t begin, uint64_t end, size_t block_rows)
      : file_(&file), offset_(begin), end_(end), block_rows_(block_rows) {}
  bool next(Row& row) {
    if (at_ == block_.size() && !fill()) return false;
    row = block_[at_++];
    return true;
  }

 private:
  bool fill() {
    const size_t rows = static_cast<size_t>(std::min<uint64_t>(block_rows_, (end_ - offset_) / sizeof(Row)));
    if (rows == 0) return false;
    block_.resize(rows);
    file_->read(offset_, reinterpret_cast<char*>(block_.data()), rows * sizeof(Row));
    offset_ += rows * sizeof(Row);
    at_ = 0;
    return true;
  }
  const TempFile* file_;
  uint64_t offset_;
  uint64_t end_;
  size_t block_rows_;
  std::vector<Row> block_;
  size_t at_ = 0;
};

// Sees rows in order and reports those whose id the row before had.
class RepeatFinder {
 public:
  explicit RepeatFinder(const std::function<void(uint64_t, uint64_t, const EventId&)>& repeat) : repeat_(repeat) {}
  void see(const Row& row) {
    if (any_ && row.high == first_.high && row.low == first_.low)
      repeat_(row.seq, first_.seq, id_of(row));
    else
      first_ = row;
    any_ = true;
  }

 private:
  const std::function<void(uint64_t, uint64_t, const EventId&)>& repeat_;
  Row first_{};
  bool any_ = false;
};

}  // namespace

UniqueIds::UniqueIds(std::string temp_folder, size_t memory_bytes)
    : folder_(std::move(temp_folder)), capacity_(std::max<size_t>(memory_bytes / sizeof(Row), 64)) {}

void UniqueIds::add(const EventId& id, uint64_t seq) {
  if (rows_.size() == capacity_) spill();
  // Grown by hand, so that it never holds twice what it may.
  if (rows_.size() == rows_.capacity()) rows_.reserve(std::min(capacity_, std::max<size_t>(1024, rows_.size() * 2)));
  rows_.push_back({big_endian(id.bytes.data()), big_endian(id.bytes.data() + 8), seq});
}

void UniqueIds::sort_rows() {
  if (!std::is_sorted(rows_.begin(), rows_.end())) std::sort(rows_.begin(), rows_.end());
}

void UniqueIds::spill() {
  sort_rows();
  if (!file_.is_open()) file_.open(folder_);
  file_.append({reinterpret_cast<const char*>(rows_.data()), rows_.size() * sizeof(Row)});
  run_ends_.push_back(file_.size());
  rows_.clear();
}

void UniqueIds::finish(const std::function<void(uint64_t, uint64_t, const EventId&)>& repeat) {
  RepeatFinder finder(repeat);
  if (run_ends_.empty()) {
    sort_rows();
    for (const Row& row : rows_) finder.see(row);
    return;
  }
  spill();
  std::vector<Row>().swap(rows_);
  const size_t block_rows = std::max<size_t>(capacity_ / run_ends_.size(), 16);
  std::vector<Run> runs;
  uint64_t begin = 0;
  for (const uint64_t end : run_ends_) {
    runs.emplace_back(file_, begin, end, block_rows);
    begin = end;
  }
  using Head = std::pair<Row, size_t>;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  Row row;
  for (size_t i = 0; i < runs.size(); ++i)
    if (runs[i].next(row)) heads.emplace(row, i);
  while (!heads.empty()) {
    const auto [smallest, run] = heads.top();
    heads.pop();
    finder.see(smallest);
    if (runs[run].next(row)) heads.emplace(row, run);
  }
}

}  // namespace custody
