#include "ledger/seal/id_index.h"

#include <algorithm>
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
  if (cursor.last()) highest_saved_ = first_bytes(EventId{array_of<16>(cursor.key())});
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
  for (Part& part : *parts_) {
    const std::lock_guard lock(part.mutex);
    part.pending.clear();
  }
  pending_ = 0;
  LmdbTxn txn = env_.begin_write();
  txn.clear(ids_);
  txn.clear(state_);
  txn.commit();
  highest_saved_ = 0;
}

std::optional<IdIndex::Entry> IdIndex::Part::find(const EventId& id) const {
  if (const auto at = pending.find(id); at != pending.end()) return at->second;
  if (const auto at = being_saved.find(id); at != being_saved.end()) return at->second;
  return std::nullopt;
}

std::optional<IdIndex::Entry> IdIndex::find_saved(const EventId& id) const {
  if (first_bytes(id) > highest_saved_.load(std::memory_order_acquire)) return std::nullopt;
  const LmdbTxn txn = env_.begin_read();
  const auto row = txn.get(ids_, id.view());
  if (!row || row->size() != 24) return std::nullopt;
  return Entry{read_le(*row, 0, 8), array_of<16>(row->substr(8))};
}

// What leaves memory is in LMDB before, so whoever does not find it here finds it there.
std::optional<IdIndex::Entry> IdIndex::find(const EventId& id) const {
  Part& part = part_of(id);
  {
    const std::lock_guard lock(part.mutex);
    if (const auto entry = part.find(id)) return entry;
  }
  return find_saved(id);
}

bool IdIndex::insert(const EventId& id, const Entry& entry) {
  Part& part = part_of(id);
  const std::lock_guard lock(part.mutex);
  if (part.find(id) || find_saved(id)) return false;
  part.pending.emplace(id, entry);
  ++pending_;
  return true;
}

void IdIndex::save(std::string_view cursor) {
  wait_saved();
  for (Part& part : *parts_) {
    const std::lock_guard lock(part.mutex);
    part.being_saved.swap(part.pending);
  }
  pending_ = 0;
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
    for (Part& part : *parts_) {
      const std::lock_guard lock(part.mutex);
      pending_ += part.being_saved.size();
      part.pending.merge(part.being_saved);
      part.being_saved.clear();
    }
    throw;
  }
}

// Nobody else changes what is being saved meanwhile.
void IdIndex::write(const std::string& cursor) {
  std::vector<std::pair<EventId, Entry>> sorted;
  for (const Part& part : *parts_) sorted.insert(sorted.end(), part.being_saved.begin(), part.being_saved.end());
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
  if (!sorted.empty()) highest_saved_ = std::max(highest_saved_.load(), first_bytes(sorted.back().first));
  for (Part& part : *parts_) {
    const std::lock_guard lock(part.mutex);
    part.being_saved.clear();
  }
}

}  // namespace custody
