#include "ledger/log/lmdb_store.h"

#include "ledger/base/crypto.h"

namespace custody {
namespace {

constexpr std::string_view kStoreFormat = "custody-log/1";

}  // namespace

void LmdbLog::Store::create(const Descriptor& descriptor) {
  state_ = env_.open_table("state");
  {
    LmdbTxn txn = env_.begin_write();
    if (txn.get(state_, "format")) throw Error(ErrorCode::kConflict, "there is a log already in " + env_.folder());
    txn.put(state_, "descriptor", encode_descriptor(descriptor));
    txn.put(state_, "intake_id", view_of(random_array<16>()));
    txn.put(state_, "format", kStoreFormat);
    txn.commit();
  }
  load();
}

void LmdbLog::Store::load() {
  const auto state = env_.find_table("state");
  if (!state) throw Error(ErrorCode::kNotFound, "there is no log in " + env_.folder());
  state_ = *state;
  {
    const LmdbTxn txn = env_.begin_read();
    const auto format = txn.get(state_, "format");
    if (!format) throw Error(ErrorCode::kNotFound, "there is no log in " + env_.folder());
    if (*format != kStoreFormat)
      throw Error(ErrorCode::kStore, "the log in " + env_.folder() + " has the format '" + std::string(*format) +
                                         "'; this program knows " + std::string(kStoreFormat));
    descriptor_ = decode_descriptor(txn.get(state_, "descriptor").value_or(""));
    intake_id_ = array_of<16>(txn.get(state_, "intake_id").value_or(""));
  }
  open_tables();
}

void LmdbLog::Store::open_tables() {
  const auto open = [&](const std::string& name) {
    if (!read_only_) return env_.open_table(name);
    const auto table = env_.find_table(name);
    if (!table) throw Error(ErrorCode::kStore, "the log in " + env_.folder() + " lacks its table " + name);
    return *table;
  };
  for (uint32_t shard = 0; shard < descriptor_.shards; ++shard) {
    const std::string suffix = "." + std::to_string(shard);
    tables_.push_back(
        {open("intake" + suffix), open("sealed" + suffix), open("blobs" + suffix), open("notes" + suffix)});
  }
}

const LmdbLog::Store::Tables& LmdbLog::Store::tables(uint32_t shard) const {
  if (shard >= tables_.size())
    throw Error(ErrorCode::kUsage,
                "shard " + std::to_string(shard) + " of a ledger that has " + std::to_string(tables_.size()));
  return tables_[shard];
}

// Whoever finds nobody committing takes all that waits, its own operation included, through one transaction.
void LmdbLog::Store::write(Kind kind, const Operation& operation) {
  Pending mine{kind, &operation, nullptr};
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  while (!mine.done) {
    if (committing_) {
      committed_.wait(lock);
      continue;
    }
    committing_ = true;
    const std::vector<Pending*> batch = std::exchange(queue_, {});
    const std::vector<Operation> later = std::exchange(later_, {});
    lock.unlock();
    commit(batch, later);
    lock.lock();
    committing_ = false;
    for (Pending* pending : batch) {
      pending->done = true;
      Signal& signal = signals_[pending->kind];
      ++signal.commits;
      signal.changed.notify_all();
    }
    committed_.notify_all();
  }
  lock.unlock();
  if (mine.error) std::rethrow_exception(mine.error);
}

void LmdbLog::Store::write_later(Operation operation) {
  const std::lock_guard lock(mutex_);
  later_.push_back(std::move(operation));
}

void LmdbLog::Store::commit(const std::vector<Pending*>& batch, const std::vector<Operation>& later) {
  try {
    LmdbTxn txn = env_.begin_write();
    for (const Pending* pending : batch) (*pending->operation)(txn);
    for (const Operation& operation : later) operation(txn);
    txn.commit();
  } catch (...) {
    if (batch.size() == 1 && later.empty()) {
      batch[0]->error = std::current_exception();
      return;
    }
    for (Pending* pending : batch) commit_alone(*pending);
  }
}

void LmdbLog::Store::commit_alone(Pending& pending) {
  try {
    LmdbTxn txn = env_.begin_write();
    (*pending.operation)(txn);
    txn.commit();
  } catch (...) {
    pending.error = std::current_exception();
  }
}

uint64_t LmdbLog::Store::commits(Kind kind) const {
  const std::lock_guard lock(mutex_);
  return signals_[kind].commits;
}

void LmdbLog::Store::wait_for_commit(Kind kind, uint64_t seen, std::chrono::milliseconds wait) const {
  // Another process writes what a read-only one waits for: it has nobody to wake it.
  constexpr std::chrono::milliseconds kPoll{50};
  std::unique_lock lock(mutex_);
  Signal& signal = signals_[kind];
  signal.changed.wait_for(lock, read_only_ ? std::min(wait, kPoll) : wait, [&] { return signal.commits != seen; });
}

void LmdbLog::Store::take_writer(uint32_t shard) {
  tables(shard);
  const std::lock_guard lock(mutex_);
  if (read_only_) throw Error(ErrorCode::kUsage, "the log is open for reading only");
  if (!writers_.insert(shard).second)
    throw Error(ErrorCode::kConflict, "shard " + std::to_string(shard) + " has a writer already");
}

void LmdbLog::Store::release_writer(uint32_t shard) {
  const std::lock_guard lock(mutex_);
  writers_.erase(shard);
}

}  // namespace custody
