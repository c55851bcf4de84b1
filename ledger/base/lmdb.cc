#include "ledger/base/lmdb.h"

#include <lmdb.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "ledger/base/error.h"
#include "ledger/base/file.h"

namespace custody {
namespace {

ErrorCode code_of(int rc) {
  switch (rc) {
    case MDB_MAP_FULL:
    case MDB_READERS_FULL:
    case MDB_TXN_FULL:
    case MDB_MAP_RESIZED:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
      return ErrorCode::kUnavailable;
    case MDB_KEYEXIST:
    case MDB_DBS_FULL:
    case MDB_BAD_VALSIZE:
      return ErrorCode::kConflict;
    case ENOENT:
    case MDB_NOTFOUND:
      return ErrorCode::kNotFound;
    default:  // damaged, foreign, of another version, or the device failed
      return ErrorCode::kStore;
  }
}

void check(int rc, const char* doing) {
  if (rc == MDB_SUCCESS) return;
  std::string text = "store";
  if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG) text = "disk full";
  if (rc == MDB_MAP_FULL) text = "disk full: the map of the store is used up";
  throw Error(code_of(rc), text + ": " + doing + ": " + mdb_strerror(rc));
}

// A write cut short by a full disk or a limit comes out of LMDB as EIO, as does a broken device. The difference is
// whether one waits for room or calls for help.
bool is_out_of_room(MDB_env* env) {
  constexpr uint64_t kLittle = 1 << 20;
  const char* folder = nullptr;
  struct statvfs space{};
  struct rlimit limit{};
  struct stat file{};
  if (mdb_env_get_path(env, &folder) != 0) return false;
  if (statvfs(folder, &space) == 0 && space.f_bavail * space.f_frsize < kLittle) return true;
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
         stat((std::string(folder) + "/data.mdb").c_str(), &file) == 0 &&
         static_cast<uint64_t>(file.st_size) + kLittle > limit.rlim_cur;
}

MDB_val val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}
std::string_view view(const MDB_val& v) {
  return {static_cast<const char*>(v.mv_data), v.mv_size};
}

// LMDB's locks are per process: opening a folder twice would silently drop them. So it is refused.
using Inode = std::pair<dev_t, ino_t>;
std::mutex open_folders_mutex;
std::set<Inode>& open_folders() {
  static std::set<Inode> folders;
  return folders;
}

Inode claim(const std::string& folder) {
  struct stat info{};
  if (stat(folder.c_str(), &info) != 0) throw Error(ErrorCode::kNotFound, "no store at " + folder);
  std::lock_guard lock(open_folders_mutex);
  Inode inode{info.st_dev, info.st_ino};
  if (!open_folders().insert(inode).second) {
    throw Error(ErrorCode::kConflict, folder + " is open in this process already");
  }
  return inode;
}

void give_back(Inode inode) {
  std::lock_guard lock(open_folders_mutex);
  open_folders().erase(inode);
}

}  // namespace

struct LmdbEnv::State {
  std::string folder;
  Inode inode{};
  bool read_only = false;
  MDB_env* env = nullptr;
  std::mutex tables_mutex;
  std::map<std::string, LmdbTable> tables;

  ~State() {
    if (env != nullptr) mdb_env_close(env);
    give_back(inode);
  }
};

LmdbEnv::LmdbEnv(std::unique_ptr<State> state) : state_(std::move(state)) {}
LmdbEnv::LmdbEnv(LmdbEnv&&) noexcept = default;
LmdbEnv& LmdbEnv::operator=(LmdbEnv&&) noexcept = default;
LmdbEnv::~LmdbEnv() = default;

LmdbEnv LmdbEnv::open(const std::string& folder, const LmdbOptions& options) {
  if (!options.read_only) make_folders(folder);
  Inode inode = claim(folder);
  auto state = std::make_unique<State>();  // from here on its destructor gives the claim back
  state->folder = folder;
  state->inode = inode;
  state->read_only = options.read_only;
  check(mdb_env_create(&state->env), "create the environment");
  check(mdb_env_set_mapsize(state->env, options.map_size_bytes), "set the map size");
  check(mdb_env_set_maxdbs(state->env, options.max_tables), "set the number of tables");
  check(mdb_env_set_maxreaders(state->env, options.max_readers), "set the number of readers");
  unsigned flags = MDB_NOTLS;
  if (options.read_only) flags |= MDB_RDONLY;
  if (options.no_sync) flags |= MDB_NOSYNC;
  if (options.no_read_ahead) flags |= MDB_NORDAHEAD;
  check(mdb_env_open(state->env, folder.c_str(), flags, 0600), ("open " + folder).c_str());
  if (!options.read_only) sync_folder(folder);  // LMDB syncs what it writes, not that the file exists
  return LmdbEnv(std::move(state));
}

std::optional<LmdbTable> LmdbEnv::find_table(const std::string& name) {
  std::lock_guard lock(state_->tables_mutex);
  if (auto it = state_->tables.find(name); it != state_->tables.end()) return it->second;
  LmdbTxn txn = begin_read();
  LmdbTable table;
  int rc = mdb_dbi_open(txn.txn(), name.c_str(), 0, &table.dbi);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  check(rc, ("open table " + name).c_str());
  txn.commit();  // only a committed transaction leaves the handle to the others
  state_->tables.emplace(name, table);
  return table;
}

LmdbTable LmdbEnv::open_table(const std::string& name) {
  if (std::optional<LmdbTable> table = find_table(name)) return *table;
  if (state_->read_only) throw Error(ErrorCode::kNotFound, state_->folder + " has no table " + name);
  LmdbTxn txn = begin_write();
  std::lock_guard lock(state_->tables_mutex);
  LmdbTable table;
  check(mdb_dbi_open(txn.txn(), name.c_str(), MDB_CREATE, &table.dbi), ("make table " + name).c_str());
  txn.commit();
  state_->tables.emplace(name, table);
  return table;
}

LmdbTxn LmdbEnv::begin_write() {
  auto state = std::make_shared<LmdbTxn::State>();
  check(mdb_txn_begin(state_->env, nullptr, 0, &state->txn), "begin to write");
  state->write = true;
  return LmdbTxn(std::move(state));
}

LmdbTxn LmdbEnv::begin_read() const {
  auto state = std::make_shared<LmdbTxn::State>();
  check(mdb_txn_begin(state_->env, nullptr, MDB_RDONLY, &state->txn), "begin to read");
  return LmdbTxn(std::move(state));
}

LmdbStat LmdbEnv::stat() const {
  MDB_stat pages{};
  MDB_envinfo info{};
  check(mdb_env_stat(state_->env, &pages), "stat");
  check(mdb_env_info(state_->env, &info), "info");
  return {pages.ms_psize, info.me_mapsize, (info.me_last_pgno + 1) * pages.ms_psize, info.me_last_txnid,
          info.me_numreaders};
}

void LmdbEnv::sync() {
  check(mdb_env_sync(state_->env, 1), "sync");
}

void LmdbEnv::copy(const std::string& to_folder) const {
  make_folders(to_folder);
  check(mdb_env_copy2(state_->env, to_folder.c_str(), MDB_CP_COMPACT), ("copy to " + to_folder).c_str());
  sync_file(to_folder + "/data.mdb");
  sync_folder(to_folder);
}

unsigned LmdbEnv::clear_dead_readers() {
  int dead = 0;
  check(mdb_reader_check(state_->env, &dead), "check the readers");
  return static_cast<unsigned>(dead);
}

const std::string& LmdbEnv::folder() const {
  return state_->folder;
}

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
  check(rc == EIO && is_out_of_room(env) ? ENOSPC : rc, "commit");
}

void LmdbTxn::abort() {
  if (state_ && state_->txn != nullptr) mdb_txn_abort(std::exchange(state_->txn, nullptr));
}

void LmdbTxn::reset() {
  mdb_txn_reset(txn());
}
void LmdbTxn::renew() {
  check(mdb_txn_renew(txn()), "renew");
}

std::optional<std::string_view> LmdbTxn::get(LmdbTable table, std::string_view key) const {
  MDB_val k = val(key), v{};
  int rc = mdb_get(txn(), table.dbi, &k, &v);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  check(rc, "get");
  return view(v);
}

void LmdbTxn::put(LmdbTable table, std::string_view key, std::string_view value) {
  MDB_val k = val(key), v = val(value);
  check(mdb_put(txn(), table.dbi, &k, &v, 0), "put");
}

bool LmdbTxn::put_new(LmdbTable table, std::string_view key, std::string_view value) {
  MDB_val k = val(key), v = val(value);
  int rc = mdb_put(txn(), table.dbi, &k, &v, MDB_NOOVERWRITE);
  if (rc == MDB_KEYEXIST) return false;
  check(rc, "put");
  return true;
}

void LmdbTxn::put_append(LmdbTable table, std::string_view key, std::string_view value) {
  MDB_val k = val(key), v = val(value);
  check(mdb_put(txn(), table.dbi, &k, &v, MDB_APPEND), "append");
}

char* LmdbTxn::reserve(LmdbTable table, std::string_view key, size_t size, bool append) {
  MDB_val k = val(key), v{size, nullptr};
  check(mdb_put(txn(), table.dbi, &k, &v, MDB_RESERVE | (append ? static_cast<unsigned>(MDB_APPEND) : 0U)), "reserve");
  return static_cast<char*>(v.mv_data);
}

bool LmdbTxn::erase(LmdbTable table, std::string_view key) {
  MDB_val k = val(key);
  int rc = mdb_del(txn(), table.dbi, &k, nullptr);
  if (rc == MDB_NOTFOUND) return false;
  check(rc, "erase");
  return true;
}

void LmdbTxn::clear(LmdbTable table) {
  check(mdb_drop(txn(), table.dbi, 0), "clear");
}

LmdbTableStat LmdbTxn::stat(LmdbTable table) const {
  MDB_stat s{};
  check(mdb_stat(txn(), table.dbi, &s), "stat of a table");
  return {s.ms_entries, s.ms_branch_pages + s.ms_leaf_pages + s.ms_overflow_pages, s.ms_depth};
}

LmdbCursor LmdbTxn::cursor(LmdbTable table) const {
  MDB_cursor* cursor = nullptr;
  check(mdb_cursor_open(txn(), table.dbi, &cursor), "open a cursor");
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
  MDB_val k = val(key), v{};
  int rc = mdb_cursor_get(cursor_, &k, &v, static_cast<MDB_cursor_op>(operation));
  if (rc == MDB_NOTFOUND) return false;
  check(rc, "move a cursor");
  key_ = view(k);
  value_ = view(v);
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
  MDB_val k = val(key), v = val(value);
  check(mdb_cursor_put(cursor_, &k, &v, MDB_APPEND), "append");
}

void LmdbCursor::erase() {
  if (txn_->txn == nullptr) throw Error(ErrorCode::kStore, "store: the transaction of the cursor has ended");
  check(mdb_cursor_del(cursor_, 0), "erase under a cursor");
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
