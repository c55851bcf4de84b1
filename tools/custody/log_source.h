// A log as the verifier reads it.
#pragma once

#include <memory>
#include <vector>

#include "ledger/log/log.h"
#include "ledger/verify/verifier.h"

namespace custody {

class LogEntrySource : public EntrySource {
 public:
  // Error kUnavailable from next() when the log cannot be read on for `patience`.
  explicit LogEntrySource(Log& log) : log_(log), readers_(log.descriptor().shards) {}
  std::string descriptor_bytes() override { return encode_descriptor(log_.descriptor()); }
  std::vector<CheckpointNote> checkpoints() override;
  std::optional<Entry> next(uint32_t shard) override;

 private:
  Log& log_;
  std::vector<std::unique_ptr<SealedReader>> readers_;
};

}  // namespace custody
