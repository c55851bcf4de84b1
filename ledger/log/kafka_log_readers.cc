#include "ledger/log/kafka_log_readers.h"

#include <algorithm>
#include <thread>

#include "ledger/base/error.h"
#include "ledger/event/record.h"

namespace custody {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kConfirmLimit{5000};
constexpr milliseconds kElectionLimit{3000};
constexpr milliseconds kRetryPause{50};

KafkaConsumerOptions options_for(uint64_t bytes) {
  KafkaConsumerOptions options;
  options.buffer_bytes = bytes;
  options.fetch_wait_ms = 25;  // what a search waits for at most before it can go on elsewhere
  options.fetch_bytes = static_cast<uint32_t>(std::min<uint64_t>(bytes, options.fetch_bytes));
  return options;
}

LogEntry entry_of(const KafkaPlace& place, const KafkaPlaceReader::Message& message) {
  try {
    LogEntry entry = decode_log_entry(message.value);
    decode_seal(entry.record);
    return entry;
  } catch (const Error& e) {
    throw Error(ErrorCode::kStore,
                to_text(place) + " offset " + std::to_string(message.offset) + " holds no sealed record: " + e.what());
  }
}

class KafkaIntakeReader : public IntakeReader {
 public:
  explicit KafkaIntakeReader(KafkaPlaceReader reader) : reader_(std::move(reader)) {}
  std::optional<IntakeItem> next(milliseconds wait) override {
    const auto message = reader_.next(wait);
    if (!message) return std::nullopt;
    return IntakeItem{static_cast<uint64_t>(message->offset) + 1, message->value};
  }

 private:
  KafkaPlaceReader reader_;
};

class KafkaSealedReader : public SealedReader {
 public:
  KafkaSealedReader(KafkaPlaceReader reader, uint64_t seq, bool hinted)
      : reader_(std::move(reader)), seq_(seq), hinted_(hinted) {}

  std::optional<SealedItem> next(milliseconds wait) override {
    const auto until = steady_clock::now() + wait;
    for (;;) {
      const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
      const auto message = reader_.next(std::max(left, milliseconds(0)));
      if (!message) return std::nullopt;
      const LogEntry entry = entry_of(reader_.place(), *message);
      if (!started_ && !starts_here(decode_seal(entry.record).seq)) continue;
      return SealedItem{static_cast<uint64_t>(message->offset), entry.record, entry.blob};
    }
  }
  bool caught_up() const override { return reader_.caught_up(); }

 private:
  bool starts_here(uint64_t seq) {
    if (seq < seq_) return false;
    if (seq > seq_ && hinted_) {  // the position was of a later record
      hinted_ = false;
      start_at_record(reader_, seq_);
      return false;
    }
    started_ = true;
    return true;
  }

  KafkaPlaceReader reader_;
  uint64_t seq_;
  bool hinted_;
  bool started_ = false;
};

}  // namespace

KafkaPlaceReader::KafkaPlaceReader(KafkaReadContext context, KafkaPlace place)
    : context_(std::move(context)),
      place_(std::move(place)),
      consumer_(KafkaConsumer::start(context_.config->connection, options_for(context_.config->reader_bytes))) {}

KafkaWatermarks KafkaPlaceReader::watermarks() {
  const auto until = steady_clock::now() + context_.config->patience;
  for (;;) {
    context_.watch->check();
    try {
      return consumer_.watermarks(place_, kConfirmLimit);
    } catch (const Error& e) {
      if (e.code() == ErrorCode::kNotFound) context_.watch->confirm(kConfirmLimit);
      if (e.code() == ErrorCode::kDenied || steady_clock::now() > until) throw;
      std::this_thread::sleep_for(kRetryPause);
    }
  }
}

void KafkaPlaceReader::start_at(int64_t offset) {
  KafkaWatermarks marks = watermarks();
  // A leader that has just been elected may not know yet how far it was confirmed.
  for (const auto until = steady_clock::now() + kElectionLimit; marks.high < offset && steady_clock::now() < until;) {
    std::this_thread::sleep_for(kRetryPause);
    marks = watermarks();
  }
  start_at(offset, marks);
}

void KafkaPlaceReader::start_at(int64_t offset, const KafkaWatermarks& marks) {
  if (offset < marks.low || offset > marks.high) gone(offset, marks);
  end_ = marks.high;
  caught_up_ = offset >= end_;
  consumer_.assign(place_, offset);
}

std::optional<KafkaPlaceReader::Message> KafkaPlaceReader::next(milliseconds wait) {
  const auto until = steady_clock::now() + wait;
  for (;;) {
    context_.watch->check();
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    const KafkaPolled polled = consumer_.poll(std::max(left, milliseconds(0)));
    switch (polled.kind) {
      case KafkaPolled::Kind::kMessage:
        if (polled.offset + 1 >= end_) caught_up_ = true;
        return Message{polled.offset, polled.value};
      case KafkaPolled::Kind::kEnd:
        if (polled.offset >= end_) caught_up_ = true;
        break;
      case KafkaPolled::Kind::kOutOfRange:
        context_.watch->confirm(kConfirmLimit);
        gone(polled.offset, watermarks());
      case KafkaPolled::Kind::kTrouble:
        context_.watch->suspect();
        break;
      case KafkaPolled::Kind::kNothing:
        break;
    }
    if (left.count() <= 0) return std::nullopt;
  }
}

void KafkaPlaceReader::gone(int64_t offset, const KafkaWatermarks& marks) const {
  std::string text = to_text(place_) + ": offset " + std::to_string(offset) + " is wanted, but ";
  text += offset < marks.low ? "everything before " + std::to_string(marks.low) + " was deleted"
                             : "it ends at " + std::to_string(marks.high) + ": what was acknowledged is lost";
  throw Error(ErrorCode::kStore, text + ". Stop, and restore the topic from a copy");
}

void start_at_record(KafkaPlaceReader& reader, uint64_t seq) {
  const KafkaWatermarks marks = reader.watermarks();
  // A record's offset is never below its number. The answer lies in [low, high].
  int64_t low = std::max(marks.low, static_cast<int64_t>(std::min<uint64_t>(seq, INT64_MAX)));
  int64_t high = marks.high;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    reader.start_at(middle, marks);
    std::optional<KafkaPlaceReader::Message> message;
    const auto until = steady_clock::now() + reader.patience();
    while (!(message = reader.next(milliseconds(20))) && !reader.caught_up()) {
      if (steady_clock::now() > until)
        throw Error(ErrorCode::kUnavailable, to_text(reader.place()) + " cannot be read at the moment");
    }
    if (!message || message->offset >= high || decode_seal(entry_of(reader.place(), *message).record).seq >= seq) {
      high = middle;
    } else {
      low = message->offset + 1;
    }
  }
  reader.start_at(high, marks);
}

std::unique_ptr<IntakeReader> make_intake_reader(const KafkaReadContext& context, const KafkaPlace& place,
                                                 uint64_t position) {
  KafkaPlaceReader reader(context, place);
  reader.start_at(static_cast<int64_t>(std::min<uint64_t>(position, INT64_MAX)));
  return std::make_unique<KafkaIntakeReader>(std::move(reader));
}

std::unique_ptr<SealedReader> make_sealed_reader(const KafkaReadContext& context, const KafkaPlace& place, uint64_t seq,
                                                 std::optional<uint64_t> position) {
  KafkaPlaceReader reader(context, place);
  const KafkaWatermarks marks = reader.watermarks();
  const bool hinted = position && *position < static_cast<uint64_t>(marks.high);
  reader.start_at(0, marks);  // throws where anything was deleted: of what is sealed nothing ever may be
  if (hinted) {
    reader.start_at(static_cast<int64_t>(*position), marks);
  } else if (seq > 0) {
    start_at_record(reader, seq);
  }
  return std::make_unique<KafkaSealedReader>(std::move(reader), seq, hinted);
}

}  // namespace custody
