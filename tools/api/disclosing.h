// Values that go along with records, each with what proves it (docs/formats/bundle.md).
#pragma once

#include <optional>
#include <set>
#include <string>

#include "tools/api/records_at.h"

namespace custody {

struct Disclosed {
  std::string bytes;    // of the bundle's part; of no record where nothing could be disclosed
  size_t withheld = 0;  // records that commit to values of which not all can be opened
};

// Seals first that these values are read: of each customer in the records, and once for all others. kRefused where they
// are of more customers than may be read at once.
Disclosed disclose(Node& node, const RecordsAt& records, const std::set<std::string>& fields, const std::string& reason,
                   const Principal& principal);

}  // namespace custody
