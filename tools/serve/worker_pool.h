// Threads that answer requests, which may block. The queue is bounded: who finds it full is told to come again.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace custody {

class WorkerPool {
 public:
  WorkerPool(unsigned threads, size_t queue) : thread_count_(threads), queue_limit_(queue) {}
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void start();
  // Runs what is queued, then ends. Idempotent.
  void stop();
  // False where the queue is full or the pool has stopped. A job must not throw.
  bool submit(std::function<void()> job);
  size_t waiting() const;
  size_t working() const;

 private:
  void run();

  unsigned thread_count_;
  size_t queue_limit_;
  std::vector<std::thread> threads_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool running_ = false;
  size_t working_ = 0;
};

}  // namespace custody
