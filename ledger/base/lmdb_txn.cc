#include <utility>

#include "ledger/base/error.h"
#include "ledger/base/lmdb.h"
#include "ledger/base/lmdb_check.h"

namespace custody {

LmdbTxn::LmdbTxn(std::shared_ptr<State> state) : state_(std::move(state)) {}
LmdbTxn::LmdbTxn(LmdbTxn&&) noexcept = default;
LmdbTxn& LmdbTxn::operator=(LmdbTxn&& other) noexcept {
  abort();
  state_ = std::move(other.state_);
  return *this;
}
LmdbTxn::~LmdbTxn() {
  abort();
}

MDB_txn* LmdbTxn::txn() const {
  if (!state_ || state_->txn == nullptr) throw Error(ErrorCode::kStore, "store: the transaction has ended");
  return state_->txn;
}

void LmdbTxn::commit() {
  MDB_txn* ending = txn();
  state_->txn = nullptr;
  MDB_env* env = mdb_txn_env(ending);
  int rc = mdb_txn_commit(ending);
  lmdb_check(rc == EIO && lmdb_is_out_of_room(env) ? ENOSPC : rc, "commit");
}

void LmdbTxn::abort() {
  if (state_ && state_->txn != nullptr) mdb_txn_abort(std::exchange(state_->txn, nullptr));
}

void LmdbTxn::reset() {
  mdb_txn_reset(txn());
}
void LmdbTxn::renew() {
  lmdb_check(mdb_txn_renew(txn()), "renew");
}

std::optional<std::string_view> LmdbTxn::get(LmdbTable table, std::string_view key) const {
  MDB_val k = lmdb_val(key), v{};
  int rc = mdb_get(txn(), table.dbi, &k, &v);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  lmdb_check(rc, "get");
  return lmdb_view(v);
}

void LmdbTxn::put(LmdbTable table, std::string_view key, std::string_view value) {
  MDB_val k = lmdb_val(key), v = lmdb_val(value);
  lmdb_check(mdb_put(txn(), table.dbi, &k, &v, 0), "put");
}

bool LmdbTxn::put_new(LmdbTable table, std::string_view key, std::string_view value) {
  MDB_val k = lmdb_val(key), v = lmdb_val(value);
  int rc = mdb_put(txn(), table.dbi, &k, &v, MDB_NOOVERWRITE);
  if (rc == MDB_KEYEXIST) return false;
  lmdb_check(rc, "put");
  return true;
}

void LmdbTxn::put_append(LmdbTable table, std::string_view key, std::string_view value) {
  MDB_val k = lmdb_val(key), v = lmdb_val(value);
  lmdb_check(mdb_put(txn(), table.dbi, &k, &v, MDB_APPEND), "append");
}

char* LmdbTxn::reserve(LmdbTable table, std::string_view key, size_t size, bool append) {
  MDB_val k = lmdb_val(key), v{size, nullptr};
  lmdb_check(mdb_put(txn(), table.dbi, &k, &v, MDB_RESERVE | (append ? static_cast<unsigned>(MDB_APPEND) : 0U)),
             "reserve");
  return static_cast<char*>(v.mv_data);
}

bool LmdbTxn::erase(LmdbTable table, std::string_view key) {
  MDB_val k = lmdb_val(key);
  int rc = mdb_del(txn(), table.dbi, &k, nullptr);
  if (rc == MDB_NOTFOUND) return false;
  lmdb_check(rc, "erase");
  return true;
}

void LmdbTxn::clear(LmdbTable table) {
  lmdb_check(mdb_drop(txn(), table.dbi, 0), "clear");
}

LmdbTableStat LmdbTxn::stat(LmdbTable table) const {
  MDB_stat s{};
  lmdb_check(mdb_stat(txn(), table.dbi, &s), "stat of a table");
  return {s.ms_entries, s.ms_branch_pages + s.ms_leaf_pages + s.ms_overflow_pages, s.ms_depth};
}

LmdbCursor LmdbTxn::cursor(LmdbTable table) const {
  MDB_cursor* cursor = nullptr;
  lmdb_check(mdb_cursor_open(txn(), table.dbi, &cursor), "open a cursor");
  return {state_, cursor};
}

LmdbCursor::LmdbCursor(std::shared_ptr<LmdbTxn::State> txn, MDB_cursor* cursor)
    : txn_(std::move(txn)), cursor_(cursor) {}
LmdbCursor::LmdbCursor(LmdbCursor&& o) noexcept
    : txn_(std::move(o.txn_)), cursor_(std::exchange(o.cursor_, nullptr)), key_(o.key_), value_(o.value_) {}
LmdbCursor& LmdbCursor::operator=(LmdbCursor&& other) noexcept {
  std::swap(txn_, other.txn_);
  std::swap(cursor_, other.cursor_);
  std::swap(key_, other.key_);
  std::swap(value_, other.value_);
  return *this;
}

LmdbCursor::~LmdbCursor() {
  // A write transaction that ended has freed its cursors already; one of a read transaction is always ours to free.
  if (cursor_ != nullptr && (!txn_->write || txn_->txn != nullptr)) mdb_cursor_close(cursor_);
}

bool LmdbCursor::move(int operation, std::string_view key) {
  if (txn_->txn == nullptr) throw Error(ErrorCode::kStore, "store: the transaction of the cursor has ended");
  MDB_val k = lmdb_val(key), v{};
  int rc = mdb_cursor_get(cursor_, &k, &v, static_cast<MDB_cursor_op>(operation));
  if (rc == MDB_NOTFOUND) return false;
  lmdb_check(rc, "move a cursor");
  key_ = lmdb_view(k);
  value_ = lmdb_view(v);
  return true;
}

bool LmdbCursor::seek(std::string_view key) {
  return key.empty() ? first() : move(MDB_SET_RANGE, key);
}
bool LmdbCursor::find(std::string_view key) {
  return move(MDB_SET_KEY, key);
}
bool LmdbCursor::first() {
  return move(MDB_FIRST, {});
}
bool LmdbCursor::last() {
  return move(MDB_LAST, {});
}
bool LmdbCursor::next() {
  return move(MDB_NEXT, {});
}
bool LmdbCursor::prev() {
  return move(MDB_PREV, {});
}

void LmdbCursor::put_append(std::string_view key, std::string_view value) {
  if (txn_->txn == nullptr) throw Error(ErrorCode::kStore, "store: the transaction of the cursor has ended");
  MDB_val k = lmdb_val(key), v = lmdb_val(value);
  lmdb_check(mdb_cursor_put(cursor_, &k, &v, MDB_APPEND), "append");
}

void LmdbCursor::erase() {
  if (txn_->txn == nullptr) throw Error(ErrorCode::kStore, "store: the transaction of the cursor has ended");
  lmdb_check(mdb_cursor_del(cursor_, 0), "erase under a cursor");
}

std::string u64_key(uint64_t number) {
  std::string key(8, '\0');
  for (unsigned i = 0; i < 8; ++i) key[i] = static_cast<char>(number >> (56 - 8 * i));
  return key;
}

uint64_t u64_of_key(std::string_view key) {
  if (key.size() != 8)
    throw Error(ErrorCode::kStore, "store: a key of " + std::to_string(key.size()) + " bytes where 8 were expected");
  uint64_t number = 0;
  for (char c : key) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

}  // namespace custody