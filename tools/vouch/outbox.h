// Sends letters to strangers over HTTP or HTTPS, several at a time, and does other work between them: all of it on one
// thread, that of run(). What comes back is bounded in bytes and time; a redirect is an answer like any other.
//
// Over TLS the machine's authorities vouch for the other side, or those in the file that CUSTODY_CA names.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "ledger/proof/submission.h"

namespace custody {

struct Letter {
  std::string url;
  std::string content_type;
  std::string body;
};

class Outbox {
 public:
  struct Limits {
    std::chrono::milliseconds answer{10'000};  // from the first look for the other side to the end of its answer
    size_t bytes = 64u << 10;                  // of the body of an answer
  };
  using Work = std::function<void()>;
  using Time = std::chrono::steady_clock::time_point;

  explicit Outbox(const Limits& limits);
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Error kUsage for what is no http:// or https:// address of a host.
  static void check_url(const std::string& url);

  // From any thread: does it on the thread of run().
  void tell(Work work);
  // From that thread. `done` is called there, unless run() has been stopped.
  void post(Letter letter, std::function<void(OutsideReply)> done);
  // From that thread: does it then, instead of what it was asked to do later before.
  void later(Time when, Work work);

  // Until stop(), which any thread may call; what is under way is given up.
  void run();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace custody
