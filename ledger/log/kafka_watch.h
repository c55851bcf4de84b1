// Notices that a topic was deleted or made anew under its name, and that one of which nothing may ever go was trimmed.
// Private to ledger/log.
//
// Kafka's clients do not: a reader of a deleted topic waits for ever, where the new topic is longer than its position
// it reads on in the new one, and a reader further on never hears that what it has read is gone. A topic's id tells,
// and where its partitions begin; both are asked for every second, and at once when a client hears of an unknown topic.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "ledger/base/kafka_admin.h"

namespace custody {

class KafkaWatch {
 public:
  using Ids = std::map<std::string, ByteArray<16>>;  // by topic name

  // `whole`: partitions that begin with their first message for ever.
  KafkaWatch(KafkaAdmin admin, Ids expected, std::vector<KafkaPlace> whole);
  KafkaWatch(const KafkaWatch&) = delete;
  KafkaWatch& operator=(const KafkaWatch&) = delete;
  ~KafkaWatch();
  void start();

  // kStore once a topic is known to be gone, another, or trimmed. Costs an atomic read.
  void check() const;
  // Why the cluster cannot be worked with at this moment, as the last look found; empty = it can.
  std::string trouble() const;
  // Looks at once, in the background.
  void suspect();
  // Looks at once and waits for what comes of it, or until the cluster has not answered for `limit`; then as check().
  void confirm(std::chrono::milliseconds limit);

 private:
  void run(const std::stop_token& stop);
  std::string look();
  std::string look_at_begins();
  void judge_copies(const KafkaTopic& topic);

  KafkaAdmin admin_;
  const Ids expected_;
  const std::vector<KafkaPlace> whole_;
  std::map<std::string, int> missed_;  // looks in a row that did not find the topic
  std::string seen_trouble_;           // of the look under way
  std::atomic<bool> broken_{false};
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::string verdict_;
  std::string trouble_;
  uint64_t asked_ = 0;     // looks somebody waits for
  uint64_t answered_ = 0;  // looks whose verdict stands
  std::jthread thread_;
};

}  // namespace custody
