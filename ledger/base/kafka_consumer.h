// Reads one partition of a topic, committed messages only, at offsets the caller keeps. No group, no committed offsets,
// no resets: where the wanted offset is gone, the reader hears of it.
#pragma once

#include <memory>

#include "ledger/base/kafka.h"

namespace custody {

struct KafkaConsumerOptions {
  uint64_t buffer_bytes = uint64_t{8} << 20;  // read ahead at most, beside one fetch
  uint32_t fetch_bytes = uint32_t{1} << 20;   // of one fetch; a larger message still comes
  uint32_t fetch_wait_ms = 100;  // longest wait of the broker when there is nothing; delays `end`, never a message
};

struct KafkaPolled {
  enum class Kind {
    kNothing,     // none came within the wait
    kMessage,     // offset and value; the value lives until the next poll
    kEnd,         // all there was at this moment has been read; offset = the next one to come
    kOutOfRange,  // the wanted offset is not in the partition (any more); nothing will come until the next assign
    kTrouble,     // the cluster does not know the topic or partition (any more)
  };
  Kind kind = Kind::kNothing;
  int64_t offset = 0;
  std::string_view value;
};

class KafkaConsumer {
 public:
  static KafkaConsumer start(const KafkaConnection& connection, const KafkaConsumerOptions& options = {});
  KafkaConsumer(KafkaConsumer&&) noexcept;
  KafkaConsumer& operator=(KafkaConsumer&&) noexcept;
  ~KafkaConsumer();

  // From now on messages of this partition at or after `offset`, which must lie within its watermarks.
  void assign(const KafkaPlace& place, int64_t offset);
  KafkaPolled poll(std::chrono::milliseconds wait);
  // Asks the partition's leader. kNotFound where there is no such partition.
  KafkaWatermarks watermarks(const KafkaPlace& place, std::chrono::milliseconds limit);

 private:
  struct State;
  explicit KafkaConsumer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace custody
