// Which ids a shard has sealed: id -> seq and statement. It never forgets, since the same id may come again in years.
//
// Derived from the sealed sequence and rebuilt from it when lost. New entries wait in memory (at most twice
// kMaxPending) and go to LMDB together with the cursor that says how far the index reaches, so that a restart reads
// only what came after.
#pragma once

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
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
  // All below from one thread. False when the id is there already; the first entry stays.
  bool insert(const EventId& id, const Entry& entry);
  bool full() const { return pending() >= kMaxPending; }  // time to save
  size_t pending() const { return pending_; }
  // Begins to make all entries and `cursor` durable in one transaction, in a thread of its own: nobody waits for a slow
  // disk. Waits for the save before, and throws what that one failed with; its entries then go with the next.
  void save(std::string_view cursor);
  bool saving() const;  // one is under way
  void wait_saved();    // until none is; throws what it failed with

 private:
  IdIndex(LmdbEnv env, LmdbTable ids, LmdbTable state);
  // Entries in memory lie in parts with a lock each: sealer and tail, who ask and insert for every record, hardly ever
  // meet at one.
  struct Part {
    std::mutex mutex;
    std::unordered_map<EventId, Entry> pending;
    std::unordered_map<EventId, Entry> being_saved;

    std::optional<Entry> find(const EventId& id) const;  // under the lock
  };
  static constexpr size_t kParts = 64;

  // By the last byte: the first ones are the time.
  Part& part_of(const EventId& id) const { return (*parts_)[id.bytes.back() % kParts]; }
  std::optional<Entry> find_saved(const EventId& id) const;
  void write(const std::string& cursor);

  LmdbEnv env_;
  LmdbTable ids_;
  LmdbTable state_;
  std::unique_ptr<std::array<Part, kParts>> parts_ = std::make_unique<std::array<Part, kParts>>();
  std::atomic<size_t> pending_{0};  // in all parts
  // At least the first eight bytes of every id in LMDB. Ids begin with their time, so nearly every new one is above it
  // and needs no look there.
  std::atomic<uint64_t> highest_saved_{0};
  std::future<void> save_;  // last: its end waits for the thread, which uses all of the above
};

}  // namespace custody
