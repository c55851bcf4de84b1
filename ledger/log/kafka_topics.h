// The topics of a ledger on Kafka: their names, how they are made, and what about them could lose or rewrite history.
//
//   <ledger>.intake       what gateways took          one partition a shard, trimmed behind what is sealed and signed
//   <ledger>.sealed       the sealed sequences        one partition a shard, for ever
//   <ledger>.checkpoints  the descriptor, then notes  one partition a shard, for ever
//   <ledger>.findings     what the rules found        one partition, for ever
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/base/kafka_admin.h"
#include "ledger/base/kafka_producer.h"

namespace custody {

struct KafkaLogConfig {
  KafkaConnection connection;
  std::string ledger = "custody";  // [a-z0-9._-]{1,64}: prefix of the topics and of the writers' transactional ids
  bool single_broker = false;      // allows one replica: the loss of one disk is then the loss of the ledger
  std::chrono::milliseconds transaction_timeout{60000};  // see KafkaTransactionOptions
  std::chrono::milliseconds patience{30000};             // how long a call goes on while the cluster says "not now"
  KafkaProducerOptions intake;
  uint64_t reader_bytes = uint64_t{8} << 20;  // read ahead of one reader
};

struct KafkaTopicNames {
  std::string intake, sealed, checkpoints, findings;
  std::vector<std::string> all() const { return {intake, sealed, checkpoints, findings}; }
};
KafkaTopicNames kafka_topic_names(const std::string& ledger);  // kUsage for a name that Kafka or we would not take

// One setting that could lose or rewrite history, or stop the ledger, and what to do about it.
struct UnsafeSetting {
  std::string topic;
  std::string setting;
  std::string found;
  std::string wanted;
  std::string cure;
  bool only_costs = false;  // safe, but wasteful: a warning
};
std::string to_text(const UnsafeSetting& unsafe);

// Makes the topics that are missing, with safe settings, and returns when the cluster knows them all. Those that exist
// are left as they are; returns the names of the ones made. kUsage where the cluster has too few brokers for three
// replicas.
std::vector<std::string> create_kafka_topics(const KafkaLogConfig& config, uint32_t shards);

// The ledger's topics in the order of all(). Those that were made a moment ago are waited for, as brokers hear of them
// one after the other; where there is none at all only if they must be there.
std::vector<std::optional<KafkaTopic>> find_kafka_topics(KafkaAdmin& admin, const KafkaTopicNames& names, bool must_be);

// Empty = safe. `shards` 0 = any number, but the same for all.
std::vector<UnsafeSetting> check_kafka_topics(const KafkaLogConfig& config, uint32_t shards = 0);

}  // namespace custody
