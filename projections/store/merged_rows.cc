#include "projections/store/merged_rows.h"

#include <algorithm>

namespace custody {

MergedRows::MergedRows(const ViewSnapshot& snapshot, View view, const std::vector<uint64_t>& sizes) {
  for (uint32_t shard = 0; shard < snapshot.shards(); ++shard)
    sources_.push_back({snapshot.cursor(shard, view), sizes.at(shard)});
}

bool MergedRows::settle(Source& source, bool found) {
  while (found && seq_of_key(source.cursor.key()) >= source.size) found = source.cursor.next();
  return found;
}

bool MergedRows::later(uint32_t a, uint32_t b) const {
  const int order = sources_[a].cursor.key().compare(sources_[b].cursor.key());
  return order != 0 ? order > 0 : a > b;
}

void MergedRows::begin(std::string_view key, uint32_t shard) {
  queue_.clear();
  for (uint32_t at = 0; at < sources_.size(); ++at) {
    Source& source = sources_[at];
    bool found = key.empty() ? source.cursor.first() : source.cursor.seek(key);
    if (found && at < shard && source.cursor.key() == key) found = source.cursor.next();
    if (settle(source, found)) queue_.push_back(at);
  }
  std::ranges::make_heap(queue_, [this](uint32_t a, uint32_t b) { return later(a, b); });
}

void MergedRows::advance() {
  const auto order = [this](uint32_t a, uint32_t b) { return later(a, b); };
  std::ranges::pop_heap(queue_, order);
  const uint32_t shard = queue_.back();
  queue_.pop_back();
  Source& source = sources_[shard];
  if (!settle(source, source.cursor.next())) return;
  queue_.push_back(shard);
  std::ranges::push_heap(queue_, order);
}

}  // namespace custody
