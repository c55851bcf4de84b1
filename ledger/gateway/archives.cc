#include "ledger/gateway/archives.h"

#include <algorithm>

namespace custody {
namespace {

constexpr size_t kKept = 65'536;

Tail& tail_of(const std::vector<Tail*>& tails, const SubjectId& subject) {
  return *tails[shard_of("archive.opened", subject, "", static_cast<uint32_t>(tails.size()))];
}

}  // namespace

bool Archives::has(const SubjectId& subject) {
  {
    const std::lock_guard lock(mutex_);
    if (known_.contains(subject)) return true;
  }
  const Tail& tail = tail_of(tails_, subject);
  bool sealed = tail.has_archive(subject);
  if (!sealed) {
    if (is_on_its_way(tail, subject)) return true;
    check_nothing_before(tail);
    sealed = tail.has_archive(subject);
  }
  const std::lock_guard lock(mutex_);
  on_the_way_.erase(subject);
  if (known_.size() >= kKept) known_.clear();
  if (sealed) known_.insert(subject);
  return sealed;
}

// One whose id is known, while it opened nothing, ended in a conflict.
bool Archives::is_on_its_way(const Tail& tail, const SubjectId& subject) {
  const std::lock_guard lock(mutex_);
  const auto at = on_the_way_.find(subject);
  return at != on_the_way_.end() && !tail.find(at->second);
}

// What an earlier life of this gateway took may open an archive when its turn comes.
void Archives::check_nothing_before(const Tail& tail) {
  const auto unknown = [](const std::string& why) {
    return Error(ErrorCode::kUnavailable, "whether a customer has an archive cannot be told yet: " + why);
  };
  if (!tail.caught_up()) throw unknown("the log is being read");
  std::unique_lock lock(mutex_);
  auto at = before_.find(tail.shard());
  if (at == before_.end()) {
    lock.unlock();
    const uint64_t end = log_.intake_end(tail.shard());
    lock.lock();
    at = before_.emplace(tail.shard(), end).first;
  }
  if (tail.state().head.intake < at->second) throw unknown("events taken before it started wait for the sealer");
}

void Archives::taken(const SubjectId& subject, const EventId& opening) {
  const std::lock_guard lock(mutex_);
  on_the_way_.emplace(subject, opening);
  if (on_the_way_.size() < std::max(kKept, sweep_at_)) return;
  std::erase_if(on_the_way_, [this](const auto& one) { return tail_of(tails_, one.first).find(one.second); });
  sweep_at_ = 2 * on_the_way_.size();
}

}  // namespace custody
