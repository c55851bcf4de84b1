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

// The order of the numbers is that of the ids.
uint64_t first_bytes(const EventId& id) {
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 8 | id.bytes[i];
  return number;
}

}  // namespace

IdIndex::IdIndex(LmdbEnv env, LmdbTable ids, LmdbTable state) : env_(std::move(env)), ids_(ids), state_(state) {
  const LmdbTxn txn = env_.begin_read();
  LmdbCursor cursor = txn.cursor(ids_);
  if (!cursor.last()) return;
  highest_saved_ = EventId{array_of<16>(cursor.key())};
  highest_known_ = first_bytes(*highest_saved_);
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
  wait_saved();
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

std::optional<IdIndex::Entry> IdIndex::find_known(const EventId& id) const {
  if (const auto at = pending_.find(id); at != pending_.end()) return at->second;
  if (const auto at = being_saved_.find(id); at != being_saved_.end()) return at->second;
  return find_saved(id);
}

std::optional<IdIndex::Entry> IdIndex::find(const EventId& id) const {
  if (first_bytes(id) > highest_known_.load(std::memory_order_acquire)) return std::nullopt;
  const std::shared_lock lock(mutex_);
  return find_known(id);
}

bool IdIndex::insert(const EventId& id, const Entry& entry) {
  const std::unique_lock lock(mutex_);
  const uint64_t first = first_bytes(id);
  if (first > highest_known_.load(std::memory_order_relaxed)) {
    pending_.emplace(id, entry);
    highest_known_.store(first, std::memory_order_release);
    return true;
  }
  if (find_known(id)) return false;
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
  wait_saved();
  {
    const std::unique_lock lock(mutex_);
    being_saved_.swap(pending_);
  }
  save_ = std::async(std::launch::async, [this, kept = std::string(cursor)] { write(kept); });
}

bool IdIndex::saving() const {
  return save_.valid() && save_.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
}

void IdIndex::wait_saved() {
  if (!save_.valid()) return;
  try {
    save_.get();
  } catch (...) {
    const std::unique_lock lock(mutex_);
    pending_.merge(being_saved_);
    being_saved_.clear();
    throw;
  }
}

// Nobody changes being_saved_ meanwhile.
void IdIndex::write(const std::string& cursor) {
  std::vector<std::pair<EventId, Entry>> sorted(being_saved_.begin(), being_saved_.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  LmdbTxn txn = env_.begin_write();
  LmdbCursor last = txn.cursor(ids_);
  const std::string highest(last.last() ? last.key() : std::string_view());
  for (const auto& [id, entry] : sorted) {
    if (id.view() <= highest)
      txn.put(ids_, id.view(), encode(entry));
    else
      txn.put_append(ids_, id.view(), encode(entry));
  }
  txn.put(state_, kCursorKey, cursor);
  txn.commit();
  const std::unique_lock lock(mutex_);
  if (!sorted.empty() && (!highest_saved_ || sorted.back().first > *highest_saved_))
    highest_saved_ = sorted.back().first;
  being_saved_.clear();
}

}  // namespace custody
