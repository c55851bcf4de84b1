// The index of ids never forgets: not while it is saved, not after a restart, not when a save failed.
#include "ledger/seal/id_index.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/base/temp_folder.h"

namespace custody {
namespace {

// Times rise slowly, as in an import, and the rest is spread as that of real ids.
EventId id_of(uint64_t n) {
  EventId id;
  for (size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<uint8_t>((n / 8) >> (56 - 8 * i));
  const uint64_t spread = n * 0x9e3779b97f4a7c15U;
  for (size_t i = 0; i < 8; ++i) id.bytes[8 + i] = static_cast<uint8_t>(spread >> (8 * i));
  return id;
}

TEST(IdIndexTest, WhatWasInsertedIsFoundWhileItIsSaved) {
  const TempFolder folder;
  const auto index = IdIndex::open(folder / "ids");
  constexpr uint64_t kIds = 60'000;
  std::atomic<uint64_t> inserted{0};
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    for (uint64_t n = 0; !stop; n = n * 31 + 7) {
      const uint64_t known = inserted;
      if (known == 0) continue;
      const auto entry = index->find(id_of(n % known));
      ASSERT_TRUE(entry) << n % known << " of " << known;
      ASSERT_EQ(entry->seq, n % known);
    }
  });
  for (uint64_t n = 0; n < kIds; ++n) {
    EXPECT_TRUE(index->insert(id_of(n), {n, {}}));
    inserted = n + 1;
    if (n % 500 == 499 && !index->saving()) index->save(std::to_string(n));
  }
  stop = true;
  reader.join();
  EXPECT_FALSE(index->find(id_of(kIds)));
}

TEST(IdIndexTest, TheFirstEntryStaysAlsoAfterARestart) {
  const TempFolder folder;
  {
    const auto index = IdIndex::open(folder / "ids");
    EXPECT_TRUE(index->insert(id_of(9), {1, {}}));
    EXPECT_FALSE(index->insert(id_of(9), {2, {}}));
    index->save("nine");
    EXPECT_TRUE(index->insert(id_of(3), {2, {}}));  // of an earlier time than what is saved
    EXPECT_FALSE(index->insert(id_of(9), {3, {}}));
    EXPECT_EQ(index->pending(), 1U);
    index->save("three");
    index->wait_saved();
  }
  const auto index = IdIndex::open(folder / "ids");
  EXPECT_EQ(index->cursor(), "three");
  EXPECT_EQ(index->find(id_of(9))->seq, 1U);
  EXPECT_EQ(index->find(id_of(3))->seq, 2U);
  EXPECT_FALSE(index->insert(id_of(3), {4, {}}));
  index->clear();
  EXPECT_FALSE(index->find(id_of(3)));
  EXPECT_EQ(index->cursor(), "");
}

}  // namespace
}  // namespace custody
