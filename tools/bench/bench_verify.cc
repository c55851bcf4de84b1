// Re-reading a log: `verify` on one thread against one SHA-256 of each record.
#include "ledger/log/lmdb_log.h"
#include "tools/bench/benches.h"
#include "tools/bench/scratch.h"
#include "tools/custody/log_source.h"

namespace custody {
namespace {

Sample verified(const std::string& log_folder, const std::string& temp) {
  LmdbOptions open;
  open.read_only = true;
  const auto log = LmdbLog::open(log_folder, open);
  VerifyOptions options;
  options.threads = 1;
  options.temp_folder = temp;
  Sample sample = timed([&] {
    LogEntrySource source(*log);
    const VerifyReport report = verify(source, options);
    if (!report.ok()) throw Error(ErrorCode::kStore, "the ledger that was made does not verify");
    return static_cast<double>(report.records);
  });
  sample.value = sample.work / sample.cpu_seconds;
  return sample;
}

Sample hashed(const std::string& log_folder) {
  LmdbOptions open;
  open.read_only = true;
  open.max_tables = 8;
  LmdbEnv env = LmdbEnv::open(log_folder, open);
  const auto table = env.find_table("sealed.0");
  if (!table) throw Error(ErrorCode::kStore, "no table of records");
  Sample sample = timed([&] {
    const LmdbTxn txn = env.begin_read();
    LmdbCursor cursor = txn.cursor(*table);
    double records = 0;
    uint8_t all = 0;
    for (bool found = cursor.first(); found; found = cursor.next(), ++records)
      all = static_cast<uint8_t>(all ^ leaf_hash(cursor.value())[0]);
    return records + (all == 255 ? 1e-9 : 0);  // used, so that it is computed
  });
  sample.value = sample.work / sample.cpu_seconds;
  return sample;
}

}  // namespace

std::vector<Figure> bench_verify(const BenchOptions& options) {
  const Scratch scratch(options.folder);
  const uint64_t records = options.count(500'000, 2'000);
  say("verify: making a ledger of " + std::to_string(records) + " records");
  make_big_ledger(scratch / "data", records);
  Figure figure;
  figure.name = "verify";
  figure.work =
      "every rule of docs/formats/log.md on every record of an embedded log, one thread; rates are of a second "
      "of processor time";
  figure.unit = "records/s";
  figure.baseline = "the same records read with one cursor and hashed once with OpenSSL's SHA-256";
  figure.floor = {{}, 500'000};
  figure.goal = {{}, 1'500'000};
  const std::string log = scratch / "data/log";
  in_turns(options.turns(5), figure, [&] { return verified(log, options.folder); }, [&] { return hashed(log); });
  figure.facts = {{"records", static_cast<double>(records)},
                  {"records/s of the wall", figure.ours[0].work / figure.ours[0].seconds}};
  return {figure};
}

}  // namespace custody
