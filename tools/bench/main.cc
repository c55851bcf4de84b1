// custody-bench, which `custody bench` runs.
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "ledger/base/error.h"
#include "tools/bench/benches.h"

namespace custody {

const std::vector<Bench>& benches() {
  static const std::vector<Bench> all = {
      {"append", "structs to durable in the embedded intake, batches of 256", false, bench_append},
      {"commit", "the same one by one, each durable before the next", false, bench_commit},
      {"http", "HTTP NDJSON to sealed, events without values", false, bench_http},
      {"http-values", "HTTP NDJSON to sealed, events with four values", false, bench_http_values},
      {"values", "commitments and encryption of four values", false, bench_values},
      {"trees", "sealing while the tree is stored", false, bench_trees},
      {"proofs", "inclusion proofs out of a large tree", false, bench_proofs},
      {"completeness", "proofs that a customer has no other rows", false, bench_completeness},
      {"bundle", "an evidence bundle out of a large ledger, made and checked", false, bench_bundle},
      {"verify", "re-reading and re-computing a log", false, bench_verify},
      {"rebuild", "folding the three views anew", false, bench_rebuild},
      {"kafka", "intake to sealed over one broker, exactly once", true, bench_kafka},
      {"kafka-latency", "intake to sealed visible over one broker at 200 events/s", true, bench_kafka_latency},
      {"memory-serve", "memory of `custody serve` on a large ledger", false, bench_memory_serve},
      {"memory-verify", "memory of `custody verify` on two sizes", false, bench_memory_verify},
      {"memory-import", "memory of `custody import` on two sizes", false, bench_memory_import},
  };
  return all;
}

namespace {

uint64_t number_of(const std::string& flag, const std::string& text) {
  char* end = nullptr;
  const unsigned long long number = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || number == 0) throw Error(ErrorCode::kUsage, flag + " wants a number above 0");
  return number;
}

struct Call {
  BenchOptions options;
  std::vector<std::string> names;
};

Call read_call(const std::vector<std::string>& words) {
  Call call;
  call.options.folder = std::filesystem::temp_directory_path();
  call.options.program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "custody";
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 == words.size()) throw Error(ErrorCode::kUsage, word + " wants a value");
      return words[++i];
    };
    if (word == "--json")
      call.options.json = true;
    else if (word == "--smoke")
      call.options.smoke = true;
    else if (word == "--rounds")
      call.options.rounds = number_of(word, value());
    else if (word == "--events")
      call.options.events = number_of(word, value());
    else if (word == "--folder")
      call.options.folder = value();
    else if (word == "--kafka")
      call.options.kafka = value();
    else if (word.starts_with("-"))
      throw Error(ErrorCode::kUsage, "there is no flag " + word);
    else
      call.names.push_back(word);
  }
  return call;
}

void list() {
  for (const Bench& bench : benches())
    std::printf("%-14s %s%s\n", bench.name.c_str(), bench.summary.c_str(), bench.needs_kafka ? " (--kafka)" : "");
  std::printf("\n`custody bench NAME ...` or `custody bench all` runs them; docs/PERFORMANCE.md has figures.\n");
}

void run(const Bench& bench, const BenchOptions& options) {
  if (bench.needs_kafka && options.kafka.empty())
    throw Error(ErrorCode::kUsage, bench.name + " wants --kafka HOST:PORT");
  for (const Figure& figure : bench.run(options)) {
    std::printf("%s\n", (options.json ? figure_json(figure) : figure_text(figure)).c_str());
    std::fflush(stdout);
  }
}

// The path a ledger was made in, for who wants one to try things on.
int make_ledger(const Call& call) {
  if (call.names.size() != 2) throw Error(ErrorCode::kUsage, "make-ledger wants a data folder that does not exist");
  make_big_ledger(call.names[1], call.options.count(1'000'000, 2'000));
  return 0;
}

int run_all(const Call& call) {
  if (call.names.empty()) return list(), 0;
  if (call.names[0] == "make-ledger") return make_ledger(call);
  const bool all = call.names.size() == 1 && call.names[0] == "all";
  for (const std::string& name : call.names) {
    bool known = all;
    for (const Bench& bench : benches()) known = known || bench.name == name;
    if (!known) throw Error(ErrorCode::kUsage, "there is no benchmark " + name + "; `custody bench` lists them");
  }
  for (const Bench& bench : benches()) {
    if (all && bench.needs_kafka && call.options.kafka.empty()) {
      say(bench.name + " is left out: it wants --kafka HOST:PORT");
      continue;
    }
    for (const std::string& name : call.names)
      if (all || bench.name == name) run(bench, call.options);
  }
  return 0;
}

}  // namespace
}  // namespace custody

int main(int argc, char** argv) {
  try {
    return custody::run_all(custody::read_call({argv + 1, argv + argc}));
  } catch (const custody::Error& error) {
    std::fprintf(stderr, "custody bench: %s\n", error.what());
    return custody::exit_status(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "custody bench: %s\n", error.what());
    return 4;
  }
}
