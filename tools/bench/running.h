// What is measured while it runs: a node in this process, or the custody program as one of its own.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/bench/bench.h"
#include "tools/node/node.h"

namespace custody {

// A new embedded ledger in `folder`, ready to take events; sealer and rounds run, and what else `roles` names.
std::unique_ptr<Node> start_node(const std::string& folder, std::set<Role> roles);
// The same over Kafka with one shard, not yet started.
std::unique_ptr<Node> open_kafka_node(const std::string& folder, const std::string& brokers, const std::string& ledger);
void wait_ready(const Node& node);
// Until the tail of shard 0 has read back this many records that are not the ledger's own. Error kUnavailable when it
// has not after ten minutes.
void wait_for_sealed(const Node& node, uint64_t events);

struct Memory {
  uint64_t resident_bytes = 0;   // with mapped pages of files
  uint64_t anonymous_bytes = 0;  // beyond them
};

// A child process; killed with the object.
class Child {
 public:
  Child(const std::string& program, const std::vector<std::string>& words);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  std::string read_line();  // of its standard output; empty at its end
  int wait();               // exit status
  void terminate();         // SIGTERM, and waits
  bool running();
  double cpu_seconds() const;
  Memory memory() const;  // zeros once it has ended
  // Looks ten times a second until it has ended; the largest it saw.
  Memory watch_to_end();

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int status_ = -1;
};

// `custody serve` on a free port of loopback over `data` (keys in data.keys); it answers when this returns.
class Service {
 public:
  Service(const std::string& program, const std::string& data);
  bool ready() const;  // takes events
  void wait_ready();
  const std::string& url() const { return url_; }
  uint16_t port() const { return port_; }
  Child& process() { return child_; }

 private:
  Child child_;
  std::string url_;
  uint16_t port_ = 0;
};

// Whether the views of the service stand where its log ends.
bool views_at_end(uint16_t port);

// One request on a connection of its own; returns the whole answer. Error kUnavailable when there is none.
std::string http_exchange(uint16_t port, const std::string& request);
std::string http_get(uint16_t port, const std::string& target);
std::string http_post(uint16_t port, const std::string& target, const std::string& type, const std::string& body);

}  // namespace custody
