#include "ledger/keys/key_cache.h"

#include <algorithm>

namespace custody::keys {

void fill_slot(uint8_t* slot, std::string_view data_key) {
  if (data_key.size() != 32) throw Error(ErrorCode::kStore, "a data key must have 32 bytes");
  Digest salts = salt_secret(data_key);
  std::memcpy(slot, data_key.data(), data_key.size());
  std::memcpy(slot + data_key.size(), salts.data(), salts.size());
  wipe(salts);
}

KeyCache::KeyCache(size_t capacity)
    : capacity_(std::max<size_t>(capacity, 1)), slab_(capacity_ * kSlotBytes), entries_(1, Entry{{}, 0, 0}) {}

bool KeyCache::get(const KeyId& id, uint8_t* slot) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(id);
  if (place == places_.end()) return false;
  std::memcpy(slot, slot_of(place->second), kSlotBytes);
  unlink(place->second);
  link_newest(place->second);
  return true;
}

void KeyCache::put(const KeyId& id, const uint8_t* slot) {
  const std::lock_guard lock(mutex_);
  if (places_.contains(id)) return;  // a key id has one key for ever
  size_t at = entries_.size();
  if (at > capacity_) {
    at = entries_[0].newer;  // of the fixed point: the oldest
    unlink(at);
    places_.erase(entries_[at].id);
  } else {
    entries_.emplace_back();
  }
  entries_[at].id = id;
  std::memcpy(slot_of(at), slot, kSlotBytes);
  link_newest(at);
  places_.emplace(id, at);
}

size_t KeyCache::size() const {
  const std::lock_guard lock(mutex_);
  return places_.size();
}

void KeyCache::unlink(size_t at) {
  entries_[entries_[at].older].newer = entries_[at].newer;
  entries_[entries_[at].newer].older = entries_[at].older;
}

void KeyCache::link_newest(size_t at) {
  const size_t newest = entries_[0].older;
  entries_[at].older = newest;
  entries_[at].newer = 0;
  entries_[newest].newer = at;
  entries_[0].older = at;
}

}  // namespace custody::keys
