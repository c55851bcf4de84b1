// Whether a shard's tree still holds what was signed of it. A tail is sure of that for as long as it runs; between two
// runs the log may have been changed for a copy of itself, which goes on from an earlier end.
#pragma once

#include <optional>

#include "ledger/log/log.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/seal/signer.h"

namespace custody {

struct SignedBefore {
  std::optional<CompactRange> tree;      // by the signer's own file
  std::optional<Checkpoint> checkpoint;  // by the log
};

// Reads the records between. Error kStore when `now` does not extend both, kUnavailable when the log cannot be read.
void check_extension(Log& log, const SignedBefore& before, const ShardTree& now);

}  // namespace custody
