// The real `custody` binary in tests: commands that run to their end, and services that run until they are told to end.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "ledger/log/kafka_topics.h"

namespace custody {

using Words = std::vector<std::string>;
Words operator+(Words left, const Words& right);

struct ProgramRun {
  int status = -1;
  std::string out, err;
};
// `custody WORDS`, with `input` on its standard input.
ProgramRun custody(const Words& words, const std::string& input = "");

// --kafka, --ledger and, where it is one broker, --single-broker.
Words kafka_flags(const KafkaLogConfig& config);

// `custody serve` on a port of its own.
class Service {
 public:
  // Returns when it listens; throws with what it said where it does not.
  explicit Service(const Words& flags);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();  // SIGKILL, if it still runs

  const std::string& url() const { return url_; }
  void signal(int number) const;
  void kill();
  int end();  // SIGTERM; returns its exit status
  bool running() const;

 private:
  int wait();
  pid_t pid_ = -1;
  int out_ = -1;
  std::string url_;
};

struct HttpAnswer {
  int status = 0;  // 0 = the connection ended without one
  std::string head, body;
};

// One request on a connection of its own. Sent at once; the answer is read when it is asked for.
class HttpCall {
 public:
  HttpCall(const std::string& url, const std::string& method, const std::string& target, const std::string& type = "",
           const std::string& body = "");
  HttpCall(HttpCall&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  HttpCall& operator=(HttpCall&&) = delete;
  ~HttpCall();
  HttpAnswer answer();  // waits up to two minutes

 private:
  int socket_ = -1;
};
HttpAnswer http_get(const std::string& url, const std::string& target);

}  // namespace custody
