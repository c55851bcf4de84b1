// What only the log can tell, and on Kafka only its brokers. A thread of its own asks, so that nobody who wants to know
// how the ledger is waits for a broker that is away.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace custody {

class LogFacts {
 public:
  struct Known {
    std::vector<uint64_t> intake_end;       // of each shard
    std::optional<std::string> checkpoint;  // of shard 0 that is handed out
  };
  // `ask` may block, and may throw Error; it outlives this.
  explicit LogFacts(std::function<Known()> ask) : ask_(std::move(ask)) {}
  ~LogFacts();  // waits for an answer under way
  LogFacts(const LogFacts&) = delete;
  LogFacts& operator=(const LogFacts&) = delete;

  // Asked for anew where the answer comes within `patience`; else what was last known, if anything. One that comes late
  // is there for the next who wants to know.
  std::optional<Known> get(std::chrono::milliseconds patience);

 private:
  void run();

  std::function<Known()> ask_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t wanted_ = 0, begun_ = 0, answered_ = 0;  // questions, by number
  bool stopping_ = false;
  std::optional<Known> known_;
  std::thread thread_;  // from the first question on
};

}  // namespace custody
