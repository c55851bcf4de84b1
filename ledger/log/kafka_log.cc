#include "ledger/log/kafka_log.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "ledger/base/error.h"
#include "ledger/base/kafka_transactions.h"
#include "ledger/event/record.h"
#include "ledger/log/kafka_log_readers.h"

namespace custody {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kLedgerMagic = "CKL1";
constexpr std::string_view kKeyringMagic = "CKK1";
constexpr std::string_view kNoteMagic = "CKN1";
constexpr uint64_t kFormat = 1;
constexpr size_t kLedgerHeader = 4 + 2 + 16;
constexpr size_t kKeyringHeader = 4 + 16;
constexpr size_t kNoteHeader = 4 + 8;
constexpr milliseconds kRefusalCounts{15'000};
constexpr milliseconds kShortLimit{3000};  // of questions that somebody waits for and could do without

struct LedgerMessage {
  ByteArray<16> sealed_id{};
  Descriptor descriptor;
};

std::string encode_ledger(const ByteArray<16>& sealed_id, const Descriptor& descriptor) {
  std::string bytes(kLedgerMagic);
  append_le(bytes, kFormat, 2);
  bytes += view_of(sealed_id);
  return bytes + encode_descriptor(descriptor);
}

LedgerMessage decode_ledger(const std::string& topic, std::string_view bytes) {
  if (bytes.size() < kLedgerHeader || !bytes.starts_with(kLedgerMagic)) {
    throw Error(ErrorCode::kStore, topic + " does not begin with a ledger: it belongs to something else");
  }
  const uint64_t format = read_le(bytes, 4, 2);
  if (format > kFormat) {
    throw Error(ErrorCode::kStore, topic + " is of format " + std::to_string(format) + ", this program knows up to " +
                                       std::to_string(kFormat) + ": use a newer one");
  }
  try {
    return {array_of<16>(bytes.substr(6, 16)), decode_descriptor(bytes.substr(kLedgerHeader))};
  } catch (const Error& e) {
    throw Error(ErrorCode::kStore, topic + " begins with a damaged ledger: " + e.what());
  }
}

std::string encode_note(uint64_t size, std::string_view note) {
  std::string bytes(kNoteMagic);
  append_le(bytes, size, 8);
  return bytes.append(note);
}

// What is behind `from`, up to the end of this moment.
template <class Each>
void read_to_end(KafkaPlaceReader& reader, int64_t from, milliseconds patience, const Each& each) {
  reader.start_at(from);
  const auto until = steady_clock::now() + patience;
  while (!reader.caught_up()) {
    if (auto message = reader.next(milliseconds(50))) {
      if (!each(*message)) return;
    } else if (steady_clock::now() > until) {
      throw Error(ErrorCode::kUnavailable, "kafka: " + reader.place().topic + " cannot be read at the moment");
    }
  }
}

std::optional<std::string> first_message(const KafkaReadContext& context, const KafkaPlace& place) {
  KafkaPlaceReader reader(context, place);
  std::optional<std::string> first;
  read_to_end(reader, 0, context.config->patience, [&](const KafkaPlaceReader::Message& message) {
    first = std::string(message.value);
    return false;
  });
  return first;
}

void refuse_unsafe(const KafkaLogConfig& config, uint32_t shards) {
  std::string text;
  for (const UnsafeSetting& unsafe : check_kafka_topics(config, shards))
    if (!unsafe.only_costs) text += "\n  " + to_text(unsafe);
  if (!text.empty()) throw Error(ErrorCode::kRefused, "these topics could lose or rewrite history:" + text);
}

class KafkaSealedWriter : public SealedWriter {
 public:
  KafkaSealedWriter(KafkaTransactions transactions, std::shared_ptr<KafkaWatch> watch)
      : transactions_(std::move(transactions)), watch_(std::move(watch)) {}

  void append(std::span<const Entry> entries) override {
    watch_->check();
    values_.clear();
    for (const Entry& entry : entries) values_.push_back(encode_log_entry(entry.record, entry.blob));
    transactions_.append(values_);
  }

 private:
  KafkaTransactions transactions_;
  std::shared_ptr<KafkaWatch> watch_;
  std::vector<std::string> values_;
};

}  // namespace

struct KafkaLog::State {
  std::shared_ptr<const KafkaLogConfig> config;
  KafkaTopicNames names;
  std::shared_ptr<KafkaWatch> watch;
  std::shared_ptr<KafkaAdmin> admin;  // by ask()
  KafkaProducer producer;
  Descriptor descriptor;
  ByteArray<16> intake_id{};
  ByteArray<16> sealed_id{};
  bool replicated = false;
  std::mutex mutex{};                  // guards admin and the two below
  std::string refusal{};               // of the last append, and none was taken since
  steady_clock::time_point refused{};  // when
  std::atomic<bool> refusing{false};

  KafkaReadContext context() const { return {config, watch}; }

  static std::shared_ptr<KafkaAdmin> start_admin(const KafkaLogConfig& config) {
    return std::make_shared<KafkaAdmin>(KafkaAdmin::start(config.connection, kShortLimit));
  }

  // Where a client calls a topic missing that the watch finds (it may have it from a broker that had just started), the
  // next question is asked by a new client.
  template <class Call>
  auto ask(const Call& call) {
    watch->check();
    std::shared_ptr<KafkaAdmin> use;
    {
      const std::lock_guard lock(mutex);
      use = admin;
    }
    try {
      return call(*use);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::kNotFound) throw;
      watch->confirm(milliseconds(5000));
      const std::lock_guard lock(mutex);
      if (admin == use) admin = start_admin(*config);
      throw Error(ErrorCode::kUnavailable, e.what());
    }
  }

  // Connects to topics that are there; the descriptor is still to be read.
  static std::unique_ptr<State> connect(const KafkaLogConfig& config, bool made) {
    const KafkaTopicNames names = kafka_topic_names(config.ledger);
    KafkaAdmin admin = KafkaAdmin::start(config.connection, config.patience);
    const auto topics = find_kafka_topics(admin, names, made);
    if (std::none_of(topics.begin(), topics.end(), [](const auto& topic) { return topic.has_value(); })) {
      throw Error(ErrorCode::kNotFound,
                  "there is no ledger " + config.ledger + " on this cluster; custody topics create makes its topics");
    }
    KafkaWatch::Ids ids;
    std::vector<KafkaPlace> whole;
    bool replicated = true;
    for (size_t i = 0; i < topics.size(); ++i) {
      const std::string name = names.all()[i];
      if (!topics[i])
        throw Error(ErrorCode::kStore, "topic " + name + " is missing. If it was there before, restore it from a copy");
      ids[name] = topics[i]->id;
      for (const KafkaPartition& partition : topics[i]->partitions) {
        replicated = replicated && partition.replicas >= 2;
        if (name != names.intake) whole.push_back({name, partition.id});
      }
    }
    auto watch = std::make_shared<KafkaWatch>(KafkaAdmin::start(config.connection, kShortLimit), ids, whole);
    auto state = std::make_unique<State>(std::make_shared<const KafkaLogConfig>(config), names, watch,
                                         start_admin(config), KafkaProducer::start(config.connection, config.intake),
                                         Descriptor{}, ids.at(names.intake), ids.at(names.sealed), replicated);
    watch->start();
    return state;
  }

  void adopt(std::string_view message) {
    const LedgerMessage ledger = decode_ledger(names.checkpoints, message);
    if (ledger.sealed_id != sealed_id) {
      throw Error(ErrorCode::kStore, "topic " + names.sealed + " was deleted and made anew after the ledger " +
                                         to_text(ledger.descriptor.ledger_id) +
                                         " was created: its records are gone. Restore it from a copy");
    }
    descriptor = ledger.descriptor;
  }

  void note_refusal(const std::string& why) {
    const std::lock_guard lock(mutex);
    refusal = why;
    refused = steady_clock::now();
    refusing = !why.empty();
  }

  // Where most brokers are away the rest go on telling of a cluster that is whole, since nobody is left to decide that
  // it is not: then an append that was not taken is all there is to know it by. It counts for a while only, as nobody
  // appends to a service that is not ready.
  std::string trouble() {
    std::string seen = watch->trouble();
    if (!seen.empty() || !refusing) return seen;
    const std::lock_guard lock(mutex);
    return steady_clock::now() - refused < kRefusalCounts ? refusal : "";
  }

  void send(const std::string& topic, std::span<const KafkaMessage> messages) {
    watch->check();
    try {
      producer.send(topic, messages);
      if (refusing.exchange(false)) note_refusal("");
    } catch (const Error& e) {
      if (e.code() == ErrorCode::kUnavailable) note_refusal(e.what());
      if (e.code() != ErrorCode::kNotFound) throw;
      watch->confirm(milliseconds(5000));
      throw Error(ErrorCode::kUnavailable, e.what());  // it is there after all: a broker that did not know it yet
    }
  }
};

KafkaLog::KafkaLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
KafkaLog::~KafkaLog() = default;

std::unique_ptr<KafkaLog> KafkaLog::create(const KafkaLogConfig& config, const Descriptor& descriptor) {
  create_kafka_topics(config, descriptor.shards);
  refuse_unsafe(config, descriptor.shards);
  std::unique_ptr<State> state = State::connect(config, true);
  const KafkaPlace place{state->names.checkpoints, 0};
  const std::string wanted = encode_ledger(state->sealed_id, descriptor);
  std::optional<std::string> first = first_message(state->context(), place);
  if (!first) {
    const KafkaMessage message{0, wanted};
    state->send(place.topic, {&message, 1});
    first = first_message(state->context(), place);  // of two who create at once, the first message decides
  }
  if (first != wanted) {
    const std::string there = first ? to_text(decode_ledger(place.topic, *first).descriptor.ledger_id) : "none";
    throw Error(ErrorCode::kConflict, "there is a ledger " + config.ledger + " already, of id " + there);
  }
  state->adopt(wanted);
  return std::unique_ptr<KafkaLog>(new KafkaLog(std::move(state)));
}

std::unique_ptr<KafkaLog> KafkaLog::open(const KafkaLogConfig& config) {
  std::unique_ptr<State> state = State::connect(config, false);
  const std::optional<std::string> first = first_message(state->context(), {state->names.checkpoints, 0});
  if (!first)
    throw Error(ErrorCode::kNotFound,
                "the topics of " + config.ledger + " are there, but no ledger has been created in them");
  state->adopt(*first);
  refuse_unsafe(config, state->descriptor.shards);
  return std::unique_ptr<KafkaLog>(new KafkaLog(std::move(state)));
}

const Descriptor& KafkaLog::descriptor() const {
  return state_->descriptor;
}
bool KafkaLog::replicated() const {
  return state_->replicated;
}

int32_t KafkaLog::partition(uint32_t shard) const {
  if (shard >= state_->descriptor.shards) {
    throw Error(ErrorCode::kUsage,
                "shard " + std::to_string(shard) + " of a ledger of " + std::to_string(state_->descriptor.shards));
  }
  return static_cast<int32_t>(shard);
}

void KafkaLog::append_intake(std::span<const IntakeAppend> entries) {
  std::vector<KafkaMessage> messages;
  messages.reserve(entries.size());
  for (const IntakeAppend& append : entries) messages.push_back({partition(append.shard), append.entry});
  state_->send(state_->names.intake, messages);
}

std::unique_ptr<IntakeReader> KafkaLog::read_intake(uint32_t shard, uint64_t position) {
  return make_intake_reader(state_->context(), {state_->names.intake, partition(shard)}, position);
}

uint64_t KafkaLog::intake_end(uint32_t shard) {
  const KafkaPlace place{state_->names.intake, partition(shard)};
  return state_->ask([&](KafkaAdmin& admin) { return static_cast<uint64_t>(admin.watermarks(place).high); });
}

void KafkaLog::trim_intake(uint32_t shard, uint64_t position) {
  const KafkaPlace place{state_->names.intake, partition(shard)};
  state_->ask([&](KafkaAdmin& admin) { admin.delete_records(place, static_cast<int64_t>(position)); });
}

ByteArray<16> KafkaLog::intake_id(uint32_t shard) {
  partition(shard);
  state_->watch->check();
  return state_->intake_id;
}

std::unique_ptr<SealedReader> KafkaLog::read_sealed(uint32_t shard, uint64_t seq, std::optional<uint64_t> position) {
  return make_sealed_reader(state_->context(), {state_->names.sealed, partition(shard)}, seq, position);
}

std::unique_ptr<SealedWriter> KafkaLog::open_writer(uint32_t shard) {
  state_->watch->check();
  const KafkaTransactionOptions options{.transactional_id = state_->config->ledger + "-sealer-" + std::to_string(shard),
                                        .transaction_timeout = state_->config->transaction_timeout,
                                        .patience = state_->config->patience};
  const KafkaPlace place{state_->names.sealed, partition(shard)};
  return std::make_unique<KafkaSealedWriter>(KafkaTransactions::start(state_->config->connection, options, place),
                                             state_->watch);
}

void KafkaLog::put_checkpoint(uint32_t shard, uint64_t size, std::string_view note) {
  const std::string bytes = encode_note(size, note);
  const KafkaMessage message{partition(shard), bytes};
  state_->send(state_->names.checkpoints, {&message, 1});
}

std::optional<std::string> KafkaLog::newest_checkpoint(uint32_t shard, uint64_t most, const NoteFilter& wanted) {
  KafkaPlaceReader reader(state_->context(), {state_->names.checkpoints, partition(shard)});
  const KafkaWatermarks marks = reader.watermarks();
  std::optional<std::string> newest;
  // A writer that was overtaken may have put an older one last; among the latest few the largest counts.
  for (int64_t back = 16; !newest; back *= 8) {
    const int64_t from = std::max(marks.low, marks.high - back);
    uint64_t largest = 0;
    read_to_end(reader, from, state_->config->patience, [&](const KafkaPlaceReader::Message& message) {
      if (message.value.size() < kNoteHeader || !message.value.starts_with(kNoteMagic)) return true;
      const uint64_t size = read_le(message.value, 4, 8);
      const std::string_view note = message.value.substr(kNoteHeader);
      if (size > most || (newest && size < largest) || !wanted(note)) return true;
      largest = size;
      newest = std::string(note);
      return true;
    });
    if (from == marks.low) break;
  }
  return newest;
}

std::optional<KeyringClaim> KafkaLog::keyring() {
  KafkaPlaceReader reader(state_->context(), {state_->names.checkpoints, 0});
  std::optional<KeyringClaim> first;
  read_to_end(reader, 0, state_->config->patience, [&](const KafkaPlaceReader::Message& message) {
    if (message.value.size() < kKeyringHeader || !message.value.starts_with(kKeyringMagic)) return true;
    first = {array_of<16>(message.value.substr(kKeyringMagic.size(), 16)),
             std::string(message.value.substr(kKeyringHeader))};
    return false;
  });
  return first;
}

KeyringClaim KafkaLog::claim_keyring(const KeyringClaim& mine) {
  if (auto first = keyring()) return *first;
  const std::string bytes = std::string(kKeyringMagic).append(view_of(mine.id)) + mine.place;
  const KafkaMessage message{0, bytes};
  state_->send(state_->names.checkpoints, {&message, 1});
  const auto first = keyring();
  if (!first) throw Error(ErrorCode::kUnavailable, "kafka: " + state_->names.checkpoints + " cannot be read back");
  return *first;
}

std::string KafkaLog::trouble() const {
  return state_->trouble();
}

}  // namespace custody
