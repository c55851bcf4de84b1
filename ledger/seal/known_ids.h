// The ids a sealer must recognise: those that its tail shows, and those appended in this term that the tail does not
// show yet. Of the sealer's thread alone.
#pragma once

#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include "ledger/seal/tail.h"

namespace custody {

class KnownIds {
 public:
  explicit KnownIds(const Tail& tail) : tail_(tail) {}

  std::optional<IdIndex::Entry> find(const EventId& id) const {
    if (const auto at = recent_.find(id); at != recent_.end()) return at->second;
    return tail_.find(id);
  }
  void remember(const EventId& id, const IdIndex::Entry& entry) {
    if (recent_.emplace(id, entry).second) order_.emplace_back(entry.seq, id);
  }
  // Those that the tail has come to show.
  void forget_shown() {
    const uint64_t shown = tail_.size();
    for (; !order_.empty() && order_.front().first < shown; order_.pop_front()) recent_.erase(order_.front().second);
  }

 private:
  const Tail& tail_;
  std::unordered_map<EventId, IdIndex::Entry> recent_;
  std::deque<std::pair<uint64_t, EventId>> order_;
};

}  // namespace custody
