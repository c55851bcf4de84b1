#include "ledger/log/kafka_topics.h"

#include <algorithm>
#include <thread>

#include "ledger/base/error.h"

namespace custody {
namespace {

constexpr int kReplicas = 3;
constexpr int kLeastInSync = 2;
constexpr int64_t kMaxMessageBytes = 4 << 20;
constexpr int64_t kLeastMessageBytes = 1'200'000;  // a record of 64 KiB with a blob of 900 KB and their frame

constexpr std::chrono::milliseconds kSettle{3000};  // for brokers to hear of a new topic
constexpr std::chrono::milliseconds kAgain{50};

std::map<std::string, std::string> settings_of(KafkaAdmin& admin, const std::string& topic) {
  for (const auto until = std::chrono::steady_clock::now() + kSettle;;) {
    try {
      return admin.settings(topic);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::kNotFound || std::chrono::steady_clock::now() > until) throw;
    }
    std::this_thread::sleep_for(kAgain);
  }
}

std::string configs_command(const std::string& topic, const std::string& setting, const std::string& wanted) {
  return "kafka-configs --bootstrap-server ADDRESS --alter --entity-type topics --entity-name " + topic +
         " --add-config " + setting + "=" + wanted;
}

// Judges the settings of one topic. An unknown or unreadable number counts as unsafe.
class TopicCheck {
 public:
  TopicCheck(const KafkaLogConfig& config, const KafkaTopic& topic, std::map<std::string, std::string> settings,
             std::vector<UnsafeSetting>& out)
      : config_(config), topic_(topic), settings_(std::move(settings)), out_(out) {}

  void run(uint32_t partitions) {
    need_equal("cleanup.policy", "delete");
    need_equal("retention.ms", "-1");
    need_equal("retention.bytes", "-1");
    need_equal("unclean.leader.election.enable", "false");
    need_at_least("min.insync.replicas", config_.single_broker ? 1 : kLeastInSync);
    need_at_least("max.message.bytes", kLeastMessageBytes);
    check_replicas();
    if (const std::string& found = settings_["compression.type"]; found != "producer" && found != "zstd") {
      unsafe("compression.type", found, "producer", configs_command(topic_.name, "compression.type", "producer"));
      out_.back().only_costs = true;
    }
    if (partitions != 0 && topic_.partitions.size() != partitions) {
      unsafe("partitions", std::to_string(topic_.partitions.size()), std::to_string(partitions),
             "the number of shards is fixed for ever; partitions cannot be taken away: make the topic anew if it is "
             "empty, else move "
             "the ledger to a new prefix");
    }
  }

 private:
  void unsafe(const std::string& setting, const std::string& found, const std::string& wanted,
              const std::string& cure) {
    out_.push_back({topic_.name, setting, found, wanted, cure, false});
  }

  void need_equal(const std::string& setting, const std::string& wanted) {
    const std::string& found = settings_[setting];
    if (found != wanted) unsafe(setting, found, wanted, configs_command(topic_.name, setting, wanted));
  }

  void need_at_least(const std::string& setting, int64_t wanted) {
    const std::string& found = settings_[setting];
    const bool number = !found.empty() && found.size() < 15 && std::all_of(found.begin(), found.end(), ::isdigit);
    if (!number || std::stoll(found) < wanted) {
      unsafe(setting, found, "at least " + std::to_string(wanted),
             configs_command(topic_.name, setting, std::to_string(wanted)));
    }
  }

  void check_replicas() {
    const size_t wanted = config_.single_broker ? 1 : kReplicas;
    for (const KafkaPartition& partition : topic_.partitions) {
      if (partition.replicas >= wanted) continue;
      unsafe("replication of partition " + std::to_string(partition.id), std::to_string(partition.replicas),
             "at least " + std::to_string(wanted),
             "kafka-reassign-partitions with three brokers for each partition; or --single-broker, if losing one disk "
             "may lose the "
             "ledger");
    }
  }

  const KafkaLogConfig& config_;
  const KafkaTopic& topic_;
  std::map<std::string, std::string> settings_;
  std::vector<UnsafeSetting>& out_;
};

}  // namespace

KafkaTopicNames kafka_topic_names(const std::string& ledger) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  if (ledger.empty() || ledger.size() > 64 || !std::all_of(ledger.begin(), ledger.end(), allowed)) {
    throw Error(ErrorCode::kUsage, "'" + ledger + "' cannot name the topics of a ledger: 1 to 64 of a-z 0-9 . _ -");
  }
  return {ledger + ".intake", ledger + ".sealed", ledger + ".checkpoints", ledger + ".findings"};
}

std::string to_text(const UnsafeSetting& unsafe) {
  return unsafe.topic + ": " + unsafe.setting + " is " + (unsafe.found.empty() ? "not known" : unsafe.found) +
         (unsafe.only_costs ? ", so that brokers compress anew what they are sent; better " : ", must be ") +
         unsafe.wanted + "; cure: " + unsafe.cure;
}

std::vector<std::string> create_kafka_topics(const KafkaLogConfig& config, uint32_t shards) {
  const KafkaTopicNames names = kafka_topic_names(config.ledger);
  KafkaAdmin admin = KafkaAdmin::start(config.connection, config.patience);
  const int replicas = config.single_broker ? 1 : kReplicas;
  const std::map<std::string, std::string> settings{
      {"cleanup.policy", "delete"},
      {"retention.ms", "-1"},
      {"retention.bytes", "-1"},
      {"unclean.leader.election.enable", "false"},
      {"min.insync.replicas", std::to_string(config.single_broker ? 1 : kLeastInSync)},
      {"compression.type", "producer"},  // ours is zstd; the broker need not open what it stores
      {"max.message.bytes", std::to_string(kMaxMessageBytes)}};
  std::vector<std::string> made;
  const auto found = admin.describe(names.all());
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i]) continue;
    const size_t brokers = admin.broker_count();
    if (brokers < static_cast<size_t>(replicas)) {
      throw Error(ErrorCode::kUsage,
                  "a ledger wants three brokers, each with a copy; this cluster has " + std::to_string(brokers) +
                      ". For one broker say --single-broker: the loss of its disk is then the loss of the ledger");
    }
    const std::string name = names.all()[i];
    try {
      admin.create(name, name == names.findings ? 1 : static_cast<int>(shards), replicas, settings);
      made.push_back(name);
    } catch (const Error& e) {
      // Made by somebody else meanwhile, or by this very call, whose first answer was lost. How it is is judged later.
      if (e.code() != ErrorCode::kConflict) throw;
    }
  }
  // Every broker may be asked next, and they hear of new topics one after the other.
  const auto deadline = std::chrono::steady_clock::now() + config.patience;
  for (;;) {
    const auto now = admin.describe(names.all());
    const bool ready = std::all_of(now.begin(), now.end(), [](const std::optional<KafkaTopic>& topic) {
      return topic && std::all_of(topic->partitions.begin(), topic->partitions.end(),
                                  [](const auto& p) { return p.has_leader; });
    });
    if (ready) return made;
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(ErrorCode::kUnavailable,
                  "kafka: the new topics have no leaders after " + std::to_string(config.patience.count()) + " ms");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

std::vector<std::optional<KafkaTopic>> find_kafka_topics(KafkaAdmin& admin, const KafkaTopicNames& names,
                                                         bool must_be) {
  for (const auto until = std::chrono::steady_clock::now() + kSettle;;) {
    auto topics = admin.describe(names.all());
    const auto missing = std::count_if(topics.begin(), topics.end(), [](const auto& topic) { return !topic; });
    const bool none = static_cast<size_t>(missing) == topics.size();
    if (missing == 0 || (none && !must_be) || std::chrono::steady_clock::now() > until) return topics;
    std::this_thread::sleep_for(kAgain);
  }
}

std::vector<UnsafeSetting> check_kafka_topics(const KafkaLogConfig& config, uint32_t shards) {
  const KafkaTopicNames names = kafka_topic_names(config.ledger);
  KafkaAdmin admin = KafkaAdmin::start(config.connection, config.patience);
  std::vector<UnsafeSetting> unsafe;
  const auto topics = find_kafka_topics(admin, names, true);
  for (size_t i = 0; i < topics.size(); ++i) {
    const std::string name = names.all()[i];
    if (!topics[i]) {
      unsafe.push_back({name, "topic", "missing", "there",
                        "custody topics create; if it was there before, history is lost: restore it", false});
      continue;
    }
    if (shards == 0) shards = static_cast<uint32_t>(topics[i]->partitions.size());
    TopicCheck(config, *topics[i], settings_of(admin, name), unsafe).run(name == names.findings ? 1 : shards);
  }
  return unsafe;
}

}  // namespace custody
