#include "ledger/log/kafka_watch.h"

#include "ledger/base/error.h"

namespace custody {
namespace {

constexpr std::chrono::milliseconds kInterval{1000};
constexpr std::chrono::milliseconds kQuickInterval{200};
// A broker that has just started may not know a topic yet; gone is what is missing again and again.
constexpr int kMissesThatCount = 3;

}  // namespace

KafkaWatch::KafkaWatch(KafkaAdmin admin, Ids expected, std::vector<KafkaPlace> whole)
    : admin_(std::move(admin)), expected_(std::move(expected)), whole_(std::move(whole)) {}

KafkaWatch::~KafkaWatch() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void KafkaWatch::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void KafkaWatch::check() const {
  if (!broken_.load(std::memory_order_acquire)) return;
  std::lock_guard lock(mutex_);
  throw Error(ErrorCode::kStore, verdict_);
}

std::string KafkaWatch::trouble() const {
  std::lock_guard lock(mutex_);
  return verdict_.empty() ? trouble_ : verdict_;
}

void KafkaWatch::suspect() {
  std::lock_guard lock(mutex_);
  if (asked_ == answered_) asked_ += 1;
  changed_.notify_all();
}

void KafkaWatch::confirm(std::chrono::milliseconds limit) {
  {
    std::unique_lock lock(mutex_);
    const uint64_t mine = asked_ += kMissesThatCount;
    changed_.notify_all();
    changed_.wait_for(lock, limit, [&] { return answered_ >= mine || !verdict_.empty(); });
  }
  check();
}

void KafkaWatch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::string verdict;
    bool answered = true;
    try {
      verdict = look();
    } catch (const Error& error) {
      answered = false;  // brokers away: of the topics nothing is known, so nothing is said
      seen_trouble_ = error.what();
    }
    std::unique_lock lock(mutex_);
    trouble_ = seen_trouble_;
    if (!verdict.empty()) {
      verdict_ = verdict;
      broken_.store(true, std::memory_order_release);
      changed_.notify_all();
      return;
    }
    if (answered && answered_ < asked_) ++answered_;
    changed_.notify_all();
    const bool hurry = answered_ < asked_ || !missed_.empty();
    const uint64_t before = asked_;
    changed_.wait_for(lock, stop, hurry ? kQuickInterval : kInterval, [&] { return asked_ != before; });
  }
}

std::string KafkaWatch::look() {
  std::vector<std::string> names;
  for (const auto& [name, id] : expected_) names.push_back(name);
  const auto topics = admin_.describe(names);
  seen_trouble_.clear();
  for (size_t i = 0; i < names.size(); ++i) {
    if (topics[i]) {
      missed_.erase(names[i]);
      judge_copies(*topics[i]);
      if (topics[i]->id == expected_.at(names[i])) continue;
      return "topic " + names[i] + " was deleted and made anew: what it held is gone. Stop, and restore it from a copy";
    }
    if (++missed_[names[i]] >= kMissesThatCount) {
      return "topic " + names[i] + " was deleted. Stop, and restore it from a copy";
    }
  }
  return missed_.empty() ? look_at_begins() : "";
}

// What must be there for an append: a leader, and two copies in step where there are several.
void KafkaWatch::judge_copies(const KafkaTopic& topic) {
  for (const KafkaPartition& partition : topic.partitions) {
    const std::string place = to_text(KafkaPlace{topic.name, partition.id});
    if (!partition.has_leader)
      seen_trouble_ = place + " has no leader at the moment";
    else if (partition.replicas > 1 && partition.in_sync < 2)
      seen_trouble_ = "of " + place + " only one copy of " + std::to_string(partition.replicas) + " is in step";
  }
}

std::string KafkaWatch::look_at_begins() {
  const std::vector<int64_t> begins = admin_.earliest(whole_);
  for (size_t i = 0; i < whole_.size(); ++i) {
    if (begins[i] <= 0) continue;
    return to_text(whole_[i]) + ": everything before " + std::to_string(begins[i]) +
           " was deleted. Stop, and restore the topic from a copy";
  }
  return "";
}

}  // namespace custody
