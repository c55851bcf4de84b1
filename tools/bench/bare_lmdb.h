// The baseline of everything that is durable: LMDB itself, appending the same bytes and syncing, and nothing else.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/bench.h"

namespace custody {

// Appends the rows under ascending keys, a transaction and a sync for each `batch` of them.
Sample bare_append(const std::string& folder, const std::vector<std::string>& rows, size_t batch);

}  // namespace custody
