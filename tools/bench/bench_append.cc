// From structs to durable, embedded, while the sealer seals what was taken: in batches, and one by one.
#include "tools/bench/bare_lmdb.h"
#include "tools/bench/benches.h"
#include "tools/bench/made_events.h"
#include "tools/bench/running.h"
#include "tools/bench/scratch.h"

namespace custody {
namespace {

constexpr size_t kBatch = 256;

// Every event is made into its entry here, as a gateway would; the log returns when the batch is durable.
double take(Node& node, uint64_t count, size_t batch) {
  std::vector<std::string> entries;
  std::vector<IntakeAppend> appends;
  for (uint64_t begin = 0; begin < count; begin += batch) {
    entries.clear();
    appends.clear();
    const int64_t now = system_clock().now_us();
    for (uint64_t n = begin; n < std::min(count, begin + batch); ++n)
      entries.push_back(intake_entry_of(made_event(1, n), {}, now));
    for (const std::string& entry : entries) appends.push_back({0, entry});
    node.log().append_intake(appends);
  }
  return static_cast<double>(count);
}

Figure run(const BenchOptions& options, Figure figure, uint64_t count, size_t batch) {
  std::vector<std::string> rows;
  for (uint64_t n = 0; n < count; ++n) rows.push_back(intake_entry_of(made_event(1, n), {}, 0));
  std::vector<double> sealed;
  const auto ours = [&] {
    const Scratch scratch(options.folder);
    const auto node = start_node(scratch / "data", {Role::kSealer});
    Sample taken;
    const Sample all = timed([&] {
      taken = timed([&] { return take(*node, count, batch); });
      wait_for_sealed(*node, count);
      return static_cast<double>(count);
    });
    sealed.push_back(all.value);
    taken.cpu_seconds = all.cpu_seconds;  // sealing is part of what an event costs
    return taken;
  };
  const auto base = [&] {
    const Scratch scratch(options.folder);
    return bare_append(scratch / "bare", rows, batch);
  };
  in_turns(options.turns(5), figure, ours, base);
  figure.facts = {{"events a turn", static_cast<double>(count)},
                  {"bytes of an entry", static_cast<double>(rows[0].size())},
                  {"sealed and read back, events/s", spread(sealed).median}};
  return figure;
}

}  // namespace

std::vector<Figure> bench_append(const BenchOptions& options) {
  Figure figure;
  figure.name = "append";
  figure.work =
      "structs -> statement, stamp, intake entry -> durable in the embedded intake, 256 a call, one caller; tail, "
      "sealer "
      "and rounds of the ledger seal them meanwhile";
  figure.unit = "events/s";
  figure.baseline = "bare LMDB: the same entries appended, 256 a transaction, each synced";
  figure.floor = {0.3, 100'000};
  figure.goal = {0.6, 300'000};
  return {run(options, figure, options.count(200'000, 1'024), kBatch)};
}

std::vector<Figure> bench_commit(const BenchOptions& options) {
  Figure figure;
  figure.name = "commit";
  figure.work = "the same with one event a call: one writer, each event durable before the next; sealed meanwhile";
  figure.unit = "events/s";
  figure.baseline = "bare LMDB: one row a transaction, each synced";
  figure.floor = {0.5, {}};
  figure.goal = {0.9, {}};
  return {run(options, figure, options.count(5'000, 50), 1)};
}

}  // namespace custody
