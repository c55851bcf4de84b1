// What somebody who holds a log can make again once a record was changed: hashes without any key, checkpoints with one.
#pragma once

#include <functional>
#include <string>

#include "ledger/base/crypto.h"
#include "ledger/event/record.h"
#include "tools/attack/log_copy.h"

namespace custody {

// The record with its parts changed, in canonical form again.
std::string changed(const std::string& record, const std::function<void(Record&)>& change);

// The chain of a shard over its records as they stand.
void link(LogCopy& copy, uint32_t shard);
// All chains, and every root that a round names.
void reseal(LogCopy& copy);

// The checkpoints that do not hold of these records are left out, so that an older one is the newest.
void drop_refuted_notes(LogCopy& copy);
// A checkpoint at each size where there was one (at the end, where that is nearer), signed by this key.
void sign_again(LogCopy& copy, const SigningKey& key);

}  // namespace custody
