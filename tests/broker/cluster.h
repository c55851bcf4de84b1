// Real Apache Kafka brokers of a test's own, started by deploy/kafka/kafka on ports and data of their own, gone with
// the object.
#pragma once

#include <memory>
#include <string>

#include "ledger/log/kafka_topics.h"
#include "tests/unit/base/temp_folder.h"

namespace custody {

class Cluster {
 public:
  static std::unique_ptr<Cluster> up(int nodes);
  // One for all tests of this process, started when first asked for and ended with the process: one node, or three.
  static Cluster& shared(int nodes);
  static void end_shared();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  ~Cluster();

  const std::string& bootstrap() const { return bootstrap_; }
  // For a ledger whose name no other test has.
  KafkaLogConfig config() const;
  // Commands of the launcher; each returns when it has happened.
  void kill_node(int node) const { need("kill " + std::to_string(node)); }
  void stop_node(int node) const { need("stop " + std::to_string(node)); }
  void start_node(int node) const { need("start " + std::to_string(node)); }
  void start_all() const { need("up " + std::to_string(nodes_)); }  // after all were killed
  void pause_node(int node) const { need("pause " + std::to_string(node)); }
  void resume_node(int node) const { need("resume " + std::to_string(node)); }
  int leader_of(const std::string& topic, int partition) const;  // number of the node

 private:
  Cluster() = default;
  int run(const std::string& command) const;
  void need(const std::string& command) const;
  TempFolder folder_;
  int port_ = 0;
  int nodes_ = 0;
  std::string bootstrap_;
};

}  // namespace custody
