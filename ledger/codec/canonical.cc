#include "ledger/codec/canonical.h"

namespace custody {

void CanonicalWriter::sized(std::string_view bytes, size_t width, bool utf8) {
  if ((static_cast<uint64_t>(bytes.size()) >> (8 * width)) != 0)
    throw Error(ErrorCode::kRefused, "a string of " + std::to_string(bytes.size()) + " bytes where " +
                                         std::to_string((uint64_t{1} << (8 * width)) - 1) + " are allowed");
  if (utf8 && !is_utf8(bytes)) throw Error(ErrorCode::kRefused, "a string that is not UTF-8");
  integer(bytes.size(), width);
  raw(bytes);
}

void CanonicalReader::fail(const std::string& what) const {
  throw Error(ErrorCode::kRefused, "malformed bytes at offset " + std::to_string(offset_) + ": " + what);
}

void CanonicalReader::fail_short(size_t wanted) const {
  fail(std::to_string(wanted) + " bytes expected, " + std::to_string(left()) + " left");
}

size_t CanonicalReader::count() {
  const size_t n = integer(4);
  if (n > left()) fail("a count of " + std::to_string(n) + " with " + std::to_string(left()) + " bytes left");
  return n;
}

void CanonicalReader::expect_end() const {
  if (left() != 0) fail(std::to_string(left()) + " bytes left over");
}

void save(CanonicalWriter& ar, const Instant& at) {
  ar(at.us, at.offset_min);
}

void load(CanonicalReader& ar, Instant& at) {
  ar(at.us, at.offset_min);
  if (!is_time(at)) ar.fail("a time that is not of 1970 to 9999, or is a day or more from UTC");
}

void save(CanonicalWriter& ar, const Day& day) {
  ar(day.days);
}

void load(CanonicalReader& ar, Day& day) {
  ar(day.days);
  if (!is_day(day)) ar.fail("a day that is not of 1970 to 9999");
}

void save(CanonicalWriter& ar, const StringSet& set) {
  for (size_t i = 1; i < set.items.size(); ++i)
    if (set.items[i - 1] >= set.items[i]) throw Error(ErrorCode::kRefused, "a set that is not strictly ascending");
  ar(set.items);
}

void load(CanonicalReader& ar, StringSet& set) {
  ar(set.items);
  for (size_t i = 1; i < set.items.size(); ++i)
    if (set.items[i - 1] >= set.items[i]) ar.fail("a set that is not strictly ascending");
}

}  // namespace custody
