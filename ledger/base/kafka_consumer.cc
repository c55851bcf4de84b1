#include "ledger/base/kafka_consumer.h"

#include <algorithm>

#include "ledger/base/kafka_handle.h"

namespace custody {
namespace {

struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};

struct ListDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};

KafkaSettings settings_of(const KafkaConsumerOptions& options) {
  const std::string fetch = std::to_string(options.fetch_bytes);
  return {{"group.id", "custody-reader"},  // the interface demands one; nothing is ever committed under it
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          {"auto.offset.reset", "error"},
          {"isolation.level", "read_committed"},
          {"enable.partition.eof", "true"},
          {"allow.auto.create.topics", "false"},
          {"check.crcs", "true"},
          {"fetch.wait.max.ms", std::to_string(options.fetch_wait_ms)},
          {"fetch.message.max.bytes", fetch},
          {"fetch.max.bytes", std::to_string(std::max<uint32_t>(options.fetch_bytes, 1000000))},
          {"queued.min.messages", "1000"},
          {"queued.max.messages.kbytes", std::to_string(std::max<uint64_t>(options.buffer_bytes >> 10, 1))},
          {"fetch.queue.backoff.ms", "5"},  // the default pauses a second whenever the reader falls behind
          {"fetch.error.backoff.ms", "100"},
          {"message.max.bytes", "1000000"}};
}

}  // namespace

struct KafkaConsumer::State {
  KafkaConsumerOptions options;
  std::unique_ptr<KafkaHandle> handle;
  int64_t from = 0;
  std::unique_ptr<rd_kafka_message_t, MessageDeleter>
      message;  // before the handle goes: an unfreed message makes its end hang

  ~State() {
    message.reset();
    if (handle) rd_kafka_assign(handle->get(), nullptr);
  }
};

KafkaConsumer::KafkaConsumer(std::unique_ptr<State> state) : state_(std::move(state)) {}
KafkaConsumer::KafkaConsumer(KafkaConsumer&&) noexcept = default;
KafkaConsumer& KafkaConsumer::operator=(KafkaConsumer&&) noexcept = default;
KafkaConsumer::~KafkaConsumer() = default;

KafkaConsumer KafkaConsumer::start(const KafkaConnection& connection, const KafkaConsumerOptions& options) {
  auto state = std::make_unique<State>();
  state->options = options;
  state->handle = KafkaHandle::start(RD_KAFKA_CONSUMER, connection, settings_of(options));
  rd_kafka_poll_set_consumer(state->handle->get());
  return KafkaConsumer(std::move(state));
}

void KafkaConsumer::assign(const KafkaPlace& place, int64_t offset) {
  state_->message.reset();
  const std::unique_ptr<rd_kafka_topic_partition_list_t, ListDeleter> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), place.topic.c_str(), place.partition)->offset = offset;
  state_->from = offset;
  rd_kafka_resp_err_t err = rd_kafka_assign(state_->handle->get(), list.get());
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) throw_kafka(err, "read " + place.topic);
}

KafkaPolled KafkaConsumer::poll(std::chrono::milliseconds wait) {
  using Kind = KafkaPolled::Kind;
  const auto deadline = std::chrono::steady_clock::now() + wait;
  for (;;) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    state_->message.reset();
    state_->message.reset(
        rd_kafka_consumer_poll(state_->handle->get(), static_cast<int>(std::max<int64_t>(left.count(), 0))));
    const rd_kafka_message_t* m = state_->message.get();
    if (m == nullptr) return {state_->handle->take_topic_trouble() ? Kind::kTrouble : Kind::kNothing, 0, {}};
    switch (m->err) {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
        if (m->offset < state_->from) continue;  // fetched before a newer assign
        return {Kind::kMessage, m->offset, {static_cast<const char*>(m->payload), m->len}};
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        if (m->offset < state_->from) continue;
        return {Kind::kEnd, m->offset, {}};
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        return {Kind::kOutOfRange, m->offset, {}};
      default:
        if (kafka_error_code(m->err) == ErrorCode::kNotFound) return {Kind::kTrouble, 0, {}};
        if (kafka_error_code(m->err) == ErrorCode::kDenied) throw_kafka(m->err, "read", rd_kafka_message_errstr(m));
        continue;  // brokers away: librdkafka goes on trying, and so does the caller
    }
  }
}

KafkaWatermarks KafkaConsumer::watermarks(const KafkaPlace& place, std::chrono::milliseconds limit) {
  KafkaWatermarks marks;
  rd_kafka_resp_err_t err =
      rd_kafka_query_watermark_offsets(state_->handle->get(), place.topic.c_str(), place.partition, &marks.low,
                                       &marks.high, static_cast<int>(limit.count()));
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw_kafka(err, "ask where " + place.topic + " begins and ends", state_->handle->last_trouble());
  }
  return marks;
}

}  // namespace custody
