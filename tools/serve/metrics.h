// What the service counts, and its text form for Prometheus (text format 0.0.4). No label holds anything of a client:
// routes are patterns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace custody {

class Node;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void request(std::string_view route, int status, double seconds);
  void lines(uint64_t count);          // events that came in streams
  void refused(std::string_view why);  // "connections", "queue", "stream_clients"
  void connections(size_t open);
  void stream_clients(size_t open);
  void workers(size_t working, size_t waiting);
  void stream_dropped(uint64_t total);

  // With the node's state at this moment.
  std::string text(Node& node);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace custody
