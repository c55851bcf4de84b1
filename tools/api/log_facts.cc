#include "tools/api/log_facts.h"

#include "ledger/base/error.h"

namespace custody {

LogFacts::~LogFacts() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::optional<LogFacts::Known> LogFacts::get(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  const uint64_t mine = wanted_ = begun_ + 1;  // one under way may have been answered before this was asked
  changed_.notify_all();
  changed_.wait_for(lock, patience, [&] { return answered_ >= mine; });
  return known_;
}

void LogFacts::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || wanted_ > begun_; });
    if (stopping_) return;
    ++begun_;
    lock.unlock();
    std::optional<Known> answer;
    try {
      answer = ask_();
    } catch (const Error&) {  // what was last known stands
    }
    lock.lock();
    if (answer) known_ = std::move(answer);
    answered_ = begun_;
    changed_.notify_all();
  }
}

}  // namespace custody
