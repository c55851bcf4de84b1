// What the tests of attacks begin with: whole ledgers from a seed, what the verifier says of one, and the seeds of a
// run.
#pragma once

#include <functional>
#include <string_view>

#include "ledger/verify/verifier.h"
#include "tools/attack/log_copy.h"

namespace custody {

// With eight rounds, and for each of them a checkpoint of every shard, as the signer makes them.
LogCopy small_ledger(uint64_t seed, uint32_t shards, int events = 24);

// Of one shard, whose source is registered with a key and attests, at a place and from a number that the seed chooses.
LogCopy attested_ledger(uint64_t seed);

// By the newest checkpoint of each shard, and by all those of `kept`.
VerifyReport judge(const LogCopy& log, const LogCopy* kept = nullptr);

// Ten, which docs/attacks.md tells of; a thousand under CUSTODY_LONG=1; from CUSTODY_SEED. Ends at the first failure.
inline constexpr int kTrials = 10;
inline constexpr int kLongTrials = 1000;
void for_each_seed(std::string_view name, const std::function<void(uint64_t)>& attempt);

}  // namespace custody
