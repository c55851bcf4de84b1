#include "ledger/base/lmdb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <random>
#include <thread>

#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "tests/unit/base/caught_error.h"
#include "tests/unit/base/temp_folder.h"

namespace custody {
namespace {

using testing::HasSubstr;

class Lmdb : public testing::Test {
 protected:
  LmdbEnv open(const LmdbOptions& options = {}) { return LmdbEnv::open(folder_ / "env", options); }
  TempFolder folder_;
};

TEST_F(Lmdb, KeepsWhatWasCommitted) {
  {
    LmdbEnv env = open();
    LmdbTable table = env.open_table("t");
    LmdbTxn txn = env.begin_write();
    txn.put(table, "a", "1");
    txn.put(table, "b", "");
    EXPECT_FALSE(txn.put_new(table, "a", "2"));
    EXPECT_TRUE(txn.put_new(table, "c", "3"));
    EXPECT_EQ(txn.get(table, "a"), "1");
    txn.commit();
    LmdbTxn lost = env.begin_write();
    lost.put(table, "d", "4");
    EXPECT_TRUE(lost.erase(table, "a"));
    EXPECT_FALSE(lost.erase(table, "zz"));
  }
  LmdbEnv env = open();
  std::optional<LmdbTable> table = env.find_table("t");
  ASSERT_TRUE(table);
  LmdbTxn txn = env.begin_read();
  EXPECT_EQ(txn.get(*table, "a"), "1");
  EXPECT_EQ(txn.get(*table, "b"), "");
  EXPECT_EQ(txn.get(*table, "d"), std::nullopt);
  EXPECT_EQ(txn.stat(*table).entries, 3U);
  EXPECT_EQ(env.find_table("other"), std::nullopt);
}

// A random walk beside std::map, which decides who is right.
TEST_F(Lmdb, BehavesAsAnOrderedMap) {
  const unsigned seed = std::random_device{}();
  RecordProperty("seed", static_cast<int>(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  LmdbEnv env = open();
  LmdbTable table = env.open_table("t");
  std::map<std::string, std::string> model;
  LmdbTxn txn = env.begin_write();
  for (int i = 0; i < 5000; ++i) {
    std::string key = u64_key(random() % 700), value(random() % 3000, static_cast<char>('a' + random() % 26));
    switch (random() % 5) {
      case 0:
        EXPECT_EQ(txn.erase(table, key), model.erase(key) > 0);
        break;
      case 1: {
        LmdbCursor cursor = txn.cursor(table);
        auto it = model.lower_bound(key);
        ASSERT_EQ(cursor.seek(key), it != model.end());
        if (it != model.end()) {
          EXPECT_EQ(cursor.key(), it->first);
          EXPECT_EQ(cursor.value(), it->second);
          cursor.erase();
          auto after = model.erase(it);
          ASSERT_EQ(cursor.next(), after != model.end());
          if (after != model.end()) EXPECT_EQ(cursor.key(), after->first);
        }
        break;
      }
      default:
        txn.put(table, key, value);
        model[key] = value;
    }
  }
  txn.commit();
  LmdbTxn read = env.begin_read();
  LmdbCursor forward = read.cursor(table), backward = read.cursor(table);
  for (const auto& [key, value] : model) {
    ASSERT_TRUE(forward.next());
    ASSERT_EQ(forward.key(), key);
    ASSERT_EQ(forward.value(), value);
  }
  EXPECT_FALSE(forward.next());
  for (auto it = model.rbegin(); it != model.rend(); ++it) {
    ASSERT_TRUE(backward.prev());
    ASSERT_EQ(backward.key(), it->first);
  }
  EXPECT_FALSE(backward.prev());
}

TEST_F(Lmdb, CursorsFind) {
  LmdbEnv env = open();
  LmdbTable table = env.open_table("t");
  LmdbTxn txn = env.begin_write();
  LmdbCursor cursor = txn.cursor(table);
  EXPECT_FALSE(cursor.first());
  EXPECT_FALSE(cursor.last());
  for (uint64_t i = 0; i < 100; ++i) cursor.put_append(u64_key(i * 2), std::to_string(i));
  EXPECT_TRUE(cursor.find(u64_key(10)));
  EXPECT_EQ(cursor.value(), "5");
  EXPECT_FALSE(cursor.find(u64_key(11)));
  EXPECT_TRUE(cursor.seek(u64_key(11)));
  EXPECT_EQ(u64_of_key(cursor.key()), 12U);
  EXPECT_TRUE(cursor.seek(""));
  EXPECT_EQ(u64_of_key(cursor.key()), 0U);
  EXPECT_TRUE(cursor.last());
  EXPECT_EQ(u64_of_key(cursor.key()), 198U);
  EXPECT_FALSE(cursor.seek(u64_key(199)));
}

TEST_F(Lmdb, AppendRefusesAKeyBelow) {
  LmdbEnv env = open();
  LmdbTable table = env.open_table("t");
  LmdbTxn txn = env.begin_write();
  txn.put_append(table, u64_key(5), "five");
  std::memcpy(txn.reserve(table, u64_key(6), 3, true), "six", 3);
  EXPECT_EQ(error_of([&] { txn.put_append(table, u64_key(4), "four"); }).code, ErrorCode::kConflict);
  EXPECT_EQ(error_of([&] { txn.put_append(table, u64_key(6), "again"); }).code, ErrorCode::kConflict);
  EXPECT_EQ(txn.get(table, u64_key(6)), "six");
  std::memcpy(txn.reserve(table, u64_key(1), 3, false), "one", 3);
  EXPECT_EQ(txn.get(table, u64_key(1)), "one");
  txn.clear(table);
  EXPECT_EQ(txn.stat(table).entries, 0U);
}

TEST_F(Lmdb, KeysOrderAsNumbers) {
  EXPECT_LT(u64_key(255), u64_key(256));
  EXPECT_LT(u64_key(0), u64_key(UINT64_MAX));
  EXPECT_EQ(u64_of_key(u64_key(0x0123456789abcdef)), 0x0123456789abcdefU);
  EXPECT_EQ(error_of([] { u64_of_key("seven b"); }).code, ErrorCode::kStore);
}

TEST_F(Lmdb, ReadersKeepTheirSnapshotAndMoveBetweenThreads) {
  LmdbEnv env = open();
  LmdbTable table = env.open_table("t");
  LmdbTxn first = env.begin_read();
  {
    LmdbTxn write = env.begin_write();
    write.put(table, "k", "new");
    write.commit();
  }
  LmdbTxn second = env.begin_read();  // beside the first on this thread
  EXPECT_EQ(first.get(table, "k"), std::nullopt);
  EXPECT_EQ(second.get(table, "k"), "new");
  std::thread([&, moved = std::move(first)]() mutable {
    EXPECT_EQ(moved.get(table, "k"), std::nullopt);
    moved.reset();
    moved.renew();
    EXPECT_EQ(moved.get(table, "k"), "new");
  }).join();
}

TEST_F(Lmdb, CursorsMayOutliveTheirTransaction) {
  LmdbEnv env = open();
  LmdbTable table = env.open_table("t");
  std::optional<LmdbCursor> of_write, of_read;
  {
    LmdbTxn write = env.begin_write();
    of_write = write.cursor(table);
    of_write->put_append("k", "v");
    write.commit();
    LmdbTxn read = env.begin_read();
    of_read = read.cursor(table);
  }
  EXPECT_EQ(error_of([&] { of_write->next(); }).code, ErrorCode::kStore);
  EXPECT_EQ(error_of([&] { of_read->next(); }).code, ErrorCode::kStore);
  EXPECT_EQ(error_of([&] { of_write->erase(); }).code, ErrorCode::kStore);
}

TEST_F(Lmdb, EndedTransactionsSaySo) {
  LmdbEnv env = open();
  LmdbTable table = env.open_table("t");
  LmdbTxn txn = env.begin_write();
  txn.commit();
  EXPECT_THAT(error_of([&] { txn.put(table, "k", "v"); }).text, HasSubstr("has ended"));
  EXPECT_THAT(error_of([&] { txn.commit(); }).text, HasSubstr("has ended"));
}

TEST_F(Lmdb, OncePerProcess) {
  std::optional<LmdbEnv> env = open();
  CaughtError e = error_of([&] { open(); });
  EXPECT_EQ(e.code, ErrorCode::kConflict);
  EXPECT_THAT(e.text, HasSubstr("open in this process already"));
  env.reset();
  open();
}

TEST_F(Lmdb, ReadOnlyMissesWhatIsNotThere) {
  EXPECT_EQ(error_of([&] { open({.read_only = true}); }).code, ErrorCode::kNotFound);
  EXPECT_EQ(access((folder_ / "env").c_str(), F_OK), -1) << "a reader must not make anything";
  {
    open().open_table("t");
  }
  LmdbEnv env = open({.read_only = true});
  EXPECT_EQ(error_of([&] { env.open_table("u"); }).code, ErrorCode::kNotFound);
  LmdbTable table = env.open_table("t");
  EXPECT_EQ(env.begin_read().get(table, "k"), std::nullopt);
  EXPECT_EQ(error_of([&] { env.begin_write(); }).code, ErrorCode::kStore);
}

TEST_F(Lmdb, FullMapKeepsTheStoreGood) {
  LmdbEnv env = open({.map_size_bytes = 1 << 20});
  LmdbTable table = env.open_table("t");
  {
    LmdbTxn txn = env.begin_write();
    txn.put(table, "kept", "yes");
    txn.commit();
  }
  CaughtError e = error_of([&] {
    LmdbTxn txn = env.begin_write();
    for (uint64_t i = 0;; ++i) txn.put(table, u64_key(i), std::string(2000, 'x'));
  });
  EXPECT_EQ(e.code, ErrorCode::kUnavailable);
  EXPECT_THAT(e.text, HasSubstr("disk full"));
  LmdbTxn txn = env.begin_write();
  EXPECT_EQ(txn.stat(table).entries, 1U);
  txn.put(table, "more", "room");
  txn.commit();
  EXPECT_EQ(env.begin_read().get(table, "kept"), "yes");
}

TEST_F(Lmdb, FullDiskKeepsTheStoreGood) {
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit{256 << 10, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    LmdbEnv env = open();
    LmdbTable table = env.open_table("t");
    int good = 0;
    try {
      for (uint64_t i = 0; i < 1000; ++i, ++good) {
        LmdbTxn txn = env.begin_write();
        txn.put(table, u64_key(i), std::string(20000, 'x'));
        txn.commit();
      }
    } catch (const Error& e) {
      if (e.code() != ErrorCode::kUnavailable || !std::string(e.what()).starts_with("disk full")) _exit(2);
      if (env.begin_read().stat(table).entries != static_cast<uint64_t>(good)) _exit(3);
      limit.rlim_cur = RLIM_INFINITY;  // room again: the same open store goes on
      setrlimit(RLIMIT_FSIZE, &limit);
      LmdbTxn txn = env.begin_write();
      txn.put(table, u64_key(5000), std::string(200000, 'y'));
      txn.commit();
      _exit(good > 0 ? 0 : 4);
    }
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "exit status " << WEXITSTATUS(status);
}

TEST_F(Lmdb, ForeignBytesAreNoStore) {
  make_folders(folder_ / "env");
  write_file_durably(folder_ / "env/data.mdb", std::string(8192, 'z'));
  EXPECT_EQ(error_of([&] { open(); }).code, ErrorCode::kStore);
  write_file_durably(folder_ / "env/data.mdb", "");
  open();
}

TEST_F(Lmdb, CopyIsAStore) {
  {
    LmdbEnv env = open();
    LmdbTable table = env.open_table("t");
    LmdbTxn txn = env.begin_write();
    for (uint64_t i = 0; i < 1000; ++i) txn.put_append(table, u64_key(i), std::string(100, 'x'));
    txn.commit();
    env.copy(folder_ / "copy");
    EXPECT_EQ(error_of([&] { env.copy(folder_ / "copy"); }).code, ErrorCode::kStore) << "a copy never overwrites";
    EXPECT_GT(env.stat().used_bytes, 100000U);
    EXPECT_EQ(env.clear_dead_readers(), 0U);
  }
  LmdbEnv copy = LmdbEnv::open(folder_ / "copy", {.read_only = true});
  LmdbTable table = copy.open_table("t");
  EXPECT_EQ(copy.begin_read().stat(table).entries, 1000U);
}

TEST_F(Lmdb, WritersTakeTurns) {
  LmdbEnv env = open({.no_sync = true});
  LmdbTable table = env.open_table("t");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        LmdbTxn txn = env.begin_write();
        uint64_t n = txn.get(table, "n") ? u64_of_key(*txn.get(table, "n")) : 0;
        txn.put(table, "n", u64_key(n + 1));
        txn.commit();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  env.sync();
  EXPECT_EQ(u64_of_key(*env.begin_read().get(table, "n")), 200U);
}

}  // namespace
}  // namespace custody
