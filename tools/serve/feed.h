// The live stream's source: one thread reads what the tails have accepted and gives it to all subscribers.
//
// The log itself is the buffer. A subscription holds at most Limits::client_bytes of text; while it is full nothing
// more is read for it, and when it stays full for Limits::slow it ends, with a comment that says how to go on. So a
// client that lags costs no memory, and none is ever skipped a record.
//
// An event's id is its `shard:seq`; in a ledger of several shards followed by "/" and the next seq of every shard in
// order, "1:40/13,41,8": that is all it takes to go on exactly where the connection broke.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "ledger/log/log.h"
#include "ledger/seal/tail.h"

namespace custody {

// What one client of the stream still has to be sent.
class Subscription {
 public:
  // Moves out what there is; `ended` once no more will come.
  std::string take(bool& ended);

 private:
  friend class Feed;
  std::vector<uint64_t> next_;   // per shard; of the feed's thread, like the readers
  std::set<std::string> types_;  // empty = all
  std::vector<std::unique_ptr<SealedReader>> readers_;
  std::chrono::steady_clock::time_point full_since_{};
  std::string last_id_;

  std::mutex mutex_;
  std::string text_;
  bool ended_ = false;
  bool gone_ = false;             // the client left
  std::function<void()> notify_;  // there is text; from the feed's thread
};

class Feed {
 public:
  struct Limits {
    size_t clients = 128;
    size_t client_bytes = 1u << 20;
    std::chrono::milliseconds slow{10'000};
  };
  Feed(Log& log, std::vector<Tail*> tails, Limits limits) : log_(log), tails_(std::move(tails)), limits_(limits) {}
  ~Feed() { stop(); }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  void start();
  // Ends all subscriptions.
  void stop();

  // From behind `last_id`, or from the live head where it is empty. kUsage for an id that is none, or beyond the log;
  // nullptr where all places are taken. `notify` is called from the feed's thread and must not block.
  std::shared_ptr<Subscription> subscribe(std::string_view last_id, std::set<std::string> types,
                                          std::function<void()> notify);
  void leave(const std::shared_ptr<Subscription>& subscription);
  size_t clients() const;
  uint64_t dropped() const { return dropped_; }

 private:
  struct Line {
    std::string type;
    std::string text;  // event and data; the id comes before it
  };
  struct Recent {  // the newest lines of a shard, shared by all who are near the head
    uint64_t begin = 0;
    std::deque<std::shared_ptr<const Line>> lines;
    std::unique_ptr<SealedReader> reader;
    uint64_t end() const { return begin + lines.size(); }
  };

  void run();
  bool serve(Subscription& to);  // true when there is more for it at once
  bool serve_shard(Subscription& to, uint32_t shard, std::string& out);
  void advance(uint32_t shard);
  std::shared_ptr<const Line> read_line(SealedReader& reader, uint32_t shard, uint64_t seq) const;
  void append(Subscription& to, uint32_t shard, const Line& line, std::string& out) const;
  void drop_if_slow(Subscription& to);
  std::vector<uint64_t> parse_place(std::string_view last_id) const;

  Log& log_;
  std::vector<Tail*> tails_;
  Limits limits_;
  std::vector<Recent> recent_;
  std::thread thread_;
  std::atomic<uint64_t> dropped_{0};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::shared_ptr<Subscription>> subscriptions_;
};

}  // namespace custody
