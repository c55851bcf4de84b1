// A log taken out of its store, so that it can be changed as no part of the house would. It is held whole in memory.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ledger/log/log.h"

namespace custody {

struct CopiedEntry {
  std::string record;
  std::string blob;
};

struct CopiedShard {
  std::vector<CopiedEntry> entries;
  std::map<uint64_t, std::string> notes;  // checkpoints by their size

  // Of the newest checkpoint; 0 = none.
  uint64_t signed_size() const { return notes.empty() ? 0 : notes.rbegin()->first; }
};

struct LogCopy {
  Descriptor descriptor;
  std::vector<CopiedShard> shards;
};

// A consistent cut, however the log grows meanwhile.
LogCopy copy_of(Log& log);
// As an embedded log in `folder`, whatever the entries are; what stands at place n of a shard is found there as n.
// Error kConflict where there is a log already.
void write_log(const LogCopy& copy, const std::string& folder);

}  // namespace custody
