#include "ledger/base/kafka_transactions.h"

#include <array>

#include "ledger/base/kafka_handle.h"

namespace custody {
namespace {

constexpr int kCallMs = 5000;  // one call; while it may be repeated it is, up to the patience

constexpr std::chrono::milliseconds kTopicLimit{3000};

using Clock = std::chrono::steady_clock;

KafkaSettings settings_of(const KafkaTransactionOptions& options) {
  return {{"enable.idempotence", "true"},
          {"transactional.id", options.transactional_id},
          {"transaction.timeout.ms", std::to_string(options.transaction_timeout.count())},
          {"acks", "all"},
          {"compression.codec", "zstd"},
          {"linger.ms", "5"},
          {"batch.size", "900000"},
          // The coordinator answers CONCURRENT_TRANSACTIONS while it writes the markers of the transaction before; with
          // the default of 100 ms that alone would limit a sealer to ten transactions a second.
          {"retry.backoff.ms", "1"},
          {"retry.backoff.max.ms", "200"},
          {"message.max.bytes", "8000000"},
          {"queue.buffering.max.messages", "1000000"},
          {"queue.buffering.max.kbytes", "131072"}};
}

// Nothing is done with reports; but where none are asked for, a commit that waits for its last message sleeps 10 ms at
// a time instead of being woken by it.
void wake_on_delivery(rd_kafka_t*, const rd_kafka_message_t*, void*) {}

// Repeats a call of the transactional API as long as it says that it may be. What comes out is none, or an error to act
// upon.
template <class Call>
KafkaErrorPtr insist(rd_kafka_t* rk, Clock::time_point deadline, const Call& call) {
  for (;;) {
    KafkaErrorPtr error(call());
    if (!error || rd_kafka_error_is_fatal(error.get()) || rd_kafka_error_txn_requires_abort(error.get()) ||
        !rd_kafka_error_is_retriable(error.get()) || Clock::now() >= deadline) {
      return error;
    }
    rd_kafka_poll(rk, 20);  // some come at once, and asking again at once would only keep a processor busy
  }
}

}  // namespace

struct KafkaTransactions::State {
  KafkaTransactionOptions options;
  KafkaPlace place;
  std::unique_ptr<KafkaHandle> handle;
  bool ended = false;

  rd_kafka_t* rk() const { return handle->get(); }
  Clock::time_point deadline() const { return Clock::now() + options.patience; }

  [[noreturn]] void fail(const char* doing, rd_kafka_resp_err_t err, const std::string& text, const char* outcome) {
    ended = true;
    std::string message = std::string("kafka: ") + doing + " on " + place.topic + " partition " +
                          std::to_string(place.partition) + ": " + text + outcome;
    std::array<char, 512> why{};
    rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(rk(), why.data(), why.size());
    if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) err = fatal;
    if (kafka_error_code(err) == ErrorCode::kConflict) {
      throw Error(ErrorCode::kConflict, message + "; another writer has taken over as " + options.transactional_id +
                                            ", or this one was silent for more than " +
                                            std::to_string(options.transaction_timeout.count()) + " ms");
    }
    // A topic that is missing in the middle of a transaction may come back; who opens anew is told what is wrong.
    throw Error(ErrorCode::kUnavailable,
                message + (handle->last_trouble().empty() ? "" : " (" + handle->last_trouble() + ")"));
  }

  // The predicates decide, never the number: the same code can be retriable, abortable or fatal.
  [[noreturn]] void give_up(const char* doing, const KafkaErrorPtr& error) {
    const rd_kafka_resp_err_t err = rd_kafka_error_code(error.get());
    const std::string text = rd_kafka_error_string(error.get());
    if (rd_kafka_error_is_fatal(error.get())) fail(doing, err, text, "");
    if (rd_kafka_error_txn_requires_abort(error.get())) {
      KafkaErrorPtr left = insist(rk(), deadline(), [this] { return rd_kafka_abort_transaction(rk(), kCallMs); });
      fail(doing, err, text, left ? "; taking it back failed as well" : "; it was taken back, nothing was appended");
    }
    fail(doing, err, text, "; whether it was appended is not known");
  }

  // Asking for the topic beforehand also saves the first transaction a wait of a second. A broker that has just
  // started, or a topic that was just made, may take a moment.
  void find_topic(Clock::time_point until) {
    for (bool last = false;; last = Clock::now() > until) {
      const struct rd_kafka_metadata* metadata = nullptr;
      rd_kafka_resp_err_t err = rd_kafka_metadata(rk(), 0, handle->topic(place.topic), &metadata, kCallMs);
      if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const bool there = metadata->topic_cnt == 1 && metadata->topics[0].partition_cnt > place.partition;
        rd_kafka_metadata_destroy(metadata);
        if (there) return;
        err = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
      }
      if (last)
        throw_kafka(err, "find " + place.topic + " partition " + std::to_string(place.partition),
                    handle->last_trouble());
      rd_kafka_poll(rk(), 50);
    }
  }

  void produce(const std::string& value) {
    rd_kafka_topic_t* topic = handle->topic(place.topic);
    while (rd_kafka_produce(topic, place.partition, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()), value.size(),
                            nullptr, 0, nullptr) != 0) {
      const rd_kafka_resp_err_t err = rd_kafka_last_error();
      if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        rd_kafka_poll(rk(), 10);  // makes room; messages that nobody takes are given up after the transaction's time
        continue;
      }
      insist(rk(), deadline(), [this] { return rd_kafka_abort_transaction(rk(), kCallMs); });
      fail("append", err, rd_kafka_err2str(err), "; nothing was appended");
    }
  }
};

KafkaTransactions::KafkaTransactions(std::unique_ptr<State> state) : state_(std::move(state)) {}
KafkaTransactions::KafkaTransactions(KafkaTransactions&&) noexcept = default;
KafkaTransactions& KafkaTransactions::operator=(KafkaTransactions&&) noexcept = default;
KafkaTransactions::~KafkaTransactions() = default;

KafkaTransactions KafkaTransactions::start(const KafkaConnection& connection, const KafkaTransactionOptions& options,
                                           const KafkaPlace& place) {
  auto state = std::make_unique<State>();
  state->options = options;
  state->place = place;
  state->handle = KafkaHandle::start(RD_KAFKA_PRODUCER, connection, settings_of(options), wake_on_delivery);
  const Clock::time_point deadline = state->deadline();
  KafkaErrorPtr error = insist(state->rk(), deadline, [&] { return rd_kafka_init_transactions(state->rk(), kCallMs); });
  if (error) {
    throw_kafka(rd_kafka_error_code(error.get()), "take over as " + options.transactional_id,
                state->handle->last_trouble());
  }
  state->find_topic(std::min(deadline, Clock::now() + kTopicLimit));
  return KafkaTransactions(std::move(state));
}

void KafkaTransactions::append(std::span<const std::string> values) {
  State& s = *state_;
  if (s.ended)
    throw Error(ErrorCode::kUnavailable, "kafka: this writer of " + s.place.topic + " has ended; open a new one");
  if (values.empty()) return;
  if (KafkaErrorPtr error{rd_kafka_begin_transaction(s.rk())}) s.give_up("begin", error);
  for (const std::string& value : values) s.produce(value);
  KafkaErrorPtr error = insist(s.rk(), s.deadline(), [&] { return rd_kafka_commit_transaction(s.rk(), kCallMs); });
  if (error) s.give_up("commit", error);
}

}  // namespace custody
