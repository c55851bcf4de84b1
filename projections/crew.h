// The workers of one generation: one thread a shard, and what they reported last.
#pragma once

#include <thread>

#include "projections/worker.h"

namespace custody {

class Crew {
 public:
  // `changed` is called from workers' threads after each report.
  Crew(Log& log, std::shared_ptr<ViewStore> store, const ProjectorOptions& options, std::function<void()> changed);
  ~Crew() { stop(); }
  void start();
  void stop();
  bool running() const { return running_; }
  std::vector<ShardProgress> progress() const;
  // True: every shard has folded so many records; false: one that has not has stopped; nullopt: not yet.
  std::optional<bool> reached(const std::vector<uint64_t>& sizes) const;

 private:
  void note(const ShardProgress& progress);
  Log& log_;
  std::shared_ptr<ViewStore> store_;
  ProjectorOptions options_;
  std::function<void()> changed_;
  RegistryGate gate_;
  std::vector<std::unique_ptr<ShardWorker>> workers_;
  std::vector<std::thread> threads_;
  std::atomic<bool> running_ = false;
  mutable std::mutex mutex_;
  std::vector<ShardProgress> progress_;
};

}  // namespace custody
