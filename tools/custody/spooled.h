// Events through a spool: stated by their source itself, attested, and kept until the ledger has proved that it holds
// them (producers/client).
#pragma once

#include <string>
#include <vector>

#include "tools/custody/command.h"

namespace custody {

// --spool, --source-key, --trust, --as-system, --patience.
const std::vector<Option>& spool_options();
// What the events of `files` ("-" = standard input) add is put into the spool, and the spool is emptied. 0; 1 where the
// ledger does not do what it must (omission, altered, fork); 2 where an event was refused.
int run_spooled(const Invocation& call, const std::vector<std::string>& files);

}  // namespace custody
