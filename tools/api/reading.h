// What is sealed before values leave the service (R-E5).
#pragma once

#include <optional>
#include <set>
#include <string>

#include "tools/node/node.h"

namespace custody {

struct ValuesRead {
  std::optional<std::string> number;  // the customer's; none: of nobody's archive
  std::set<std::string> fields;
  std::string reason;
  std::optional<uint64_t> rows;  // whose values are read
};

// Seals a ledger.read by this principal and tells where it is. kUsage for a reason that is no code, kUnavailable where
// it could not be sealed in time: then nothing may be shown.
Ref seal_read(Node& node, const ValuesRead& read, const Principal& principal);

}  // namespace custody
