// Inside ledger/base only: how LMDB's codes become our errors, and its values our views.
#pragma once

#include <lmdb.h>

#include <string_view>

namespace custody {

// Throws unless rc is success; `doing` says what was tried.
void lmdb_check(int rc, const char* doing);

// Whether a write that came out as EIO was cut short by a full disk or a limit: then one waits for room; a broken
// device is another matter.
bool lmdb_is_out_of_room(MDB_env* env);

inline MDB_val lmdb_val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}
inline std::string_view lmdb_view(const MDB_val& v) {
  return {static_cast<const char*>(v.mv_data), v.mv_size};
}

}  // namespace custody
