#include <algorithm>
#include <vector>

#include "ledger/event/record.h"
#include "ledger/verify/raw.h"

namespace custody {
namespace {

// Shards take turns, so that a reader of the stream can verify them side by side.
constexpr uint64_t kTurnBytes = 1u << 20;

// nullopt where the bytes are too damaged to have a seal: they are written as they are.
std::optional<Seal> seal_of(std::string_view record) {
  try {
    return decode_seal(record);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

uint64_t write_raw(EntrySource& source, std::ostream& out) {
  const std::string descriptor_bytes = source.descriptor_bytes();
  const uint32_t shards = decode_descriptor(descriptor_bytes).shards;
  RawWriter writer(out, descriptor_bytes);
  for (const CheckpointNote& note : source.checkpoints()) writer.checkpoint(note);
  uint64_t entries = 0;
  uint64_t registry = 0;
  while (const auto entry = source.next(0)) {
    if (const auto seal = seal_of(entry->record)) registry = std::max(registry, seal->seq + 1);
    writer.entry(0, entry->record, entry->blob);
    ++entries;
  }
  std::vector<uint32_t> open;
  for (uint32_t shard = 1; shard < shards; ++shard) open.push_back(shard);
  // One turn; false when the shard has come to its end.
  const auto turn = [&](uint32_t shard) {
    for (uint64_t bytes = 0; bytes < kTurnBytes;) {
      const auto entry = source.next(shard);
      if (!entry) return false;
      const auto seal = seal_of(entry->record);
      if (seal && seal->reg > registry) return false;
      writer.entry(shard, entry->record, entry->blob);
      ++entries;
      bytes += entry->record.size() + entry->blob.size();
    }
    return true;
  };
  while (!open.empty()) std::erase_if(open, [&](uint32_t shard) { return !turn(shard); });
  writer.finish();
  return entries;
}

}  // namespace custody
