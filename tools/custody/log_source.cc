#include "tools/custody/log_source.h"

namespace custody {

std::vector<CheckpointNote> LogEntrySource::checkpoints() {
  std::vector<CheckpointNote> notes;
  for (uint32_t shard = 0; shard < log_.descriptor().shards; ++shard)
    if (auto note = log_.newest_checkpoint(shard)) notes.push_back({shard, std::move(*note)});
  return notes;
}

namespace {
constexpr int kPatience = 600;  // waits of a tenth of a second
}  // namespace

std::optional<EntrySource::Entry> LogEntrySource::next(uint32_t shard) {
  using std::chrono::milliseconds;
  auto& reader = readers_[shard];
  if (!reader) reader = log_.read_sealed(shard, 0);
  for (int tries = 0;; ++tries) {
    if (const auto item = reader->next(milliseconds(reader->caught_up() ? 0 : 100)))
      return Entry{item->record, item->blob};
    if (reader->caught_up()) return std::nullopt;
    if (tries == kPatience)
      throw Error(ErrorCode::kUnavailable, "shard " + std::to_string(shard) + " cannot be read to its end now");
  }
}

}  // namespace custody
