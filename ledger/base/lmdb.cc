#include "ledger/base/lmdb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/base/lmdb_check.h"

namespace custody {
namespace {

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

// LMDB writes the first pages of a new file in place and syncs them with its first commit only; a file that a crash has
// left with half of them it takes for damaged for ever. So they are written beside, and become the store in one step.
// link, as it never replaces: another process may have been faster.
void make_store(const std::string& folder, const LmdbOptions& options) {
  const std::string path = folder + "/data.mdb";
  if (access(path.c_str(), F_OK) == 0) return;
  std::string draft = path + ".new.XXXXXX";
  const int fd = mkostemp(draft.data(), O_CLOEXEC);
  lmdb_check(fd < 0 ? errno : 0, ("make a file in " + folder).c_str());
  close(fd);
  MDB_env* env = nullptr;
  int rc = mdb_env_create(&env);
  if (rc == 0) rc = mdb_env_set_mapsize(env, options.map_size_bytes);
  if (rc == 0) rc = mdb_env_open(env, draft.c_str(), MDB_NOSUBDIR | MDB_NOLOCK, 0600);
  if (rc == 0) rc = mdb_env_sync(env, 1);
  mdb_env_close(env);
  if (rc == 0 && link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) rc = errno;
  unlink(draft.c_str());
  lmdb_check(rc, ("make the store " + folder).c_str());
}

// LMDB writes into its file of readers through a mapping, and the file has holes: where the disk is full that is no
// error but the signal SIGBUS. So its room is taken first. Before the environment is opened: closing the file of one
// that is open would drop its locks.
void take_room_for_readers(const std::string& folder, const LmdbOptions& options) {
  constexpr off_t kReaderBytes = 64, kMoreReaders = 8;  // the head takes the room of some
  const off_t size = kReaderBytes * (static_cast<off_t>(options.max_readers) + kMoreReaders);
  const int fd = open((folder + "/lock.mdb").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 && options.read_only) return;
  lmdb_check(fd < 0 ? errno : 0, ("open the readers of " + folder).c_str());
  struct stat info{};
  int rc = fstat(fd, &info) != 0 ? errno : 0;
  if (rc == 0 && info.st_blocks * 512 < size) rc = posix_fallocate(fd, 0, size);
  close(fd);
  if (!options.read_only || rc == ENOSPC) lmdb_check(rc, ("take room for the readers of " + folder).c_str());
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
  if (!options.read_only) make_store(folder, options);
  take_room_for_readers(folder, options);
  lmdb_check(mdb_env_create(&state->env), "create the environment");
  lmdb_check(mdb_env_set_mapsize(state->env, options.map_size_bytes), "set the map size");
  lmdb_check(mdb_env_set_maxdbs(state->env, options.max_tables), "set the number of tables");
  lmdb_check(mdb_env_set_maxreaders(state->env, options.max_readers), "set the number of readers");
  unsigned flags = MDB_NOTLS;
  if (options.read_only) flags |= MDB_RDONLY;
  if (options.no_sync) flags |= MDB_NOSYNC;
  if (options.no_read_ahead) flags |= MDB_NORDAHEAD;
  lmdb_check(mdb_env_open(state->env, folder.c_str(), flags, 0600), ("open " + folder).c_str());
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
  lmdb_check(rc, ("open table " + name).c_str());
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
  lmdb_check(mdb_dbi_open(txn.txn(), name.c_str(), MDB_CREATE, &table.dbi), ("make table " + name).c_str());
  txn.commit();
  state_->tables.emplace(name, table);
  return table;
}

LmdbTxn LmdbEnv::begin_write() {
  auto state = std::make_shared<LmdbTxn::State>();
  lmdb_check(mdb_txn_begin(state_->env, nullptr, 0, &state->txn), "begin to write");
  state->write = true;
  return LmdbTxn(std::move(state));
}

LmdbTxn LmdbEnv::begin_read() const {
  auto state = std::make_shared<LmdbTxn::State>();
  lmdb_check(mdb_txn_begin(state_->env, nullptr, MDB_RDONLY, &state->txn), "begin to read");
  return LmdbTxn(std::move(state));
}

LmdbStat LmdbEnv::stat() const {
  MDB_stat pages{};
  MDB_envinfo info{};
  lmdb_check(mdb_env_stat(state_->env, &pages), "stat");
  lmdb_check(mdb_env_info(state_->env, &info), "info");
  return {pages.ms_psize, info.me_mapsize, (info.me_last_pgno + 1) * pages.ms_psize, info.me_last_txnid,
          info.me_numreaders};
}

void LmdbEnv::sync() {
  lmdb_check(mdb_env_sync(state_->env, 1), "sync");
}

void LmdbEnv::copy(const std::string& to_folder) const {
  make_folders(to_folder);
  lmdb_check(mdb_env_copy2(state_->env, to_folder.c_str(), MDB_CP_COMPACT), ("copy to " + to_folder).c_str());
  sync_file(to_folder + "/data.mdb");
  sync_folder(to_folder);
}

unsigned LmdbEnv::clear_dead_readers() {
  int dead = 0;
  lmdb_check(mdb_reader_check(state_->env, &dead), "check the readers");
  return static_cast<unsigned>(dead);
}

const std::string& LmdbEnv::folder() const {
  return state_->folder;
}
}  // namespace custody
