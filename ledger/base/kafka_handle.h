// Inside ledger/base only: a librdkafka instance with its callbacks, and how its errors become ours.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "ledger/base/error.h"
#include "ledger/base/kafka.h"

namespace custody {

ErrorCode kafka_error_code(rd_kafka_resp_err_t err);
[[noreturn]] void throw_kafka(rd_kafka_resp_err_t err, const std::string& doing, const std::string& detail = "");

struct KafkaErrorDeleter {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};
using KafkaErrorPtr = std::unique_ptr<rd_kafka_error_t, KafkaErrorDeleter>;

class KafkaHandle {
 public:
  using OnDelivery = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);

  // `ours` overrides the user's settings. Connects in the background; says nothing about whether brokers are there.
  static std::unique_ptr<KafkaHandle> start(rd_kafka_type_t type, const KafkaConnection& connection,
                                            const KafkaSettings& ours, OnDelivery on_delivery = nullptr);
  KafkaHandle() = default;
  KafkaHandle(const KafkaHandle&) = delete;
  KafkaHandle& operator=(const KafkaHandle&) = delete;
  ~KafkaHandle();

  rd_kafka_t* get() const { return rk_; }
  // The handle of a topic, owned by this object. From any thread.
  rd_kafka_topic_t* topic(const std::string& name);
  // True once after the cluster said that a topic or partition is unknown: it may have been deleted or made anew.
  bool take_topic_trouble() { return topic_trouble_.exchange(false); }
  // The latest trouble as librdkafka put it, e.g. "127.0.0.1:19092: Connect refused"; empty if none.
  std::string last_trouble() const;

 private:
  static void on_error(rd_kafka_t* rk, int err, const char* reason, void* opaque);

  rd_kafka_t* rk_ = nullptr;
  std::atomic<bool> topic_trouble_{false};
  mutable std::mutex mutex_;
  std::string last_trouble_;
  std::vector<std::pair<std::string, rd_kafka_topic_t*>> topics_;
};

}  // namespace custody
