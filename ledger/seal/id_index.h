// Which ids a shard has sealed: id -> seq and statement. It never forgets, since the same id may come again in years.
//
// Derived from the sealed sequence and rebuilt from it when lost. New entries wait in memory (at most twice
// kMaxPending) and go to LMDB together with the cursor that says how far the index reaches, so that a restart reads
// only what came after.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"
#include "ledger/base/lmdb.h"

namespace custody {

class IdIndex {
 public:
  static constexpr size_t kMaxPending = 65'536;
  struct Entry {
    uint64_t seq = 0;
    ByteArray<16> statement{};  // first half of SHA-256(statement)
  };

  static std::unique_ptr<IdIndex> open(const std::string& folder);

  // What save() stored last; empty at first.
  std::string cursor() const;
  void clear();  // forgets everything, cursor included

  std::optional<Entry> find(const EventId& id) const;  // from any thread
  // False when the id is there already; the first entry stays.
  bool insert(const EventId& id, const Entry& entry);
  bool full() const;  // time to save
  size_t pending() const;
  // Begins to make all entries and `cursor` durable in one transaction, in a thread of its own: nobody waits for a slow
  // disk. Waits for the save before, and throws what that one failed with; its entries then go with the next.
  void save(std::string_view cursor);
  bool saving() const;  // one is under way
  void wait_saved();    // until none is; throws what it failed with

 private:
  IdIndex(LmdbEnv env, LmdbTable ids, LmdbTable state);
  std::optional<Entry> find_known(const EventId& id) const;  // under the lock
  std::optional<Entry> find_saved(const EventId& id) const;
  void write(const std::string& cursor);

  LmdbEnv env_;
  LmdbTable ids_;
  LmdbTable state_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<EventId, Entry> pending_;
  std::unordered_map<EventId, Entry> being_saved_;
  // The highest id in LMDB. Ids begin with their time, so nearly every new one is above it and needs no look there.
  std::optional<EventId> highest_saved_;
  // At least the first eight bytes of every id known. What lies above needs no lock: while a backlog is sealed, sealer
  // and tail would meet at it for every record.
  std::atomic<uint64_t> highest_known_{0};
  std::future<void> save_;  // last: its end waits for the thread, which uses all of the above
};

}  // namespace custody
