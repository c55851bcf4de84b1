// Folding the views anew beside the live ones, digests compared and swapped, as `custody rebuild` does.
#include "ledger/log/lmdb_log.h"
#include "projections/projector.h"
#include "tools/bench/bare_lmdb.h"
#include "tools/bench/benches.h"
#include "tools/bench/scratch.h"

namespace custody {
namespace {

std::vector<std::string> records_of(Log& log) {
  std::vector<std::string> rows;
  const auto reader = log.read_sealed(0, 0);
  while (const auto item = reader->next(std::chrono::milliseconds(0))) rows.emplace_back(item->record);
  return rows;
}

}  // namespace

std::vector<Figure> bench_rebuild(const BenchOptions& options) {
  const Scratch scratch(options.folder);
  const uint64_t records = options.count(300'000, 2'000);
  say("rebuild: making a ledger of " + std::to_string(records) + " records");
  make_big_ledger(scratch / "data", records);
  const auto log = LmdbLog::open(scratch / "data/log");
  const auto projector = Projector::open(scratch / "views", *log);
  const std::vector<std::string> rows = records_of(*log);
  Figure figure;
  figure.name = "rebuild";
  const Sample first = timed([&] {
    projector->start();
    if (!projector->wait_until({rows.size()}, std::chrono::hours(1)))
      throw Error(ErrorCode::kStore, "the views do not come to the end of the log");
    return static_cast<double>(rows.size());
  });
  figure.work = "the three views folded anew, loaded, digests of all rows compared with the live views, swapped";
  figure.unit = "records/s";
  figure.baseline = "bare LMDB: the records alone appended, 4,096 a transaction, each synced";
  figure.floor = {{}, 100'000};
  figure.goal = {{}, 300'000};
  const auto ours = [&] {
    return timed([&] {
      const RebuildReport report = projector->rebuild();
      if (!report.swapped) throw Error(ErrorCode::kStore, "the rebuilt views differ");
      return static_cast<double>(report.records);
    });
  };
  const auto base = [&] {
    const Scratch bare(options.folder);
    return bare_append(bare / "bare", rows, 4096);
  };
  in_turns(options.turns(5), figure, ours, base);
  figure.facts = {{"records", static_cast<double>(rows.size())}, {"first, live fold, records/s", first.value}};
  return {figure};
}

}  // namespace custody
