// How much memory programs need beyond the mapped pages of files, and that it does not grow with the log.
#include <fstream>
#include <thread>

#include "ledger/codec/json.h"
#include "tools/bench/benches.h"
#include "tools/bench/made_events.h"
#include "tools/bench/running.h"
#include "tools/bench/scratch.h"

namespace custody {
namespace {

constexpr double kMiB = 1024 * 1024;

Sample sample_of(const Memory& memory, uint64_t work, double seconds) {
  Sample sample;
  sample.work = static_cast<double>(work);
  sample.seconds = seconds;
  sample.value = static_cast<double>(memory.anonymous_bytes) / kMiB;
  return sample;
}

double mib(uint64_t bytes) {
  return static_cast<double>(bytes) / kMiB;
}

void keep_most(Memory& most, const Memory& now) {
  most.resident_bytes = std::max(most.resident_bytes, now.resident_bytes);
  most.anonymous_bytes = std::max(most.anonymous_bytes, now.anonymous_bytes);
}

struct Served {
  Memory catching_up;  // the most, until tail and views stand at the end of the log
  Memory loaded;       // the most, while events come and questions are asked
  double seconds = 0;
};

Served serve(const BenchOptions& options, const std::string& data) {
  Served served;
  const Sample whole = timed([&] {
    Service service(options.program, data);
    std::jthread watch([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        keep_most(served.catching_up, service.process().memory());
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    });
    service.wait_ready();
    while (!views_at_end(service.port())) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    watch.request_stop();
    watch.join();
    for (int batch = 0; batch < (options.smoke ? 1 : 40); ++batch) {
      std::string lines;
      for (uint64_t n = 0; n < 512; ++n) lines += made_json(7, static_cast<uint64_t>(batch) * 512 + n) + "\n";
      http_post(service.port(), "/v1/events?wait=sealed", "application/x-ndjson", lines);
      http_get(service.port(), "/v1/activity?actor=person:clerk-0001");
      http_get(service.port(), "/v1/records?from=0&limit=1000");
      keep_most(served.loaded, service.process().memory());
    }
    service.process().terminate();
    return 1.0;
  });
  served.seconds = whole.seconds;
  return served;
}

}  // namespace

std::vector<Figure> bench_memory_serve(const BenchOptions& options) {
  const uint64_t records = options.count(10'000'000, 2'000);
  const uint64_t few = std::min<uint64_t>(records, 1'000);
  const Scratch scratch(options.folder);
  say("memory-serve: making a ledger of " + std::to_string(records) + " records");
  make_big_ledger(scratch / "large", records);
  make_big_ledger(scratch / "small", few);
  Figure figure;
  figure.name = "memory-serve";
  figure.work =
      "`custody serve` over a ledger of " + std::to_string(records) +
      " records: the most anonymous memory (smaps_rollup) while index and views are made from nothing, and under "
      "load after that";
  figure.unit = "MiB";
  figure.baseline = "the same over a ledger of " + std::to_string(few) + " records";
  figure.floor = {{}, 256};
  figure.less_is_better = true;
  say("memory-serve: small");
  const Served small = serve(options, scratch / "small");
  say("memory-serve: large");
  const Served large = serve(options, scratch / "large");
  const auto most = [](const Served& served) {
    Memory memory = served.catching_up;
    keep_most(memory, served.loaded);
    return memory;
  };
  figure.base.push_back(sample_of(most(small), few, small.seconds));
  figure.ours.push_back(sample_of(most(large), records, large.seconds));
  figure.facts = {{"catching up, MiB", mib(large.catching_up.anonymous_bytes)},
                  {"under load, MiB", mib(large.loaded.anonymous_bytes)},
                  {"resident with mapped pages, MiB", mib(most(large).resident_bytes)},
                  {"seconds", large.seconds}};
  return {figure};
}

std::vector<Figure> bench_memory_verify(const BenchOptions& options) {
  const uint64_t records = options.count(10'000'000, 5'000);
  Figure figure;
  figure.name = "memory-verify";
  figure.work = "`custody verify` of " + std::to_string(records) + " records: the most anonymous memory";
  figure.unit = "MiB";
  figure.baseline = "the same of a tenth of the records";
  figure.less_is_better = true;
  const auto verified = [&](uint64_t size) {
    const Scratch scratch(options.folder);
    say("memory-verify: " + std::to_string(size) + " records");
    make_big_ledger(scratch / "data", size);
    Child child(options.program, {"verify", "--data", scratch / "data", "--keys", scratch / "data.keys", "--json"});
    Memory most;
    Sample sample = timed([&] {
      most = child.watch_to_end();
      return static_cast<double>(size);
    });
    if (child.wait() != 0) throw Error(ErrorCode::kStore, "verify failed");
    return sample_of(most, size, sample.seconds);
  };
  figure.base.push_back(verified(records / 10));
  figure.ours.push_back(verified(records));
  figure.facts = {{"records/s, all processors", figure.ours[0].work / figure.ours[0].seconds}};
  return {figure};
}

namespace {

// A mapping of one rule over NDJSON lines, and the lines.
constexpr const char* kMapping = R"(format = 1
[event]
source = "urn:example:bench"
time = { as = "time", from = "{when}" }
[[rule]]
type = "data.accessed"
id = "{id}"
actor = "person:{by}"
step = "step:desk"
data = { mode = "query", dataset = "dataset:crm", fields = { as = "list", from = "{fields}", split = ";" } }
)";

void write_export(const std::string& path, uint64_t lines) {
  std::ofstream file(path);
  for (uint64_t n = 0; n < lines; ++n)
    file << R"({"id":"row-)" << n << R"(","when":")" << to_rfc3339(made_event(1, n).time) << R"(","by":"clerk-)"
         << n % 1000 << R"(","fields":"name;phone"})" << "\n";
}

}  // namespace

std::vector<Figure> bench_memory_import(const BenchOptions& options) {
  const uint64_t lines = options.count(200'000, 1'000);
  Figure figure;
  figure.name = "memory-import";
  figure.work = "`custody import ndjson` of " + std::to_string(lines) +
                " lines into a running service: the importer's most "
                "anonymous memory";
  figure.unit = "MiB";
  figure.baseline = "the same of a tenth of the lines";
  figure.less_is_better = true;
  const Scratch scratch(options.folder);
  std::ofstream(scratch / "mapping.toml") << kMapping;
  Service service(options.program, scratch / "data");
  service.wait_ready();
  const auto imported = [&](uint64_t size) {
    say("memory-import: " + std::to_string(size) + " lines");
    write_export(scratch / "export.ndjson", size);
    Child child(options.program, {"import", "ndjson", "--map", scratch / "mapping.toml", scratch / "export.ndjson",
                                  "--url", service.url(), "--json"});
    Memory most;
    std::jthread drain([&] {
      while (!child.read_line().empty()) continue;
    });
    const Sample sample = timed([&] {
      most = child.watch_to_end();
      return static_cast<double>(size);
    });
    if (child.wait() != 0) throw Error(ErrorCode::kStore, "import failed");
    return sample_of(most, size, sample.seconds);
  };
  figure.base.push_back(imported(lines / 10));
  figure.ours.push_back(imported(lines));
  figure.facts = {{"lines/s", figure.ours[0].work / figure.ours[0].seconds}};
  service.process().terminate();
  return {figure};
}

}  // namespace custody
