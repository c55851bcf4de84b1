// View `archives`: the customer's timeline, and the versions of the fields of the archive.
//
//   1 ‖ subject[16] ‖ seq                                    -> EventSummary          every event about the customer
//   2 ‖ subject[16] ‖ str8 field ‖ time ‖ seq                -> change:u8             1 brought, 2 erased
//
// seq and time (µs since 1970) are u64 big-endian. The empty field stands for every field: erased as a whole. Versions
// lie in the order of the times that sources state, so that what arrives late finds its place; which of them were known
// at a position, their seq tells. A version ends where the next change of its field, or of every field, begins.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/ids.h"

namespace custody {

enum class FieldChange : uint8_t { kBrought = 1, kErased = 2 };

std::string timeline_prefix(const SubjectId& subject);
std::string timeline_key(const SubjectId& subject, uint64_t seq);
std::string field_changes_prefix(const SubjectId& subject);
std::string field_change_key(const SubjectId& subject, std::string_view field, int64_t time_us, uint64_t seq);
// Of a key that field_change_key made. kStore when it is none.
struct FieldChangeKey {
  std::string_view field;
  int64_t time_us;
  uint64_t seq;
};
FieldChangeKey parse_field_change_key(std::string_view key);

}  // namespace custody
