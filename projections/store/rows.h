// Rows: what views are made of. A row is a key and a value in the table of its view; it is written once and never
// changed.
//
// Every key ends in the seq (u64, big-endian) of the record that the row derives from, in the shard whose environment
// holds it. So a view as of any position is the rows whose last eight key bytes lie below the shard's size there: the
// past needs no copies, and a row can be told to be in or out without reading its value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace custody {

enum class View : uint8_t { kArchives, kActivity, kRegistry, kRounds };
inline constexpr size_t kViewCount = 4;
inline constexpr std::array<View, kViewCount> kAllViews = {View::kArchives, View::kActivity, View::kRegistry,
                                                           View::kRounds};
std::string_view view_name(View view);

void append_be64(std::string& out, uint64_t number);
uint64_t read_be64(std::string_view bytes);  // of the first eight
// The seq at the end of a row's key. kStore when the key is too short to have one.
uint64_t seq_of_key(std::string_view key);

struct RowView {
  View view;
  std::string_view key;
  std::string_view value;
};

// Rows on their way into the store, in one arena. Order of adding does not matter: sort() brings them into the order of
// (view, key), in which they are written, so that a batch touches each page once.
class RowBatch {
 public:
  // Starts a row: append the key to the returned string, then call value(), append the value, then done().
  // The string is the arena: append only.
  std::string& begin(View view);
  std::string& value();
  void done();
  void add(View view, std::string_view key, std::string_view value);

  void sort();
  void clear();  // keeps the memory
  void reserve(size_t size_bytes);
  size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  size_t size_bytes() const { return arena_.size() + rows_.size() * sizeof(Row); }
  RowView operator[](size_t at) const {
    const Row& row = rows_[at];
    const std::string_view arena = arena_;
    return {row.view, arena.substr(row.offset, row.key_size), arena.substr(row.offset + row.key_size, row.value_size)};
  }

 private:
  struct Row {
    uint64_t offset;
    uint64_t word;  // eight bytes of the key, while they are being compared
    uint32_t value_size;
    uint16_t key_size;
    View view;
  };
  using RowIterator = std::vector<Row>::iterator;
  std::string_view key_of(const Row& row) const { return std::string_view(arena_).substr(row.offset, row.key_size); }
  void sort_keys(RowIterator begin, RowIterator end, size_t depth);
  std::string arena_;
  std::vector<Row> rows_;
};

}  // namespace custody
