#include "ledger/base/kafka_handle.h"

#include <array>

namespace custody {
namespace {

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> text{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size()) != RD_KAFKA_CONF_OK) {
    throw Error(ErrorCode::kUsage, "kafka setting " + name + ": " + text.data());
  }
}

struct ConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};

// What goes wrong reaches the caller as an error or as last_trouble(); librdkafka's own lines on standard error would
// only repeat it.
void drop_log(const rd_kafka_t*, int, const char*, const char*) {}

}  // namespace

ErrorCode kafka_error_code(rd_kafka_resp_err_t err) {
  switch (err) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return ErrorCode::kNotFound;
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      return ErrorCode::kConflict;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return ErrorCode::kDenied;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return ErrorCode::kUsage;
    default:
      return ErrorCode::kUnavailable;
  }
}

void throw_kafka(rd_kafka_resp_err_t err, const std::string& doing, const std::string& detail) {
  std::string text = "kafka: " + doing + ": " + rd_kafka_err2str(err);
  if (!detail.empty()) text += " (" + detail + ")";
  throw Error(kafka_error_code(err), text);
}

std::unique_ptr<KafkaHandle> KafkaHandle::start(rd_kafka_type_t type, const KafkaConnection& connection,
                                                const KafkaSettings& ours, OnDelivery on_delivery) {
  auto handle = std::make_unique<KafkaHandle>();
  std::unique_ptr<rd_kafka_conf_t, ConfDeleter> conf(rd_kafka_conf_new());
  set(conf.get(), "reconnect.backoff.ms", "50");
  set(conf.get(), "reconnect.backoff.max.ms", "1000");  // the default of 10 s prolongs every outage
  set(conf.get(), "topic.metadata.refresh.fast.interval.ms", "100");
  for (const auto& [name, value] : connection.settings) set(conf.get(), name, value);
  set(conf.get(), "bootstrap.servers", connection.bootstrap);
  set(conf.get(), "client.id", connection.client_id);
  for (const auto& [name, value] : ours) set(conf.get(), name, value);
  rd_kafka_conf_set_opaque(conf.get(), handle.get());
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  rd_kafka_conf_set_log_cb(conf.get(), drop_log);
  if (on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  std::array<char, 512> text{};
  handle->rk_ = rd_kafka_new(type, conf.get(), text.data(), text.size());
  if (handle->rk_ == nullptr) throw Error(ErrorCode::kUsage, std::string("kafka client: ") + text.data());
  static_cast<void>(conf.release());  // owned by the instance now
  return handle;
}

KafkaHandle::~KafkaHandle() {
  for (auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic);
  if (rk_ != nullptr) rd_kafka_destroy(rk_);
}

rd_kafka_topic_t* KafkaHandle::topic(const std::string& name) {
  std::lock_guard lock(mutex_);
  for (auto& [known, topic] : topics_) {
    if (known == name) return topic;
  }
  rd_kafka_topic_t* topic = rd_kafka_topic_new(rk_, name.c_str(), nullptr);
  if (topic == nullptr) throw_kafka(rd_kafka_last_error(), "topic " + name);
  topics_.emplace_back(name, topic);
  return topic;
}

std::string KafkaHandle::last_trouble() const {
  std::lock_guard lock(mutex_);
  return last_trouble_;
}

void KafkaHandle::on_error(rd_kafka_t*, int err, const char* reason, void* opaque) {
  auto* self = static_cast<KafkaHandle*>(opaque);
  if (kafka_error_code(static_cast<rd_kafka_resp_err_t>(err)) == ErrorCode::kNotFound) self->topic_trouble_ = true;
  std::lock_guard lock(self->mutex_);
  self->last_trouble_ = reason == nullptr ? "" : reason;
}

}  // namespace custody
