// Asks a Kafka cluster about topics and their settings, and makes, trims and deletes them.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "ledger/base/bytes.h"
#include "ledger/base/kafka.h"

namespace custody {

struct KafkaPartition {
  int32_t id = 0;
  bool has_leader = false;
  size_t replicas = 0;
  size_t in_sync = 0;
};

struct KafkaTopic {
  std::string name;
  ByteArray<16> id{};  // UUID: another one means another topic of the same name
  std::vector<KafkaPartition> partitions;
};

class KafkaAdmin {
 public:
  static KafkaAdmin start(const KafkaConnection& connection,
                          std::chrono::milliseconds limit = std::chrono::seconds(10));
  KafkaAdmin(KafkaAdmin&&) noexcept;
  KafkaAdmin& operator=(KafkaAdmin&&) noexcept;
  ~KafkaAdmin();

  // One answer per name, in order; nullopt where the cluster has no such topic.
  std::vector<std::optional<KafkaTopic>> describe(const std::vector<std::string>& names);
  // The settings in force (the cluster's where the topic has none of its own). kNotFound where there is no such topic.
  std::map<std::string, std::string> settings(const std::string& topic);
  size_t broker_count();
  KafkaWatermarks watermarks(const KafkaPlace& place);
  // Where each begins: what lies before was deleted. Same order.
  std::vector<int64_t> earliest(const std::vector<KafkaPlace>& places);
  // kConflict where it exists. Returns when the cluster has made it.
  void create(const std::string& topic, int partitions, int replication,
              const std::map<std::string, std::string>& settings);
  void remove(const std::string& topic);
  // Deletes the messages before `offset`; on return they are gone for every reader.
  void delete_records(const KafkaPlace& place, int64_t offset);
  // Changes settings of a topic, leaving the others.
  void alter(const std::string& topic, const std::map<std::string, std::string>& settings);

 private:
  struct State;
  explicit KafkaAdmin(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace custody
