// What an evidence bundle costs: made by a service over a large ledger, and checked by the program.
#include <chrono>
#include <thread>

#include "ledger/base/file.h"
#include "ledger/proof/bundle_judge.h"
#include "tools/bench/benches.h"
#include "tools/bench/running.h"
#include "tools/bench/scratch.h"
#include "tools/node/home.h"

namespace custody {
namespace {

constexpr std::string_view kOrder = R"({"by":"actor","what":"person:clerk-0001"})";  // one event of a thousand
constexpr size_t kMostProofs = 1'000;

std::string body_of(const std::string& answer) {
  const size_t head = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 200") || head == std::string::npos)
    throw Error(ErrorCode::kUnavailable, "the service answered " + answer.substr(0, 300));
  return answer.substr(head + 4);
}

double mib(uint64_t bytes) {
  return static_cast<double>(bytes) / (1024 * 1024);
}

// The most anonymous memory that a process has while `work` is done, beyond what it had before.
uint64_t most_beyond(const Child& process, const std::function<void()>& work) {
  const uint64_t before = process.memory().anonymous_bytes;
  uint64_t most = before;
  std::jthread watch([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      most = std::max(most, process.memory().anonymous_bytes);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
  work();
  watch.request_stop();
  watch.join();
  return most - before;
}

struct Made {
  std::string bundle;
  std::vector<std::string> proofs;  // of single records of it
};

Figure bench_making(const BenchOptions& options, Service& service, Made& made) {
  Figure figure;
  figure.name = "bundle";
  figure.unit = "records/s";
  figure.baseline = "the proofs of single records of it, asked for one after another";
  figure.floor = {{}, 2'500};
  figure.goal = {{}, 10'000};
  const auto make = [&] {
    return timed([&] {
      made.bundle = body_of(http_post(service.port(), "/v1/bundles", "application/json", std::string(kOrder)));
      return static_cast<double>(decode_bundle(made.bundle).records.size());
    });
  };
  make();  // so that the first turn has records to prove
  const auto prove = [&] {
    const Bundle bundle = decode_bundle(made.bundle);
    made.proofs.clear();
    return timed([&] {
      for (const std::string_view record : bundle.records) {
        if (made.proofs.size() == kMostProofs) break;
        const Seal seal = decode_seal(record);
        made.proofs.push_back(body_of(
            http_get(service.port(), "/v1/proofs/" + std::to_string(seal.shard) + "/" + std::to_string(seal.seq))));
      }
      return static_cast<double>(made.proofs.size());
    });
  };
  in_turns(options.turns(5), figure, make, prove);
  const uint64_t memory = most_beyond(service.process(), make);
  std::vector<double> seconds;
  for (const Sample& sample : figure.ours) seconds.push_back(sample.seconds);
  figure.facts = {{"records", static_cast<double>(decode_bundle(made.bundle).records.size())},
                  {"seconds", spread(seconds).median},
                  {"bytes", static_cast<double>(made.bundle.size())},
                  {"anonymous memory of the service beyond before, MiB", mib(memory)}};
  return figure;
}

Figure bench_checking(const BenchOptions& options, const Scratch& scratch, const VerifierKey& key, const Made& made) {
  write_file_durably(scratch / "made.evidence", made.bundle);
  write_file_durably(scratch / "operator.vkey", key.text() + "\n");
  const std::string command = "exec '" + options.program + "' check '" + scratch / "made.evidence" + "' --trust '" +
                              scratch / "operator.vkey" + "' >/dev/null";
  const auto records = static_cast<double>(decode_bundle(made.bundle).records.size());
  Figure figure;
  figure.name = "bundle-check";
  figure.work = "`custody check` of that bundle, its text to nowhere, as a process from its start to its end";
  figure.unit = "records/s";
  figure.baseline = "the proofs of single records of it judged one after another, in this process";
  figure.floor = {{}, 5'000};
  figure.goal = {{}, 33'334};
  const auto check = [&] {
    return timed([&] {
      if (Child("/bin/sh", {"-c", command}).wait() != 0) throw Error(ErrorCode::kStore, "the bundle does not hold");
      return records;
    });
  };
  const auto judge = [&] {
    return timed([&] {
      for (const std::string& proof : made.proofs)
        if (judge_record_proof(proof, {&key, 1}).kind != ProofVerdict::kProved)
          throw Error(ErrorCode::kStore, "a proof does not hold");
      return static_cast<double>(made.proofs.size());
    });
  };
  in_turns(options.turns(5), figure, check, judge);
  Child child("/bin/sh", {"-c", command});
  const Memory most = child.watch_to_end();
  std::vector<double> seconds;
  for (const Sample& sample : figure.ours) seconds.push_back(sample.seconds);
  figure.facts = {{"seconds", spread(seconds).median}, {"anonymous memory, MiB", mib(most.anonymous_bytes)}};
  return figure;
}

}  // namespace

std::vector<Figure> bench_bundle(const BenchOptions& options) {
  const uint64_t records = options.count(10'000'000, 5'000);
  const Scratch scratch(options.folder);
  say("bundle: making a ledger of " + std::to_string(records) + " records");
  make_big_ledger(scratch / "data", records);
  Service service(options.program, scratch / "data");
  service.wait_ready();
  say("bundle: waiting for index, tree and views of it");
  while (!views_at_end(service.port())) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const std::string checkpoints = body_of(http_get(service.port(), "/v1/checkpoints"));
  const size_t at = checkpoints.find("\"vkey\":\"") + 8;
  const VerifierKey key = parse_vkey(checkpoints.substr(at, checkpoints.find('"', at) - at));
  Made made;
  std::vector<Figure> figures;
  figures.push_back(bench_making(options, service, made));
  figures.back().work = "an evidence bundle of one actor's records out of " + std::to_string(records) +
                        ", asked for of a running service over HTTP";
  figures.push_back(bench_checking(options, scratch, key, made));
  service.process().terminate();
  return figures;
}

}  // namespace custody
