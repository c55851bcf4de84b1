// The bounded cache of data keys: never another key, never more than it may hold, the oldest goes first.
#include "ledger/keys/key_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <random>

namespace custody::keys {
namespace {

KeyId id_of(uint8_t n) {
  KeyId id;
  id.bytes.fill(n);
  return id;
}

std::array<uint8_t, kSlotBytes> slot_of(uint8_t n) {
  std::array<uint8_t, kSlotBytes> slot;
  slot.fill(n);
  return slot;
}

TEST(KeyCache, ForgetsTheLeastRecentlyUsed) {
  KeyCache cache(2);
  std::array<uint8_t, kSlotBytes> slot;
  cache.put(id_of(1), slot_of(1).data());
  cache.put(id_of(2), slot_of(2).data());
  EXPECT_TRUE(cache.get(id_of(1), slot.data()));
  cache.put(id_of(3), slot_of(3).data());
  EXPECT_FALSE(cache.get(id_of(2), slot.data()));
  EXPECT_TRUE(cache.get(id_of(1), slot.data()));
  EXPECT_EQ(slot, slot_of(1));
}

TEST(KeyCache, BehavesAsAListWould) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr size_t kCapacity = 5;
  KeyCache cache(kCapacity);
  std::list<uint8_t> model;  // newest first
  for (int i = 0; i < 20'000; ++i) {
    const auto n = static_cast<uint8_t>(random() % 9);
    const auto known = std::find(model.begin(), model.end(), n);
    if (random() % 2 == 0) {
      std::array<uint8_t, kSlotBytes> slot{};
      ASSERT_EQ(cache.get(id_of(n), slot.data()), known != model.end());
      if (known == model.end()) continue;
      ASSERT_EQ(slot, slot_of(n));
      model.splice(model.begin(), model, known);
    } else {
      cache.put(id_of(n), slot_of(n).data());
      if (known != model.end()) continue;
      model.push_front(n);
      if (model.size() > kCapacity) model.pop_back();
    }
    ASSERT_EQ(cache.size(), model.size());
  }
}

}  // namespace
}  // namespace custody::keys
