#include "ledger/base/kafka_admin.h"

#include <array>

#include "ledger/base/kafka_handle.h"

namespace custody {
namespace {

template <auto Function>
struct Destroy {
  template <class T>
  void operator()(T* object) const {
    Function(object);
  }
};
template <class T, auto Function>
using Owned = std::unique_ptr<T, Destroy<Function>>;

using Event = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Options = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using Names = Owned<rd_kafka_TopicCollection_t, rd_kafka_TopicCollection_destroy>;
using Resource = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using NewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using OldTopic = Owned<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy>;
using Offsets = Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using OldRecords = Owned<rd_kafka_DeleteRecords_t, rd_kafka_DeleteRecords_destroy>;

void check_topics(const rd_kafka_topic_result_t** results, size_t count, const std::string& doing) {
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t err = rd_kafka_topic_result_error(results[i]);
    const char* text = rd_kafka_topic_result_error_string(results[i]);
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) throw_kafka(err, doing, text == nullptr ? "" : text);
  }
}

void check_resources(const rd_kafka_ConfigResource_t** results, size_t count, const std::string& doing) {
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t err = rd_kafka_ConfigResource_error(results[i]);
    const char* text = rd_kafka_ConfigResource_error_string(results[i]);
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) throw_kafka(err, doing, text == nullptr ? "" : text);
  }
}

KafkaTopic topic_of(const rd_kafka_TopicDescription_t* description) {
  KafkaTopic topic;
  topic.name = rd_kafka_TopicDescription_name(description);
  const rd_kafka_Uuid_t* id = rd_kafka_TopicDescription_topic_id(description);
  const auto high = static_cast<uint64_t>(rd_kafka_Uuid_most_significant_bits(id));
  const auto low = static_cast<uint64_t>(rd_kafka_Uuid_least_significant_bits(id));
  for (size_t i = 0; i < 8; ++i) {
    topic.id[i] = static_cast<uint8_t>(high >> (56 - 8 * i));
    topic.id[8 + i] = static_cast<uint8_t>(low >> (56 - 8 * i));
  }
  size_t count = 0;
  const rd_kafka_TopicPartitionInfo_t** partitions = rd_kafka_TopicDescription_partitions(description, &count);
  for (size_t i = 0; i < count; ++i) {
    KafkaPartition partition;
    partition.id = rd_kafka_TopicPartitionInfo_partition(partitions[i]);
    partition.has_leader = rd_kafka_TopicPartitionInfo_leader(partitions[i]) != nullptr;
    rd_kafka_TopicPartitionInfo_replicas(partitions[i], &partition.replicas);
    rd_kafka_TopicPartitionInfo_isr(partitions[i], &partition.in_sync);
    topic.partitions.push_back(partition);
  }
  return topic;
}

}  // namespace

struct KafkaAdmin::State {
  std::unique_ptr<KafkaHandle> handle;
  std::chrono::milliseconds limit{};

  template <class Use>
  auto with_brokers(const std::string& doing, const Use& use) {
    const struct rd_kafka_metadata* metadata = nullptr;
    const rd_kafka_resp_err_t err =
        rd_kafka_metadata(handle->get(), 0, nullptr, &metadata, static_cast<int>(limit.count()));
    rd_kafka_poll(handle->get(), 0);  // the latest trouble, if any, for the message
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) throw_kafka(err, doing, handle->last_trouble());
    const auto result = use(*metadata);
    rd_kafka_metadata_destroy(metadata);
    return result;
  }

  int32_t answering_broker(const std::string& doing) {
    return with_brokers(doing, [](const struct rd_kafka_metadata& metadata) { return metadata.orig_broker_id; });
  }

  // Calls `ask(options, queue)` and waits for its one answer.
  template <class Ask>
  Event answer(const std::string& doing, const Ask& ask) {
    const Options options(rd_kafka_AdminOptions_new(handle->get(), RD_KAFKA_ADMIN_OP_ANY));
    std::array<char, 256> text{};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(limit.count()), text.data(), text.size());
    const Queue queue(rd_kafka_queue_new(handle->get()));
    ask(options.get(), queue.get());
    Event event(rd_kafka_queue_poll(queue.get(), static_cast<int>(limit.count()) + 1000));
    rd_kafka_poll(handle->get(), 0);  // the latest trouble, if any, for the message
    if (!event) throw_kafka(RD_KAFKA_RESP_ERR__TIMED_OUT, doing, handle->last_trouble());
    if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const std::string trouble = handle->last_trouble();
      throw_kafka(rd_kafka_event_error(event.get()), doing,
                  trouble.empty() ? rd_kafka_event_error_string(event.get()) : trouble);
    }
    return event;
  }
};

KafkaAdmin::KafkaAdmin(std::unique_ptr<State> state) : state_(std::move(state)) {}
KafkaAdmin::KafkaAdmin(KafkaAdmin&&) noexcept = default;
KafkaAdmin& KafkaAdmin::operator=(KafkaAdmin&&) noexcept = default;
KafkaAdmin::~KafkaAdmin() = default;

KafkaAdmin KafkaAdmin::start(const KafkaConnection& connection, std::chrono::milliseconds limit) {
  auto state = std::make_unique<State>();
  state->limit = limit;
  state->handle = KafkaHandle::start(RD_KAFKA_PRODUCER, connection, {});
  return KafkaAdmin(std::move(state));
}

std::vector<std::optional<KafkaTopic>> KafkaAdmin::describe(const std::vector<std::string>& names) {
  const std::string doing = "describe topics";
  // Asked of a broker that has just answered. Left to itself librdkafka 2.8 asks the controller, and while that one is
  // away it tries to connect to it without any pause, a thousand times a second.
  const int32_t broker = state_->answering_broker(doing);
  const Event event = state_->answer(doing, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
    std::array<char, 256> text{};
    rd_kafka_AdminOptions_set_broker(options, broker, text.data(), text.size());
    std::vector<const char*> texts;
    for (const std::string& name : names) texts.push_back(name.c_str());
    const Names collection(rd_kafka_TopicCollection_of_topic_names(texts.data(), texts.size()));
    rd_kafka_DescribeTopics(state_->handle->get(), collection.get(), options, queue);
  });
  size_t count = 0;
  const rd_kafka_TopicDescription_t** found =
      rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(event.get()), &count);
  std::map<std::string, KafkaTopic> by_name;
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_error_t* error = rd_kafka_TopicDescription_error(found[i]);
    const rd_kafka_resp_err_t err = rd_kafka_error_code(error);
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      KafkaTopic topic = topic_of(found[i]);
      by_name.emplace(topic.name, std::move(topic));
    } else if (kafka_error_code(err) != ErrorCode::kNotFound) {
      throw_kafka(err, doing, rd_kafka_TopicDescription_name(found[i]));
    }
  }
  std::vector<std::optional<KafkaTopic>> topics;
  for (const std::string& name : names) {
    auto it = by_name.find(name);
    topics.push_back(it == by_name.end() ? std::nullopt : std::optional(it->second));
  }
  return topics;
}

std::map<std::string, std::string> KafkaAdmin::settings(const std::string& topic) {
  const std::string doing = "describe the settings of " + topic;
  const Event event = state_->answer(doing, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
    const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    rd_kafka_ConfigResource_t* list[] = {resource.get()};
    rd_kafka_DescribeConfigs(state_->handle->get(), list, 1, options, queue);
  });
  size_t count = 0;
  const rd_kafka_ConfigResource_t** resources =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  check_resources(resources, count, doing);
  std::map<std::string, std::string> settings;
  for (size_t i = 0; i < count; ++i) {
    size_t entries = 0;
    const rd_kafka_ConfigEntry_t** list = rd_kafka_ConfigResource_configs(resources[i], &entries);
    for (size_t j = 0; j < entries; ++j) {
      const char* value = rd_kafka_ConfigEntry_value(list[j]);
      settings[rd_kafka_ConfigEntry_name(list[j])] = value == nullptr ? "" : value;
    }
  }
  return settings;
}

size_t KafkaAdmin::broker_count() {
  return state_->with_brokers("count the brokers", [](const struct rd_kafka_metadata& metadata) {
    return static_cast<size_t>(metadata.broker_cnt);
  });
}

KafkaWatermarks KafkaAdmin::watermarks(const KafkaPlace& place) {
  KafkaWatermarks marks;
  const rd_kafka_resp_err_t err =
      rd_kafka_query_watermark_offsets(state_->handle->get(), place.topic.c_str(), place.partition, &marks.low,
                                       &marks.high, static_cast<int>(state_->limit.count()));
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw_kafka(err, "ask where " + place.topic + " begins and ends", state_->handle->last_trouble());
  }
  return marks;
}

std::vector<int64_t> KafkaAdmin::earliest(const std::vector<KafkaPlace>& places) {
  const std::string doing = "ask where partitions begin";
  const Offsets wanted(rd_kafka_topic_partition_list_new(static_cast<int>(places.size())));
  for (const KafkaPlace& place : places) {
    rd_kafka_topic_partition_list_add(wanted.get(), place.topic.c_str(), place.partition)->offset =
        RD_KAFKA_OFFSET_SPEC_EARLIEST;
  }
  const Event event = state_->answer(doing, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
    rd_kafka_ListOffsets(state_->handle->get(), wanted.get(), options, queue);
  });
  size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t** found =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &count);
  std::map<std::pair<std::string, int32_t>, int64_t> begins;
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_topic_partition_t* partition = rd_kafka_ListOffsetsResultInfo_topic_partition(found[i]);
    if (partition->err != RD_KAFKA_RESP_ERR_NO_ERROR) throw_kafka(partition->err, doing, partition->topic);
    begins[{partition->topic, partition->partition}] = partition->offset;
  }
  std::vector<int64_t> offsets;
  for (const KafkaPlace& place : places) {
    const auto at = begins.find({place.topic, place.partition});
    if (at == begins.end()) throw_kafka(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, doing, place.topic);
    offsets.push_back(at->second);
  }
  return offsets;
}

void KafkaAdmin::create(const std::string& topic, int partitions, int replication,
                        const std::map<std::string, std::string>& settings) {
  const std::string doing = "create topic " + topic;
  std::array<char, 256> text{};
  const NewTopic wanted(rd_kafka_NewTopic_new(topic.c_str(), partitions, replication, text.data(), text.size()));
  if (!wanted) throw Error(ErrorCode::kUsage, "kafka: " + doing + ": " + text.data());
  for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  const Event event = state_->answer(doing, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
    rd_kafka_NewTopic_t* list[] = {wanted.get()};
    rd_kafka_CreateTopics(state_->handle->get(), list, 1, options, queue);
  });
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  check_topics(results, count, doing);
}

void KafkaAdmin::remove(const std::string& topic) {
  const std::string doing = "delete topic " + topic;
  const Event event = state_->answer(doing, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
    const OldTopic old(rd_kafka_DeleteTopic_new(topic.c_str()));
    rd_kafka_DeleteTopic_t* list[] = {old.get()};
    rd_kafka_DeleteTopics(state_->handle->get(), list, 1, options, queue);
  });
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  check_topics(results, count, doing);
}

void KafkaAdmin::delete_records(const KafkaPlace& place, int64_t offset) {
  const std::string doing = "trim " + place.topic + " partition " + std::to_string(place.partition);
  const Event event = state_->answer(doing, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
    const Offsets offsets(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(offsets.get(), place.topic.c_str(), place.partition)->offset = offset;
    const OldRecords old(rd_kafka_DeleteRecords_new(offsets.get()));
    rd_kafka_DeleteRecords_t* list[] = {old.get()};
    rd_kafka_DeleteRecords(state_->handle->get(), list, 1, options, queue);
  });
  const rd_kafka_topic_partition_list_t* results =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  for (int i = 0; i < results->cnt; ++i) {
    if (results->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) throw_kafka(results->elems[i].err, doing);
    if (results->elems[i].offset < offset) throw_kafka(RD_KAFKA_RESP_ERR__TIMED_OUT, doing, "it begins earlier still");
  }
}

void KafkaAdmin::alter(const std::string& topic, const std::map<std::string, std::string>& settings) {
  const std::string doing = "change the settings of " + topic;
  const Event event = state_->answer(doing, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
    const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    for (const auto& [name, value] : settings) {
      rd_kafka_ConfigResource_add_incremental_config(resource.get(), name.c_str(), RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET,
                                                     value.c_str());
    }
    rd_kafka_ConfigResource_t* list[] = {resource.get()};
    rd_kafka_IncrementalAlterConfigs(state_->handle->get(), list, 1, options, queue);
  });
  size_t count = 0;
  const rd_kafka_ConfigResource_t** results = rd_kafka_IncrementalAlterConfigs_result_resources(
      rd_kafka_event_IncrementalAlterConfigs_result(event.get()), &count);
  check_resources(results, count, doing);
}

}  // namespace custody
