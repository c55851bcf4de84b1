// LMDB (Symas' memory-mapped B+ tree), owned and typed. The only place of the project that includes <lmdb.h>.
//
// What LMDB gives and this keeps: one writer at a time (begin_write waits for the other), readers that never wait and
// see the state of their begin, a commit that is durable when it returns (unless no_sync), a crash that leaves the last
// commit. Values are read in place: a string_view from a transaction lives until that transaction ends, is reset, or
// (write transactions) next changes something.
//
// Every function throws custody::Error: kUnavailable where the disk or the map is full or readers ran out (nothing of
// the transaction is kept, the store stays good), kConflict where this process has the folder open already, kNotFound
// where a read-only store or table is absent, kStore where the files are damaged, foreign, or the device failed. Keys
// have 1 to 511 bytes and are in byte order.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace custody {

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CUSTODY_SMALL_ADDRESS_SPACE  // the thread sanitizer keeps most of it for itself
#endif
#endif
#ifdef CUSTODY_SMALL_ADDRESS_SPACE
inline constexpr uint64_t kDefaultLmdbMapBytes = uint64_t{1} << 34;
#else
inline constexpr uint64_t kDefaultLmdbMapBytes = uint64_t{1} << 40;
#endif

struct LmdbOptions {
  uint64_t map_size_bytes = kDefaultLmdbMapBytes;  // address space, not disk: the file grows as it is written
  unsigned max_tables = 32;
  unsigned max_readers = 254;
  bool read_only = false;  // the folder must exist; several processes may read while one writes
  bool no_sync =
      false;  // commits reach the disk only by sync(); until then a crash of the machine may damage the store
  bool no_read_ahead = false;  // for stores larger than memory, read at random
};

struct LmdbStat {
  uint64_t page_size_bytes;
  uint64_t map_size_bytes;
  uint64_t used_bytes;  // up to the last page ever used; freed pages inside are used again
  uint64_t last_commit;
  unsigned readers;
};

struct LmdbTableStat {
  uint64_t entries;
  uint64_t pages;
  unsigned depth;
};

// A named table of an environment; a number, valid as long as the environment.
struct LmdbTable {
  unsigned dbi = 0;
};

class LmdbTxn;

class LmdbEnv {
 public:
  // Opens the store in the folder, which is made (0700) with its parents unless read_only. Once per process and folder.
  static LmdbEnv open(const std::string& folder, const LmdbOptions& options = {});
  LmdbEnv(LmdbEnv&&) noexcept;
  LmdbEnv& operator=(LmdbEnv&&) noexcept;
  ~LmdbEnv();  // all transactions must have ended

  // The table, made if missing (kNotFound if read_only). Must not be called by a thread that has a write transaction
  // open.
  LmdbTable open_table(const std::string& name);
  std::optional<LmdbTable> find_table(const std::string& name);

  // A write transaction belongs to the thread that began it. A read transaction may move between threads, one at a
  // time.
  LmdbTxn begin_write();
  LmdbTxn begin_read() const;

  LmdbStat stat() const;
  void sync();
  // A consistent, compacted, durable copy into a folder that is made and must be empty; writers go on meanwhile.
  void copy(const std::string& to_folder) const;
  // Frees the slots of readers that died; returns how many. Dead readers keep old pages from being used again.
  unsigned clear_dead_readers();
  const std::string& folder() const;

 private:
  struct State;
  explicit LmdbEnv(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class LmdbCursor;

class LmdbTxn {
 public:
  LmdbTxn(LmdbTxn&&) noexcept;
  LmdbTxn& operator=(LmdbTxn&&) noexcept;
  ~LmdbTxn();  // aborts what was not committed

  void commit();  // on an Error nothing was kept and the transaction is over
  void abort();
  // Read transactions only: reset lets go of the snapshot but keeps its slot, renew takes the newest snapshot.
  void reset();
  void renew();

  std::optional<std::string_view> get(LmdbTable table, std::string_view key) const;
  void put(LmdbTable table, std::string_view key, std::string_view value);
  bool put_new(LmdbTable table, std::string_view key, std::string_view value);  // false: key exists, nothing changed
  void put_append(LmdbTable table, std::string_view key,
                  std::string_view value);  // key must be above every key (else kConflict)
  // As put and put_append, but returns `size` bytes to fill before the next call on this transaction.
  char* reserve(LmdbTable table, std::string_view key, size_t size, bool append);
  bool erase(LmdbTable table, std::string_view key);
  void clear(LmdbTable table);
  LmdbTableStat stat(LmdbTable table) const;
  LmdbCursor cursor(LmdbTable table) const;

 private:
  friend class LmdbEnv;
  friend class LmdbCursor;
  struct State {
    MDB_txn* txn = nullptr;
    bool write = false;
  };
  explicit LmdbTxn(std::shared_ptr<State> state);
  MDB_txn* txn() const;
  std::shared_ptr<State> state_;
};

// A place in a table. The movers return whether they found an entry; only then key() and value() may be asked.
class LmdbCursor {
 public:
  LmdbCursor(LmdbCursor&&) noexcept;
  LmdbCursor& operator=(LmdbCursor&&) noexcept;
  ~LmdbCursor();

  bool seek(std::string_view key);  // first entry at or after key
  bool find(std::string_view key);  // exactly key
  bool first();
  bool last();
  bool next();  // of a fresh cursor: the first
  bool prev();  // of a fresh cursor: the last
  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }
  void put_append(std::string_view key, std::string_view value);
  void erase();  // the entry under the cursor; next() then goes to its successor

 private:
  friend class LmdbTxn;
  LmdbCursor(std::shared_ptr<LmdbTxn::State> txn, MDB_cursor* cursor);
  bool move(int operation, std::string_view key);
  std::shared_ptr<LmdbTxn::State> txn_;
  MDB_cursor* cursor_;
  std::string_view key_, value_;
};

// u64 keys whose byte order is their order (big-endian).
std::string u64_key(uint64_t number);
uint64_t u64_of_key(std::string_view key);  // Error kStore unless 8 bytes

}  // namespace custody
