#include "ledger/log/lmdb_log.h"

#include "ledger/event/record.h"
#include "ledger/log/lmdb_store.h"

namespace custody {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Store = LmdbLog::Store;

// A table read from a key on, in pieces: a short read transaction copies up to kPiece bytes, so that neither a slow
// reader nor a long log holds a snapshot or more memory than this.
class PieceReader {
 public:
  struct Row {
    uint64_t key;
    std::string value;
    std::string blob;
  };
  PieceReader(std::shared_ptr<Store> store, Store::Kind kind, LmdbTable table, std::optional<LmdbTable> blobs,
              uint64_t next)
      : store_(std::move(store)), kind_(kind), table_(table), blobs_(blobs), next_(next) {}

  const Row* next(milliseconds wait) {
    if (at_ < used_) return &rows_[at_++];
    const auto until = steady_clock::now() + wait;
    while (at_ == used_) {
      const uint64_t seen = store_->commits(kind_);
      fill();
      if (at_ != used_) break;
      ended_ = true;
      const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
      if (left.count() <= 0) return nullptr;
      store_->wait_for_commit(kind_, seen, left);
    }
    return &rows_[at_++];
  }
  bool ended() const { return ended_; }

 private:
  static constexpr size_t kPieceBytes = 256 * 1024;
  static constexpr size_t kPieceRows = 1024;

  void fill() {
    at_ = used_ = 0;
    const LmdbTxn txn = store_->env().begin_read();
    LmdbCursor cursor = txn.cursor(table_);
    std::optional<LmdbCursor> blobs;  // walked beside, so that rows without a blob cost no search
    bool more_blobs = false;
    if (blobs_) {
      blobs.emplace(txn.cursor(*blobs_));
      more_blobs = blobs->seek(u64_key(next_));
    }
    size_t bytes = 0;
    for (bool found = cursor.seek(u64_key(next_)); found && bytes < kPieceBytes && used_ < kPieceRows;
         found = cursor.next()) {
      if (u64_of_key(cursor.key()) != next_)
        throw Error(ErrorCode::kStore, "the log lacks entry " + std::to_string(next_) + "; the next one there is " +
                                           std::to_string(u64_of_key(cursor.key())));
      if (used_ == rows_.size()) rows_.emplace_back();
      Row& row = rows_[used_++];
      row.key = next_++;
      row.value.assign(cursor.value());
      row.blob.clear();
      if (more_blobs && blobs->key() == cursor.key()) {
        row.blob.assign(blobs->value());
        more_blobs = blobs->next();
      }
      bytes += row.value.size() + row.blob.size();
    }
  }

  std::shared_ptr<Store> store_;
  Store::Kind kind_;
  LmdbTable table_;
  std::optional<LmdbTable> blobs_;
  uint64_t next_;
  std::vector<Row> rows_;  // the first used_ are filled; their strings keep their memory
  size_t used_ = 0;
  size_t at_ = 0;
  bool ended_ = false;  // the end was reached once: all that was there at the start has been returned
};

class LmdbIntakeReader : public IntakeReader {
 public:
  explicit LmdbIntakeReader(PieceReader reader) : reader_(std::move(reader)) {}
  std::optional<IntakeItem> next(milliseconds wait) override {
    const PieceReader::Row* row = reader_.next(wait);
    if (row == nullptr) return std::nullopt;
    return IntakeItem{row->key + 1, row->value};
  }

 private:
  PieceReader reader_;
};

class LmdbSealedReader : public SealedReader {
 public:
  explicit LmdbSealedReader(PieceReader reader) : reader_(std::move(reader)) {}
  std::optional<SealedItem> next(milliseconds wait) override {
    const PieceReader::Row* row = reader_.next(wait);
    if (row == nullptr) return std::nullopt;
    return SealedItem{row->key, row->value, row->blob};
  }
  bool caught_up() const override { return reader_.ended(); }

 private:
  PieceReader reader_;
};

class LmdbSealedWriter : public SealedWriter {
 public:
  LmdbSealedWriter(std::shared_ptr<Store> store, uint32_t shard) : store_(std::move(store)), shard_(shard) {}
  ~LmdbSealedWriter() override { store_->release_writer(shard_); }

  void append(std::span<const Entry> entries) override {
    if (dead_) throw Error(ErrorCode::kConflict, "this writer has ended: open a new one");
    dead_ = true;
    const Store::Tables& tables = store_->tables(shard_);
    store_->write(Store::kSealed, [&](LmdbTxn& txn) {
      uint64_t next = next_seq(txn, tables.sealed);
      for (const Entry& entry : entries) {
        if (decode_seal(entry.record).seq != next)
          throw Error(ErrorCode::kConflict, "record " + std::to_string(next) + " was expected");
        const std::string key = u64_key(next++);
        txn.put_append(tables.sealed, key, entry.record);
        if (!entry.blob.empty()) txn.put_append(tables.blobs, key, entry.blob);
      }
    });
    dead_ = false;
  }

 private:
  static uint64_t next_seq(const LmdbTxn& txn, LmdbTable sealed) {
    LmdbCursor cursor = txn.cursor(sealed);
    return cursor.last() ? u64_of_key(cursor.key()) + 1 : 0;
  }

  std::shared_ptr<Store> store_;
  uint32_t shard_;
  bool dead_ = false;
};

std::string intake_next_key(uint32_t shard) {
  return "intake_next." + std::to_string(shard);
}

}  // namespace

LmdbLog::LmdbLog(std::shared_ptr<Store> store) : store_(std::move(store)) {}
LmdbLog::~LmdbLog() = default;

namespace {

LmdbEnv open_env(const std::string& folder, LmdbOptions options) {
  options.max_tables = 4 * kMaxShards + 1;
  return LmdbEnv::open(folder, options);
}

}  // namespace

std::unique_ptr<LmdbLog> LmdbLog::create(const std::string& folder, const Descriptor& descriptor,
                                         const LmdbOptions& options) {
  auto store = std::make_shared<Store>(open_env(folder, options), options);
  store->create(descriptor);
  return std::unique_ptr<LmdbLog>(new LmdbLog(std::move(store)));
}

std::unique_ptr<LmdbLog> LmdbLog::open(const std::string& folder, const LmdbOptions& options) {
  auto store = std::make_shared<Store>(open_env(folder, options), options);
  store->load();
  return std::unique_ptr<LmdbLog>(new LmdbLog(std::move(store)));
}

const Descriptor& LmdbLog::descriptor() const {
  return store_->descriptor();
}
ByteArray<16> LmdbLog::intake_id(uint32_t) {
  return store_->intake_id();
}

void LmdbLog::append_intake(std::span<const IntakeAppend> entries) {
  store_->write(Store::kIntake, [&](LmdbTxn& txn) {
    std::vector<uint64_t> next(store_->descriptor().shards, UINT64_MAX);
    for (const IntakeAppend& append : entries) {
      const LmdbTable table = store_->tables(append.shard).intake;
      uint64_t& position = next[append.shard];
      if (position == UINT64_MAX) {
        const auto saved = txn.get(store_->state(), intake_next_key(append.shard));
        position = saved ? u64_of_key(*saved) : 0;
      }
      txn.put_append(table, u64_key(position++), append.entry);
    }
    for (uint32_t shard = 0; shard < next.size(); ++shard)
      if (next[shard] != UINT64_MAX) txn.put(store_->state(), intake_next_key(shard), u64_key(next[shard]));
  });
}

std::unique_ptr<IntakeReader> LmdbLog::read_intake(uint32_t shard, uint64_t position) {
  {
    const uint64_t end = intake_end(shard);
    const LmdbTxn txn = store_->env().begin_read();
    if (position > end)
      throw Error(ErrorCode::kStore, "the intake of shard " + std::to_string(shard) + " ends at " +
                                         std::to_string(end) + ", before " + std::to_string(position));
    if (position < end && !txn.get(store_->tables(shard).intake, u64_key(position)))
      throw Error(ErrorCode::kStore,
                  "the intake of shard " + std::to_string(shard) + " no longer has entry " + std::to_string(position));
  }
  return std::make_unique<LmdbIntakeReader>(
      PieceReader(store_, Store::kIntake, store_->tables(shard).intake, std::nullopt, position));
}

uint64_t LmdbLog::intake_end(uint32_t shard) {
  const LmdbTxn txn = store_->env().begin_read();
  const auto saved = txn.get(store_->state(), intake_next_key(shard));
  return saved ? u64_of_key(*saved) : 0;
}

void LmdbLog::trim_intake(uint32_t shard, uint64_t position) {
  const LmdbTable table = store_->tables(shard).intake;
  store_->write_later([table, position](LmdbTxn& txn) {
    LmdbCursor cursor = txn.cursor(table);
    for (bool found = cursor.first(); found && u64_of_key(cursor.key()) < position; found = cursor.next())
      cursor.erase();
  });
}

std::unique_ptr<SealedReader> LmdbLog::read_sealed(uint32_t shard, uint64_t seq, std::optional<uint64_t>) {
  const Store::Tables& tables = store_->tables(shard);
  return std::make_unique<LmdbSealedReader>(PieceReader(store_, Store::kSealed, tables.sealed, tables.blobs, seq));
}

std::unique_ptr<SealedWriter> LmdbLog::open_writer(uint32_t shard) {
  store_->take_writer(shard);
  return std::make_unique<LmdbSealedWriter>(store_, shard);
}

void LmdbLog::put_checkpoint(uint32_t shard, uint64_t size, std::string_view note) {
  store_->write(Store::kNotes, [&](LmdbTxn& txn) { txn.put(store_->tables(shard).notes, u64_key(size), note); });
}

std::optional<std::string> LmdbLog::newest_checkpoint(uint32_t shard, uint64_t most, const NoteFilter& wanted) {
  const LmdbTxn txn = store_->env().begin_read();
  LmdbCursor cursor = txn.cursor(store_->tables(shard).notes);
  const bool larger = most < UINT64_MAX && cursor.seek(u64_key(most + 1));
  for (bool there = larger ? cursor.prev() : cursor.last(); there; there = cursor.prev())
    if (wanted(cursor.value())) return std::string(cursor.value());
  return std::nullopt;
}

std::optional<KeyringClaim> LmdbLog::keyring() {
  const LmdbTxn txn = store_->env().begin_read();
  const auto claim = txn.get(store_->state(), "keyring");
  if (!claim) return std::nullopt;
  return KeyringClaim{array_of<16>(claim->substr(0, 16)), std::string(claim->substr(16))};
}

KeyringClaim LmdbLog::claim_keyring(const KeyringClaim& mine) {
  store_->write(Store::kNotes, [&](LmdbTxn& txn) {
    if (!txn.get(store_->state(), "keyring"))
      txn.put(store_->state(), "keyring", std::string(view_of(mine.id)) + mine.place);
  });
  return *keyring();
}

}  // namespace custody
