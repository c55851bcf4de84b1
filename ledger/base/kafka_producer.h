// Appends to Kafka with acknowledgements of all in-sync replicas, idempotent: a retry of the client never doubles or
// reorders.
#pragma once

#include <memory>
#include <mutex>
#include <span>

#include "ledger/base/kafka.h"

namespace custody {

struct KafkaMessage {
  int32_t partition = 0;
  std::string_view value;
};

struct KafkaProducerOptions {
  uint64_t buffer_bytes = uint64_t{64} << 20;        // of messages not yet acknowledged, over all callers
  std::chrono::milliseconds message_timeout{30000};  // then an unacknowledged message is given up
  std::string compression =
      "none";  // none, lz4, zstd: a reader's memory is bounded before it unpacks, so not for bytes of strangers
  std::chrono::milliseconds stall_limit{1000};  // a full buffer that does not move for so long refuses more
};

class KafkaProducer {
 public:
  static KafkaProducer start(const KafkaConnection& connection, const KafkaProducerOptions& options = {});
  KafkaProducer(KafkaProducer&&) noexcept;
  KafkaProducer& operator=(KafkaProducer&&) noexcept;
  ~KafkaProducer();  // what is still unacknowledged is given up

  // Returns when every message is acknowledged; order within a partition is kept. From any thread, many at once.
  // On an Error some of the messages may have arrived or may yet arrive; sending them again may double those.
  void send(const std::string& topic, std::span<const KafkaMessage> messages);

  // Messages not yet acknowledged.
  size_t pending() const;

 private:
  class Instance;
  KafkaProducer(KafkaConnection connection, const KafkaProducerOptions& options);
  std::shared_ptr<Instance> instance() const;
  KafkaConnection connection_;
  KafkaProducerOptions options_;
  mutable std::unique_ptr<std::mutex> mutex_;
  mutable std::shared_ptr<Instance> instance_;  // replaced after a fatal error
};

}  // namespace custody
