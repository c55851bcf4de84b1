#include "tools/attack/log_copy.h"

#include "ledger/base/lmdb.h"
#include "ledger/event/record.h"
#include "ledger/log/lmdb_log.h"
#include "ledger/proof/checkpoint.h"

namespace custody {
namespace {

constexpr int kPatience = 600;  // waits of a tenth of a second

// Up to the first record that knows more of shard 0 than was copied of it.
std::vector<CopiedEntry> entries_of(Log& log, uint32_t shard, uint64_t registry) {
  using std::chrono::milliseconds;
  std::vector<CopiedEntry> entries;
  const auto reader = log.read_sealed(shard, 0);
  for (int tries = 0;; ++tries) {
    while (const auto item = reader->next(milliseconds(reader->caught_up() ? 0 : 100))) {
      if (shard > 0 && decode_seal(item->record).reg > registry) return entries;
      entries.push_back({std::string(item->record), std::string(item->blob)});
    }
    if (reader->caught_up()) return entries;
    if (tries == kPatience)
      throw Error(ErrorCode::kUnavailable, "shard " + std::to_string(shard) + " cannot be read to its end now");
  }
}

}  // namespace

LogCopy copy_of(Log& log) {
  LogCopy copy{log.descriptor(), std::vector<CopiedShard>(log.descriptor().shards)};
  for (uint32_t shard = 0; shard < copy.shards.size(); ++shard) {
    CopiedShard& into = copy.shards[shard];
    into.entries = entries_of(log, shard, copy.shards[0].entries.size());
    for (uint64_t most = into.entries.size();;) {
      const auto note = log.newest_checkpoint(shard, most);
      if (!note) break;
      const uint64_t size = checkpoint_of(parse_note(*note)).size;
      into.notes[size] = *note;
      if (size == 0) break;
      most = size - 1;
    }
  }
  return copy;
}

void write_log(const LogCopy& copy, const std::string& folder) {
  LmdbLog::create(folder, copy.descriptor);
  // Past the log's own way of writing, which would refuse most of this. Its tables: ledger/log/lmdb_log.h.
  LmdbOptions options;
  options.max_tables = 4 * kMaxShards + 1;
  LmdbEnv env = LmdbEnv::open(folder, options);
  for (uint32_t shard = 0; shard < copy.shards.size(); ++shard) {
    const std::string suffix = "." + std::to_string(shard);
    const LmdbTable sealed = env.open_table("sealed" + suffix);
    const LmdbTable blobs = env.open_table("blobs" + suffix);
    const LmdbTable notes = env.open_table("notes" + suffix);
    LmdbTxn txn = env.begin_write();
    for (uint64_t at = 0; at < copy.shards[shard].entries.size(); ++at) {
      const CopiedEntry& entry = copy.shards[shard].entries[at];
      txn.put_append(sealed, u64_key(at), entry.record);
      if (!entry.blob.empty()) txn.put_append(blobs, u64_key(at), entry.blob);
    }
    for (const auto& [size, note] : copy.shards[shard].notes) txn.put_append(notes, u64_key(size), note);
    txn.commit();
  }
}

}  // namespace custody
