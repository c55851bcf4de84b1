#include "tools/bench/bare_lmdb.h"

#include "ledger/base/lmdb.h"

namespace custody {

Sample bare_append(const std::string& folder, const std::vector<std::string>& rows, size_t batch) {
  LmdbEnv env = LmdbEnv::open(folder);
  const LmdbTable table = env.open_table("rows");
  return timed([&] {
    for (size_t begin = 0; begin < rows.size(); begin += batch) {
      LmdbTxn txn = env.begin_write();
      for (size_t i = begin; i < std::min(rows.size(), begin + batch); ++i) txn.put_append(table, u64_key(i), rows[i]);
      txn.commit();
    }
    return static_cast<double>(rows.size());
  });
}

}  // namespace custody
