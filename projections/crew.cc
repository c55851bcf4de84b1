#include "projections/crew.h"

namespace custody {

Crew::Crew(Log& log, std::shared_ptr<ViewStore> store, const ProjectorOptions& options, std::function<void()> changed)
    : log_(log), store_(std::move(store)), options_(options), changed_(std::move(changed)) {
  for (uint32_t shard = 0; shard < store_->shards(); ++shard)
    progress_.push_back(progress_of(store_->shard(shard), shard));
}

void Crew::start() {
  if (running_) return;
  running_ = true;
  gate_.reset(store_->shard(0).cursor().next_seq);
  for (uint32_t shard = 0; shard < store_->shards(); ++shard) {
    note(progress_of(store_->shard(shard), shard));
    workers_.push_back(std::make_unique<ShardWorker>(log_, store_->shard(shard), shard, gate_, options_.batch_records,
                                                     [this](const ShardProgress& progress) { note(progress); }));
  }
  for (const auto& worker : workers_) threads_.emplace_back([&worker = *worker] { worker.run(); });
}

void Crew::stop() {
  for (const auto& worker : workers_) worker->request_stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  workers_.clear();
  running_ = false;
}

void Crew::note(const ShardProgress& progress) {
  {
    const std::lock_guard lock(mutex_);
    progress_[progress.shard] = progress;
  }
  changed_();
}

std::vector<ShardProgress> Crew::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

std::optional<bool> Crew::reached(const std::vector<uint64_t>& sizes) const {
  const std::lock_guard lock(mutex_);
  std::optional<bool> answer = true;
  for (const ShardProgress& shard : progress_) {
    if (shard.shard >= sizes.size() || shard.next_seq >= sizes[shard.shard]) continue;
    if (shard.stopped) return false;
    answer.reset();
  }
  return answer;
}

}  // namespace custody
