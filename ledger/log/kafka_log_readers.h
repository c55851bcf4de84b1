// How KafkaLog reads. Private to ledger/log.
#pragma once

#include <memory>
#include <optional>

#include "ledger/base/kafka_consumer.h"
#include "ledger/log/kafka_topics.h"
#include "ledger/log/kafka_watch.h"
#include "ledger/log/log.h"

namespace custody {

struct KafkaReadContext {
  std::shared_ptr<const KafkaLogConfig> config;
  std::shared_ptr<KafkaWatch> watch;
};

// One partition from an offset on. Gone entries and changed topics are kStore; brokers away are waited for.
class KafkaPlaceReader {
 public:
  struct Message {
    int64_t offset;
    std::string_view value;
  };

  KafkaPlaceReader(KafkaReadContext context, KafkaPlace place);
  // Where the partition begins and ends now. Waits up to the patience while the cluster is away (then kUnavailable).
  KafkaWatermarks watermarks();
  // kStore where the offset is not within them.
  void start_at(int64_t offset);
  void start_at(int64_t offset, const KafkaWatermarks& marks);
  std::optional<Message> next(std::chrono::milliseconds wait);
  // All that was there at start_at() has been returned.
  bool caught_up() const { return caught_up_; }
  const KafkaPlace& place() const { return place_; }
  std::chrono::milliseconds patience() const { return context_.config->patience; }

 private:
  [[noreturn]] void gone(int64_t offset, const KafkaWatermarks& marks) const;
  KafkaReadContext context_;
  KafkaPlace place_;
  KafkaConsumer consumer_;
  int64_t end_ = 0;
  bool caught_up_ = false;
};

// Puts the reader before the first entry whose record has this seq or a higher one; at the end where there is none. By
// bisection, since offsets and numbers drift apart: transactions leave markers and aborted messages between.
void start_at_record(KafkaPlaceReader& reader, uint64_t seq);

std::unique_ptr<IntakeReader> make_intake_reader(const KafkaReadContext& context, const KafkaPlace& place,
                                                 uint64_t position);
std::unique_ptr<SealedReader> make_sealed_reader(const KafkaReadContext& context, const KafkaPlace& place, uint64_t seq,
                                                 std::optional<uint64_t> position);

}  // namespace custody
