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
  uint64_t order = static_cast<uint64_t>(row.view);
  for (size_t i = 0; i < 7; ++i)
    order = order << 8 | (i < row.key_size ? static_cast<uint8_t>(arena_[row.offset + i]) : uint8_t{0});
  row.order = order;
}

void RowBatch::add(View view, std::string_view key, std::string_view value) {
  begin(view).append(key);
  this->value().append(value);
  done();
}

void RowBatch::sort() {
  const std::string_view arena = arena_;
  std::sort(rows_.begin(), rows_.end(), [arena](const Row& a, const Row& b) {
    if (a.order != b.order) return a.order < b.order;
    return arena.substr(a.offset, a.key_size) < arena.substr(b.offset, b.key_size);
  });
}

void RowBatch::clear() {
  arena_.clear();
  rows_.clear();
}

}  // namespace custody
