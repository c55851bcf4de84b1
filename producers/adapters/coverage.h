// The table that shows what became of every kind of record: docs/cloudtrail.md.
#pragma once

#include <string>

#include "producers/adapters/event_source.h"

namespace custody {

// Markdown. A row a name: records, the events they became, the records left out and why. The last row adds them up.
// Error kRefused where the rows do not add up to the records seen.
std::string coverage_markdown(const ImportSummary& summary);

}  // namespace custody
