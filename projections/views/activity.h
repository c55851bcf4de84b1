// View `activity`: every event, and by whom, at which step, from which source, with which dataset, in which operation.
//
//   0 ‖ seq                                          -> EventSummary        all but ledger.round (view `rounds`)
//   by:u8 ‖ str8 name ‖ time ‖ id[8..16] ‖ seq       -> shard:u8            by: 1 actor, 2 step, 3 source, 4 dataset,
//                                                                           5 operation (its 16 bytes)
//
// time (µs) and seq are u64 big-endian. The half of the event's id decides between events of one microsecond, so that
// their order does not depend on the shards they were sealed in.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/ids.h"

namespace custody {

enum class ActivityBy : uint8_t { kActor = 1, kStep = 2, kSource = 3, kDataset = 4, kOperation = 5 };

std::string activity_event_key(uint64_t seq);
std::string activity_prefix(ActivityBy by, std::string_view name);

}  // namespace custody
