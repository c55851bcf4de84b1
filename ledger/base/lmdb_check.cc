#include "ledger/base/lmdb_check.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "ledger/base/error.h"

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

}  // namespace

void lmdb_check(int rc, const char* doing) {
  if (rc == MDB_SUCCESS) return;
  std::string text = "store";
  if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG) text = "disk full";
  if (rc == MDB_MAP_FULL) text = "disk full: the map of the store is used up";
  throw Error(code_of(rc), text + ": " + doing + ": " + mdb_strerror(rc));
}

bool lmdb_is_out_of_room(MDB_env* env) {
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

}  // namespace custody
