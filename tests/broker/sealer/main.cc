// A sealer as a process of its own, for tests that kill, stop and overtake it: BOOTSTRAP LEDGER FOLDER. Says "ready"
// when its first term has begun, and ends at SIGTERM.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "ledger/log/kafka_log.h"
#include "ledger/seal/rounds.h"

namespace {

using namespace custody;

volatile std::sig_atomic_t end_wanted = 0;

int run(const std::string& bootstrap, const std::string& ledger, const std::string& folder) {
  KafkaLogConfig config;
  config.connection.bootstrap = bootstrap;
  config.ledger = ledger;
  const auto log = KafkaLog::open(config);
  std::vector<std::unique_ptr<Tail>> tails;
  std::vector<Tail*> views;
  for (uint32_t shard = 0; shard < log->descriptor().shards; ++shard) {
    tails.push_back(std::make_unique<Tail>(*log, shard, folder + "/tail" + std::to_string(shard)));
    views.push_back(tails.back().get());
  }
  std::vector<std::unique_ptr<ShardSealer>> sealers;
  for (Tail* tail : views) {
    sealers.push_back(std::make_unique<ShardSealer>(*log, *tail, *views[0], system_clock(), SealerOptions{}));
  }
  RoundKeeper rounds(
      *log, views, *sealers[0],
      Signer::open(Ed25519PrivateKey::from_seed(std::string(32, 's')), log->descriptor(), folder + "/signed"), {});
  tails[0]->add(rounds);
  for (const auto& tail : tails) tail->start();
  for (const auto& sealer : sealers) sealer->start();
  rounds.start();
  bool said = false;
  while (end_wanted == 0) {
    bool ready = true;
    for (const auto& sealer : sealers) ready = ready && sealer->status().ready;
    if (ready && !said) {
      std::puts("ready");
      std::fflush(stdout);
      said = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  rounds.stop();
  for (const auto& sealer : sealers) sealer->stop();
  for (const auto& tail : tails) tail->stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::signal(SIGTERM, [](int) { end_wanted = 1; });
  try {
    return run(argv[1], argv[2], argv[3]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "sealer: %s\n", e.what());
    return 1;
  }
}
