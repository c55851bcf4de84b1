#include "ledger/verify/unique_ids.h"

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

void UniqueIds::add(const EventId& id, uint64_t seq) {
  rows_.add({big_endian(id.bytes.data()), big_endian(id.bytes.data() + 8), seq});
}

void UniqueIds::finish(const std::function<void(uint64_t, uint64_t, const EventId&)>& repeat) {
  RepeatFinder finder(repeat);
  rows_.finish();
  for (Row row{}; rows_.next(row);) finder.see(row);
}

}  // namespace custody
