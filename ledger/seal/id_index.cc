#include "ledger/seal/id_index.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace custody {
namespace {

constexpr std::string_view kCursorKey = "cursor";

std::string encode(const IdIndex::Entry& entry) {
  std::string out;
  append_le(out, entry.seq, 8);
  return out.append(view_of(entry.statement));
}

}  // namespace

IdIndex::IdIndex(LmdbEnv env, LmdbTable ids, LmdbTable state) : env_(std::move(env)), ids_(ids), state_(state) {
  const LmdbTxn txn = env_.begin_read();
  LmdbCursor cursor = txn.cursor(ids_);
  if (cursor.last()) highest_saved_ = EventId{array_of<16>(cursor.key())};
}

std::unique_ptr<IdIndex> IdIndex::open(const std::string& folder) {
  LmdbEnv env = LmdbEnv::open(folder, {});
  const LmdbTable ids = env.open_table("ids");
  const LmdbTable state = env.open_table("state");
  return std::unique_ptr<IdIndex>(new IdIndex(std::move(env), ids, state));
}

std::string IdIndex::cursor() const {
  return std::string(env_.begin_read().get(state_, kCursorKey).value_or(""));
}

void IdIndex::clear() {
  const std::unique_lock lock(mutex_);
  pending_.clear();
  LmdbTxn txn = env_.begin_write();
  txn.clear(ids_);
  txn.clear(state_);
  txn.commit();
  highest_saved_.reset();
}

std::optional<IdIndex::Entry> IdIndex::find_saved(const EventId& id) const {
  if (!highest_saved_ || id > *highest_saved_) return std::nullopt;
  const LmdbTxn txn = env_.begin_read();
  const auto row = txn.get(ids_, id.view());
  if (!row || row->size() != 24) return std::nullopt;
  return Entry{read_le(*row, 0, 8), array_of<16>(row->substr(8))};
}

std::optional<IdIndex::Entry> IdIndex::find(const EventId& id) const {
  const std::shared_lock lock(mutex_);
  if (const auto at = pending_.find(id); at != pending_.end()) return at->second;
  return find_saved(id);
}

bool IdIndex::insert(const EventId& id, const Entry& entry) {
  const std::unique_lock lock(mutex_);
  if (pending_.contains(id) || find_saved(id)) return false;
  return pending_.emplace(id, entry).second;
}

bool IdIndex::full() const {
  return pending() >= kMaxPending;
}

size_t IdIndex::pending() const {
  const std::shared_lock lock(mutex_);
  return pending_.size();
}

void IdIndex::save(std::string_view cursor) {
  std::vector<std::pair<EventId, Entry>> sorted;
  {
    const std::shared_lock lock(mutex_);
    sorted.assign(pending_.begin(), pending_.end());
  }
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  LmdbTxn txn = env_.begin_write();
  for (const auto& [id, entry] : sorted) {
    if (highest_saved_ && id < *highest_saved_)
      txn.put(ids_, id.view(), encode(entry));
    else
      txn.put_append(ids_, id.view(), encode(entry));
  }
  txn.put(state_, kCursorKey, cursor);
  txn.commit();
  const std::unique_lock lock(mutex_);
  if (!sorted.empty() && (!highest_saved_ || sorted.back().first > *highest_saved_))
    highest_saved_ = sorted.back().first;
  pending_.clear();
}

}  // namespace custody
