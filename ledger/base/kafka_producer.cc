#include "ledger/base/kafka_producer.h"

#include <array>
#include <condition_variable>
#include <thread>

#include "ledger/base/kafka_handle.h"

namespace custody {
namespace {

// The messages of one send(). Two own it: the caller, who may leave at its deadline, and the messages in flight
// together.
class Batch {
 public:
  void add() { open_.fetch_add(1, std::memory_order_relaxed); }

  void finish_one(rd_kafka_resp_err_t err) {
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      int none = 0;
      error_.compare_exchange_strong(none, err);
    }
    if (open_.fetch_sub(1) != 1) return;
    {
      std::lock_guard lock(mutex_);
      done_ = true;
      changed_.notify_all();
    }
    release();
  }

  bool wait_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, deadline, [this] { return done_; });
  }

  rd_kafka_resp_err_t error() const { return static_cast<rd_kafka_resp_err_t>(error_.load()); }

  void release() {
    if (owners_.fetch_sub(1) == 1) delete this;
  }

 private:
  std::atomic<size_t> open_{1};  // one for the caller while it adds
  std::atomic<int> owners_{2};
  std::atomic<int> error_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

struct Release {
  void operator()(Batch* batch) const { batch->release(); }
};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  static_cast<Batch*>(message->_private)->finish_one(message->err);
}

KafkaSettings settings_of(const KafkaProducerOptions& options) {
  return {{"enable.idempotence", "true"},
          {"acks", "all"},
          {"compression.codec", options.compression},
          {"linger.ms", "1"},
          {"batch.size", "900000"},
          {"retry.backoff.ms", "20"},
          {"message.timeout.ms", std::to_string(options.message_timeout.count())},
          {"message.max.bytes", "8000000"},
          {"queue.buffering.max.messages", "1000000"},
          {"queue.buffering.max.kbytes", std::to_string(std::max<uint64_t>(options.buffer_bytes >> 10, 1))}};
}

}  // namespace

// A librdkafka producer and the thread that serves its reports.
class KafkaProducer::Instance {
 public:
  Instance(const KafkaConnection& connection, const KafkaProducerOptions& options)
      : handle_(KafkaHandle::start(RD_KAFKA_PRODUCER, connection, settings_of(options), on_delivery)),
        server_([this](const std::stop_token& stop) { serve(stop); }) {}
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance() {
    server_.request_stop();
    server_.join();
    // Reports for all that is left, so that nobody waits for what will not come.
    rd_kafka_purge(handle_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(handle_->get(), 1000);
  }

  KafkaHandle& handle() { return *handle_; }
  bool failed() const { return rd_kafka_fatal_error(handle_->get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR; }

  // Waits until some report came; false if none within the limit.
  bool wait_for_progress(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    const uint64_t before = served_;
    return progress_.wait_for(lock, limit, [&] { return served_ != before; });
  }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (rd_kafka_poll(handle_->get(), 50) == 0) continue;
      std::lock_guard lock(mutex_);
      ++served_;
      progress_.notify_all();
    }
  }

  std::unique_ptr<KafkaHandle> handle_;
  std::mutex mutex_;
  std::condition_variable progress_;
  uint64_t served_ = 0;
  std::jthread server_;  // last: it uses all of the above
};

KafkaProducer::KafkaProducer(KafkaConnection connection, const KafkaProducerOptions& options)
    : connection_(std::move(connection)), options_(options), mutex_(std::make_unique<std::mutex>()) {}
KafkaProducer::KafkaProducer(KafkaProducer&&) noexcept = default;
KafkaProducer& KafkaProducer::operator=(KafkaProducer&&) noexcept = default;
KafkaProducer::~KafkaProducer() = default;

KafkaProducer KafkaProducer::start(const KafkaConnection& connection, const KafkaProducerOptions& options) {
  KafkaProducer producer(connection, options);
  producer.instance_ = std::make_shared<Instance>(connection, options);
  return producer;
}

std::shared_ptr<KafkaProducer::Instance> KafkaProducer::instance() const {
  std::lock_guard lock(*mutex_);
  // A fatal error ends an idempotent producer for good: it can no longer promise no gap. A new one starts a new
  // sequence.
  if (instance_->failed()) instance_ = std::make_shared<Instance>(connection_, options_);
  return instance_;
}

void KafkaProducer::send(const std::string& topic, std::span<const KafkaMessage> messages) {
  if (messages.empty()) return;
  const std::shared_ptr<Instance> use = instance();
  rd_kafka_topic_t* handle = use->handle().topic(topic);
  const std::unique_ptr<Batch, Release> batch(new Batch);
  rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR_NO_ERROR;
  for (const KafkaMessage& message : messages) {
    batch->add();
    // One by one: the call for many goes on behind a message it could not take, and so would change their order.
    while (rd_kafka_produce(handle, message.partition, RD_KAFKA_MSG_F_COPY, const_cast<char*>(message.value.data()),
                            message.value.size(), nullptr, 0, batch.get()) != 0) {
      refused = rd_kafka_last_error();
      if (refused != RD_KAFKA_RESP_ERR__QUEUE_FULL || !use->wait_for_progress(options_.stall_limit)) break;
      refused = RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) {
      batch->finish_one(refused);
      break;
    }
  }
  batch->finish_one(RD_KAFKA_RESP_ERR_NO_ERROR);
  if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) throw_kafka(refused, "append to " + topic, use->handle().last_trouble());
  const auto deadline = std::chrono::steady_clock::now() + options_.message_timeout + std::chrono::seconds(5);
  if (!batch->wait_until(deadline))
    throw_kafka(RD_KAFKA_RESP_ERR__TIMED_OUT, "append to " + topic, use->handle().last_trouble());
  if (batch->error() != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw_kafka(batch->error(), "append to " + topic, use->handle().last_trouble());
  }
}

size_t KafkaProducer::pending() const {
  return static_cast<size_t>(rd_kafka_outq_len(instance()->handle().get()));
}

}  // namespace custody
