// The events that are measured: 300 bytes of JSON, or the structs that say the same.
#pragma once

#include <cstdint>
#include <string>

#include "ledger/event/bodies_motion.h"
#include "ledger/event/record.h"

namespace custody {

// One read of a dataset, as CloudEvents JSON of 300 bytes. Events of one `run` differ in id and time; each run has ids
// of its own.
std::string made_json(uint64_t run, uint64_t n);

// The same as structs.
struct MadeEvent {
  DataAccessed body;
  std::string source_id;
  std::string actor;
  Instant time;
};
MadeEvent made_event(uint64_t run, uint64_t n);

// What a gateway makes of the structs: the body's bytes, the id, statement and stamp, and of both the entry of the
// intake. `subject` zeros = none.
std::string intake_entry_of(const MadeEvent& event, const SubjectId& subject, int64_t now_us);
// Stamp and statement alone: what is sealed.
std::string stamped(const MadeEvent& event, const SubjectId& subject, int64_t now_us);

// A new archive, and an event of that customer with four values beside the number.
std::string made_archive_json(uint64_t customer);
std::string made_values_json(uint64_t run, uint64_t n, uint64_t customer);

}  // namespace custody
