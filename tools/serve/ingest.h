// A batch of a stream of events, as its worker takes it.
#pragma once

#include "tools/serve/event_lines.h"
#include "tools/serve/front.h"

namespace custody {

// Status 200 and NDJSON lines, or the problem for which nothing of the batch was taken. Never throws.
ApiResponse ingest(Service& service, const Plan& plan, const EventLines::Batch& batch);
// What stands for such a batch once the answer has begun.
std::string failed_line(uint64_t line, const ApiResponse& failure);

}  // namespace custody
