// Unwrapped data keys, a bounded number of them, in locked memory; the least recently used goes first.
#pragma once

#include <cstring>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "ledger/base/crypto.h"
#include "ledger/base/ids.h"
#include "ledger/event/values.h"

namespace custody::keys {

// A data key and what its salts are made from (salt_secret): together, as the second costs as much as a salt.
inline constexpr size_t kSlotBytes = 64;

struct DataKeyView {
  const uint8_t* slot = nullptr;
  std::string_view key() const { return {reinterpret_cast<const char*>(slot), 32}; }
  Digest salts() const { return array_of<32>({reinterpret_cast<const char*>(slot) + 32, 32}); }
};

void fill_slot(uint8_t* slot, std::string_view data_key);

class KeyCache {
 public:
  explicit KeyCache(size_t capacity);
  bool get(const KeyId& id, uint8_t* slot);  // copies kSlotBytes
  void put(const KeyId& id, const uint8_t* slot);
  size_t size() const;

 private:
  struct Entry {
    KeyId id;
    size_t older;
    size_t newer;
  };
  void unlink(size_t at);
  void link_newest(size_t at);
  uint8_t* slot_of(size_t at) { return slab_.data() + (at - 1) * kSlotBytes; }

  mutable std::mutex mutex_;
  size_t capacity_;
  Secret slab_;
  std::vector<Entry> entries_;  // a ring through older and newer; entry 0 is its fixed point
  std::unordered_map<KeyId, size_t> places_;
};

// The unwrapped keys of all buckets of one kind that were asked for so far.
class BucketCache {
 public:
  BucketCache(size_t buckets, size_t key_bytes)
      : key_bytes_(key_bytes), slab_(buckets * key_bytes), generations_(buckets) {}
  // Copies the key and returns its generation; 0 where the bucket is not here yet.
  uint32_t get(uint16_t bucket, uint8_t* key) const {
    const std::lock_guard lock(mutex_);
    if (generations_[bucket] != 0) std::memcpy(key, slab_.view().data() + bucket * key_bytes_, key_bytes_);
    return generations_[bucket];
  }
  void put(uint16_t bucket, uint32_t generation, const uint8_t* key) {
    const std::lock_guard lock(mutex_);
    std::memcpy(slab_.data() + bucket * key_bytes_, key, key_bytes_);
    generations_[bucket] = generation;
  }

 private:
  mutable std::mutex mutex_;
  size_t key_bytes_;
  Secret slab_;
  std::vector<uint32_t> generations_;
};

}  // namespace custody::keys
