#include "projections/store/rows.h"

#include <algorithm>

#include "ledger/base/error.h"

namespace custody {

std::string_view view_name(View view) {
  constexpr std::array<std::string_view, kViewCount> kNames = {"archives", "activity", "registry", "rounds"};
  return kNames[static_cast<size_t>(view)];
}

void append_be64(std::string& out, uint64_t number) {
  char bytes[8];
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>((number >> (56 - 8 * i)) & 0xff);
  out.append(bytes, 8);
}

uint64_t read_be64(std::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<uint8_t>(bytes[i]);
  return number;
}

uint64_t seq_of_key(std::string_view key) {
  if (key.size() < 9)
    throw Error(ErrorCode::kStore, "a row of a view has a key of " + std::to_string(key.size()) + " bytes");
  return read_be64(key.substr(key.size() - 8));
}

std::string& RowBatch::begin(View view) {
  rows_.push_back({arena_.size(), 0, 0, 0, view});
  return arena_;
}

std::string& RowBatch::value() {
  Row& row = rows_.back();
  row.key_size = static_cast<uint16_t>(arena_.size() - row.offset);
  return arena_;
}

void RowBatch::done() {
  Row& row = rows_.back();
  row.value_size = static_cast<uint32_t>(arena_.size() - row.offset - row.key_size);
}

void RowBatch::add(View view, std::string_view key, std::string_view value) {
  begin(view).append(key);
  this->value().append(value);
  done();
}

void RowBatch::sort() {
  auto begin = rows_.begin();
  for (View view : kAllViews) {
    const auto end = std::partition(begin, rows_.end(), [view](const Row& row) { return row.view == view; });
    sort_keys(begin, end, 0);
    begin = end;
  }
}

// Keys share long beginnings (all of one actor's), so whole keys are slow to compare. Instead: by eight bytes from
// `depth` on, as one number kept in the row; then each group of equals by its next eight.
void RowBatch::sort_keys(RowIterator begin, RowIterator end, size_t depth) {
  constexpr size_t kWord = 8;
  bool sorted = true;
  for (auto row = begin; row != end; ++row) {
    const std::string_view key = key_of(*row);
    if (key.size() < depth + kWord) {  // ends here: padding could not be told from zeros
      std::sort(begin, end, [this](const Row& a, const Row& b) { return key_of(a) < key_of(b); });
      return;
    }
    row->word = read_be64(key.substr(depth));
    sorted = sorted && (row == begin || std::prev(row)->word <= row->word);
  }
  if (!sorted) std::sort(begin, end, [](const Row& a, const Row& b) { return a.word < b.word; });
  for (auto group = begin; group != end;) {
    const uint64_t word = group->word;
    const auto rest = std::find_if(group, end, [word](const Row& row) { return row.word != word; });
    if (rest - group > 1) sort_keys(group, rest, depth + kWord);
    group = rest;
  }
}

void RowBatch::reserve(size_t size_bytes) {
  // About a hundred bytes a row, of which the row itself is a third.
  rows_.reserve(size_bytes / (3 * sizeof(Row)));
  arena_.reserve(size_bytes);
}

void RowBatch::clear() {
  arena_.clear();
  rows_.clear();
}

}  // namespace custody
