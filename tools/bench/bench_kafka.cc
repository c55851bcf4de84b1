// Over a real broker: how much a sealer seals exactly once, and how soon what was taken is seen sealed.
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "ledger/base/kafka_admin.h"
#include "ledger/base/kafka_consumer.h"
#include "ledger/base/kafka_producer.h"
#include "tools/bench/benches.h"
#include "tools/bench/made_events.h"
#include "tools/bench/running.h"
#include "tools/bench/scratch.h"

namespace custody {
namespace {

using std::chrono::steady_clock;

// A name for a ledger on the broker; its topics go with the object.
class Topics {
 public:
  explicit Topics(const BenchOptions& options) {
    static int made = 0;
    config_.connection.bootstrap = options.kafka;
    config_.ledger = "bench-" + std::to_string(system_clock().now_us()) + "-" + std::to_string(made++);
    config_.single_broker = true;
  }
  Topics(const Topics&) = delete;
  Topics& operator=(const Topics&) = delete;
  ~Topics() {
    try {
      KafkaAdmin admin = KafkaAdmin::start(config_.connection);
      for (const std::string& topic : kafka_topic_names(config_.ledger).all()) admin.remove(topic);
    } catch (const std::exception& error) {
      say(std::string("topics stay on the broker: ") + error.what());
    }
  }
  const std::string& ledger() const { return config_.ledger; }
  // Makes them without a ledger; the one like a ledger's intake.
  std::string bare() const {
    create_kafka_topics(config_, 1);
    return kafka_topic_names(config_.ledger).intake;
  }

 private:
  KafkaLogConfig config_;
};

std::vector<std::string> entries_of(uint64_t count) {
  std::vector<std::string> entries;
  for (uint64_t n = 0; n < count; ++n) entries.push_back(intake_entry_of(made_event(1, n), {}, 0));
  return entries;
}

void fill(Log& log, const std::vector<std::string>& entries) {
  std::vector<IntakeAppend> appends;
  for (const std::string& entry : entries) appends.push_back({0, entry});
  log.append_intake(appends);
}

// The intake is full when the sealer begins; timed from the first record of its term to the last event.
Sample sealed(const BenchOptions& options, const std::vector<std::string>& entries) {
  const Scratch scratch(options.folder);
  const Topics topics(options);
  const auto node = open_kafka_node(scratch / "data", options.kafka, topics.ledger());
  fill(node->log(), entries);
  node->start();
  const Tail& tail = *node->tails()[0];
  if (!tail.wait_for(1, std::chrono::seconds(60))) throw Error(ErrorCode::kUnavailable, node->not_ready());
  const uint64_t before = tail.state().grown;
  Sample sample = timed([&] {
    wait_for_sealed(*node, entries.size());
    return static_cast<double>(entries.size() - before);
  });
  node->stop();
  return sample;
}

Sample produced(const BenchOptions& options, const std::vector<std::string>& entries) {
  const Topics topics(options);
  const std::string topic = topics.bare();
  KafkaProducer producer = KafkaProducer::start({options.kafka, {}, "custody-bench"});
  std::vector<KafkaMessage> messages;
  for (const std::string& entry : entries) messages.push_back({0, entry});
  producer.send(topic, std::span(messages).first(1));  // connected
  return timed([&] {
    producer.send(topic, std::span(messages).subspan(1));
    return static_cast<double>(messages.size() - 1);
  });
}

// When each of a row of events was seen, by its place in the row.
class Arrivals : public TailListener {
 public:
  explicit Arrivals(size_t count) : seen_(count) {}
  void on_accepted(uint32_t, std::span<const Accepted> records) override {
    const auto now = steady_clock::now();
    const std::lock_guard lock(mutex_);
    for (const Accepted& record : records)
      if (const auto at = places_.find(record.id); at != places_.end()) seen_[at->second] = now;
  }
  void on_round(const RoundMark&) override {}
  void expect(const EventId& id, size_t place) {
    const std::lock_guard lock(mutex_);
    places_[id] = place;
  }
  steady_clock::time_point seen(size_t place) const { return seen_[place]; }

 private:
  std::mutex mutex_;
  std::map<EventId, size_t> places_;
  std::vector<steady_clock::time_point> seen_;
};

double ms_between(steady_clock::time_point from, steady_clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<size_t>(q * static_cast<double>(values.size())))];
}

// Calls `send` at a steady pace; returns when each call was due, since waiting in line is latency too.
template <class Send>
std::vector<steady_clock::time_point> paced(uint64_t count, double per_second, const Send& send) {
  std::vector<steady_clock::time_point> due;
  const auto begin = steady_clock::now();
  for (uint64_t n = 0; n < count; ++n) {
    due.push_back(begin + std::chrono::microseconds(static_cast<int64_t>(1e6 * static_cast<double>(n) / per_second)));
    std::this_thread::sleep_until(due.back());
    send(n);
  }
  return due;
}

constexpr double kPace = 200;

Sample of_latencies(const std::vector<double>& ms, std::vector<double>& medians) {
  medians.push_back(quantile(ms, 0.5));
  Sample sample;
  sample.work = static_cast<double>(ms.size());
  sample.seconds = sample.work / kPace;
  sample.value = quantile(ms, 0.99);
  return sample;
}

Sample seen_sealed(const BenchOptions& options, const std::vector<std::string>& entries, std::vector<double>& medians) {
  const Scratch scratch(options.folder);
  Arrivals arrivals(entries.size());
  const Topics topics(options);
  const auto node = open_kafka_node(scratch / "data", options.kafka, topics.ledger());
  for (size_t n = 0; n < entries.size(); ++n) arrivals.expect(decode_intake(entries[n]).statement.id, n);
  node->tails()[0]->add(arrivals);
  node->start();
  wait_ready(*node);
  const auto due = paced(entries.size(), kPace, [&](uint64_t n) {
    const IntakeAppend append{0, entries[n]};
    node->log().append_intake({&append, 1});
  });
  wait_for_sealed(*node, entries.size());
  node->stop();
  std::vector<double> ms;
  for (size_t n = 0; n < due.size(); ++n) ms.push_back(ms_between(due[n], arrivals.seen(n)));
  return of_latencies(ms, medians);
}

// Produced and consumed, and nothing in between.
Sample seen_bare(const BenchOptions& options, const std::vector<std::string>& entries, std::vector<double>& medians) {
  const Topics topics(options);
  const std::string topic = topics.bare();
  const KafkaConnection connection{options.kafka, {}, "custody-bench"};
  std::vector<steady_clock::time_point> seen(entries.size());
  KafkaProducer producer = KafkaProducer::start(connection);
  const KafkaMessage first{0, entries[0]};
  producer.send(topic, {&first, 1});
  std::vector<steady_clock::time_point> due;
  {
    const std::jthread reader([&] {
      KafkaConsumer consumer = KafkaConsumer::start(connection);
      consumer.assign({topic, 0}, 1);
      for (size_t n = 0; n < seen.size();)
        if (consumer.poll(std::chrono::seconds(1)).kind == KafkaPolled::Kind::kMessage) seen[n++] = steady_clock::now();
    });
    due = paced(entries.size(), kPace, [&](uint64_t n) {
      const KafkaMessage message{0, entries[n]};
      producer.send(topic, {&message, 1});
    });
  }
  std::vector<double> ms;
  for (size_t n = 0; n < due.size(); ++n) ms.push_back(ms_between(due[n], seen[n]));
  return of_latencies(ms, medians);
}

}  // namespace

std::vector<Figure> bench_kafka(const BenchOptions& options) {
  const auto entries = entries_of(options.count(300'000, 1'000));
  Figure figure;
  figure.name = "kafka";
  figure.work = "one shard over one broker: a full intake read, judged, sealed in transactions, read back committed";
  figure.unit = "events/s";
  figure.baseline = "bare idempotent librdkafka producer, acks=all: the same entries into one partition";
  figure.floor = {0.12, {}};
  figure.goal = {0.4, {}};
  in_turns(
      options.turns(5), figure, [&] { return sealed(options, entries); }, [&] { return produced(options, entries); });
  figure.facts = {{"events a turn", static_cast<double>(entries.size())},
                  {"bytes of an entry", static_cast<double>(entries[0].size())}};
  return {figure};
}

std::vector<Figure> bench_kafka_latency(const BenchOptions& options) {
  const auto entries = entries_of(options.count(2'000, 60));
  Figure figure;
  figure.name = "kafka-latency";
  figure.work =
      "200 events/s over one broker: from when an event was due to enter the intake until the tail has read it "
      "back sealed; 99th percentile";
  figure.unit = "ms";
  figure.baseline = "bare: produced idempotently and consumed, no ledger; 99th percentile";
  figure.floor = {{}, 60};
  figure.goal = {{}, 20};
  figure.less_is_better = true;
  std::vector<double> ours, base;
  in_turns(
      options.turns(3), figure, [&] { return seen_sealed(options, entries, ours); },
      [&] { return seen_bare(options, entries, base); });
  figure.facts = {{"median, ms", spread(ours).median},
                  {"median of the baseline, ms", spread(base).median},
                  {"events a turn", static_cast<double>(entries.size())}};
  return {figure};
}

}  // namespace custody
