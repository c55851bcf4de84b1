// Apache Kafka through librdkafka (2.8 or newer), the only place of the project that includes its headers. Here: what
// all clients share. kafka_producer.h appends, kafka_transactions.h appends exactly once, kafka_consumer.h reads,
// kafka_admin.h makes and describes topics.
//
// Errors are custody::Error: kUnavailable = not now (brokers away, too slow, not enough replicas), kConflict = another
// client took over this one's name, kNotFound = no such topic, kDenied = the cluster refuses these credentials, kUsage
// = a setting librdkafka refuses.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace custody {

// Properties of librdkafka by name, as its CONFIGURATION.md lists them.
using KafkaSettings = std::vector<std::pair<std::string, std::string>>;

struct KafkaConnection {
  std::string bootstrap;  // "host:port,host:port"
  KafkaSettings
      settings;  // the user's own: security.protocol, sasl.*, ssl.*; those that guard durability cannot be overridden
  std::string client_id = "custody";
};

struct KafkaPlace {
  std::string topic;
  int32_t partition = 0;
};
inline std::string to_text(const KafkaPlace& place) {
  return place.topic + " partition " + std::to_string(place.partition);
}

// First offset that is there, and the one behind the last. Of a read-committed consumer `high` ends before the first
// open transaction. The last offsets may belong to no message: transaction markers and aborted messages have offsets,
// too.
struct KafkaWatermarks {
  int64_t low = 0;
  int64_t high = 0;
};

}  // namespace custody
