// The conformance suite on KafkaLog over a real broker, and what only Kafka can do to a log.
#include "ledger/log/kafka_log.h"

#include <unistd.h>

#include <thread>

#include "ledger/base/kafka_transactions.h"
#include "tests/broker/cluster.h"
#include "tests/broker/eventually.h"
#include "tests/unit/log/log_conformance.h"

namespace custody {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::IsEmpty;

// Until something that must happen has happened; false after `limit`.
void remove_topic(const KafkaLogConfig& config, const std::string& topic) {
  KafkaAdmin admin = KafkaAdmin::start(config.connection);
  admin.remove(topic);
  ASSERT_TRUE(eventually([&] { return !admin.describe({topic})[0]; }));
}

void remake_topics(const KafkaLogConfig& config, uint32_t shards) {
  ASSERT_TRUE(eventually([&] {
    try {
      create_kafka_topics(config, shards);
      return true;
    } catch (const Error& e) {
      return e.code() != ErrorCode::kConflict;  // the old one is not gone everywhere yet
    }
  }));
}

class KafkaStage : public LogStage {
 public:
  std::unique_ptr<Log> create(const Descriptor& descriptor) override { return KafkaLog::create(config_, descriptor); }
  std::unique_ptr<Log> open() override { return KafkaLog::open(config_); }
  void make_newer() override {
    const std::string topic = kafka_topic_names(config_.ledger).checkpoints;
    remove_topic(config_, topic);
    remake_topics(config_, 2);
    send_first(topic, std::string("CKL1\x09\x00", 6) + std::string(100, 'n'));
  }
  void make_foreign() override {
    create_kafka_topics(config_, 2);
    send_first(kafka_topic_names(config_.ledger).checkpoints, "{\"order\": 17}");
  }
  bool second_writer_takes_over() const override { return true; }

 private:
  void send_first(const std::string& topic, const std::string& bytes) {
    const KafkaMessage message{0, bytes};
    KafkaProducer::start(config_.connection).send(topic, {&message, 1});
  }
  KafkaLogConfig config_ = Cluster::shared(1).config();
};

INSTANTIATE_TEST_SUITE_P(Kafka, LogConformance,
                         testing::Values(LogKind{"Kafka", [] { return std::make_unique<KafkaStage>(); }}),
                         [](const auto& kind) { return kind.param.name; });

class KafkaLogTest : public testing::Test {
 protected:
  void create(uint32_t shards = 1) {
    config_.patience = seconds(10);
    log_ = KafkaLog::create(config_, test_descriptor(shards));
  }
  void seal(SealedWriter& writer, uint64_t from, uint64_t to) {
    std::vector<std::string> records;
    for (uint64_t seq = from; seq < to; ++seq) records.push_back(test_record(0, seq));
    std::vector<SealedWriter::Entry> entries;
    for (const std::string& record : records) entries.push_back({record, {}});
    writer.append(entries);
  }
  CaughtError error_within(seconds limit, const std::function<void()>& step) {
    const auto until = steady_clock::now() + limit;
    while (steady_clock::now() < until) {
      try {
        step();
      } catch (const Error& e) {
        return {e.code(), e.what()};
      }
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }

  KafkaLogConfig config_ = Cluster::shared(1).config();
  KafkaTopicNames names_ = kafka_topic_names(config_.ledger);
  std::unique_ptr<KafkaLog> log_;
};

TEST_F(KafkaLogTest, AReaderHearsThatEntriesWereTrimmedUnderIt) {
  create();
  config_.reader_bytes = 100'000;  // little is read ahead
  log_ = KafkaLog::open(config_);
  const std::string entry(50'000, 'x');
  for (int i = 0; i < 200; ++i) log_->append_intake(std::vector<IntakeAppend>{{0, entry}});
  const auto reader = log_->read_intake(0, 0);
  ASSERT_TRUE(reader->next(seconds(20)));
  log_->trim_intake(0, 199);
  const CaughtError e = error_within(seconds(20), [&] { reader->next(milliseconds(100)); });
  EXPECT_EQ(e.code, ErrorCode::kStore);
  EXPECT_THAT(e.text, HasSubstr("everything before 199 was deleted"));
}

TEST_F(KafkaLogTest, SealedRecordsMayNeverBeTrimmed) {
  create();
  seal(*log_->open_writer(0), 0, 10);
  KafkaAdmin::start(config_.connection).delete_records({names_.sealed, 0}, 5);
  for (uint64_t from : {0U, 3U, 9U}) {
    // Within a time: where the end of the transaction is still on its way the committed end is 0, and librdkafka calls
    // the smaller of the two that it asks for the beginning. The watch asks for the beginning alone.
    const CaughtError e = error_within(seconds(20), [&] { log_->read_sealed(0, from); });
    EXPECT_EQ(e.code, ErrorCode::kStore);
    EXPECT_THAT(e.text, HasSubstr("everything before 5 was deleted")) << "from " << from;
  }
}

TEST_F(KafkaLogTest, AReaderBehindTheTrimmedRecordsHearsOfItToo) {
  create();
  seal(*log_->open_writer(0), 0, 10);
  const auto reader = log_->read_sealed(0, 8);
  for (uint64_t seq = 8; seq < 10; ++seq) EXPECT_EQ(decode_seal(reader->next(seconds(20))->record).seq, seq);
  KafkaAdmin::start(config_.connection).delete_records({names_.sealed, 0}, 5);
  const CaughtError e = error_within(seconds(20), [&] { reader->next(milliseconds(100)); });
  EXPECT_EQ(e.code, ErrorCode::kStore);
  EXPECT_THAT(e.text, HasSubstr(names_.sealed + " partition 0: everything before 5 was deleted"));
}

TEST_F(KafkaLogTest, ADeletedTopicIsNoticedByAllWhoUseIt) {
  create();
  log_->append_intake(std::vector<IntakeAppend>{{0, "a"}});
  const auto reader = log_->read_intake(0, 0);
  ASSERT_TRUE(reader->next(seconds(20)));
  KafkaAdmin::start(config_.connection).remove(names_.intake);
  const CaughtError e = error_within(seconds(20), [&] { reader->next(milliseconds(100)); });
  EXPECT_EQ(e.code, ErrorCode::kStore);
  EXPECT_THAT(e.text, HasSubstr(names_.intake + " was deleted"));
  EXPECT_EQ(error_of([&] { log_->append_intake(std::vector<IntakeAppend>{{0, "b"}}); }).code, ErrorCode::kStore);
  EXPECT_EQ(error_of([&] { log_->intake_id(0); }).code, ErrorCode::kStore);
  EXPECT_EQ(error_of([&] { KafkaLog::open(config_); }).code, ErrorCode::kStore);
}

TEST_F(KafkaLogTest, ATopicMadeAnewIsNoticedThoughItIsLonger) {
  create();
  log_->append_intake(std::vector<IntakeAppend>{{0, "a"}, {0, "b"}});
  const auto reader = log_->read_intake(0, 0);
  ASSERT_TRUE(reader->next(seconds(20)));
  ASSERT_TRUE(reader->next(seconds(20)));
  const ByteArray<16> old_id = log_->intake_id(0);
  remove_topic(config_, names_.intake);
  remake_topics(config_, 1);
  KafkaProducer other = KafkaProducer::start(config_.connection);
  std::vector<KafkaMessage> foreign(100, KafkaMessage{0, "foreign"});
  ASSERT_TRUE(eventually([&] {
    try {
      other.send(names_.intake, foreign);
      return true;
    } catch (const Error&) {
      return false;
    }
  }));
  const CaughtError e = error_within(seconds(20), [&] { reader->next(milliseconds(100)); });
  EXPECT_EQ(e.code, ErrorCode::kStore);
  log_ = KafkaLog::open(config_);
  EXPECT_NE(log_->intake_id(0), old_id) << "positions start anew, and whoever keeps them must see it";
}

TEST_F(KafkaLogTest, SealedMadeAnewWhileNobodyLookedIsRefused) {
  create();
  seal(*log_->open_writer(0), 0, 10);
  log_.reset();
  remove_topic(config_, names_.sealed);
  remake_topics(config_, 1);
  const CaughtError e = error_of([&] { KafkaLog::open(config_); });
  EXPECT_EQ(e.code, ErrorCode::kStore);
  EXPECT_THAT(e.text, HasSubstr("made anew"));
}

TEST_F(KafkaLogTest, WhatAWriterLeftOpenIsAbortedByTheNext) {
  create();
  {
    const auto first = log_->open_writer(0);
    seal(*first, 0, 3);
  }
  const auto second = log_->open_writer(0);  // and only after it the sequence is read
  const auto reader = log_->read_sealed(0, 0);
  for (uint64_t seq = 0; seq < 3; ++seq) EXPECT_EQ(decode_seal(reader->next(seconds(20))->record).seq, seq);
  seal(*second, 3, 5);
  for (uint64_t seq = 3; seq < 5; ++seq) EXPECT_EQ(decode_seal(reader->next(seconds(20))->record).seq, seq);
}

TEST_F(KafkaLogTest, TheFirstOfAThousandSmallBatchesIsFoundQuickly) {
  create();
  const auto writer = log_->open_writer(0);
  const auto begin = steady_clock::now();
  for (uint64_t seq = 0; seq < 300; ++seq) seal(*writer, seq, seq + 1);
  const double a_second = 300 / std::chrono::duration<double>(steady_clock::now() - begin).count();
  std::printf("transactions of one record: %.0f a second\n", a_second);
  EXPECT_GT(a_second, 12) << "the back-off of 100 ms is in force again";
  const auto search = steady_clock::now();
  EXPECT_EQ(decode_seal(log_->read_sealed(0, 250)->next(seconds(20))->record).seq, 250U);
  std::printf("found in %.0f ms\n", std::chrono::duration<double, std::milli>(steady_clock::now() - search).count());
}

TEST_F(KafkaLogTest, UnsafeSettingsAreNamedWithTheirCure) {
  create();
  log_.reset();
  EXPECT_THAT(check_kafka_topics(config_, 1), IsEmpty());
  KafkaAdmin admin = KafkaAdmin::start(config_.connection);
  const std::vector<std::pair<std::string, std::string>> changes{{"cleanup.policy", "compact"},
                                                                 {"retention.ms", "604800000"},
                                                                 {"retention.bytes", "1000000"},
                                                                 {"unclean.leader.election.enable", "true"},
                                                                 {"max.message.bytes", "1000"}};
  for (const auto& [setting, value] : changes) {
    const std::string before = admin.settings(names_.sealed).at(setting);
    admin.alter(names_.sealed, {{setting, value}});
    ASSERT_TRUE(eventually([&] { return admin.settings(names_.sealed).at(setting) == value; }));
    const auto unsafe = check_kafka_topics(config_, 1);
    ASSERT_EQ(unsafe.size(), 1U) << setting;
    EXPECT_EQ(unsafe[0].topic, names_.sealed);
    EXPECT_EQ(unsafe[0].setting, setting);
    EXPECT_EQ(unsafe[0].found, value);
    EXPECT_THAT(unsafe[0].cure, HasSubstr(setting));
    const CaughtError e = error_of([&] { KafkaLog::open(config_); });
    EXPECT_EQ(e.code, ErrorCode::kRefused);
    EXPECT_THAT(e.text, HasSubstr(to_text(unsafe[0])));
    admin.alter(names_.sealed, {{setting, before}});
    ASSERT_TRUE(eventually([&] { return check_kafka_topics(config_, 1).empty(); }));
  }
  admin.alter(names_.sealed, {{"compression.type", "gzip"}});  // costs, and loses nothing
  ASSERT_TRUE(eventually([&] { return !check_kafka_topics(config_, 1).empty(); }));
  const auto warnings = check_kafka_topics(config_, 1);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].setting, "compression.type");
  EXPECT_TRUE(warnings[0].only_costs);
  EXPECT_NO_THROW(KafkaLog::open(config_));
  admin.alter(names_.sealed, {{"compression.type", "producer"}});
  ASSERT_TRUE(eventually([&] { return check_kafka_topics(config_, 1).empty(); }));
  config_.single_broker = false;
  const auto unsafe = check_kafka_topics(
      config_, 2);  // of four topics: too few replicas, too few in sync, three with too few partitions
  EXPECT_EQ(unsafe.size(), 4U + 4U + 3U);
  EXPECT_THAT(error_of([&] { KafkaLog::open(config_); }).text, HasSubstr("--single-broker"));
  config_.single_broker = true;
  EXPECT_FALSE(KafkaLog::open(config_)->replicated());
}

TEST_F(KafkaLogTest, OneBrokerMustBeAskedFor) {
  config_.single_broker = false;
  const CaughtError e = error_of([&] { KafkaLog::create(config_, test_descriptor(1)); });
  EXPECT_EQ(e.code, ErrorCode::kUsage);
  EXPECT_THAT(e.text, HasSubstr("--single-broker"));
}

TEST_F(KafkaLogTest, NobodyAtThatAddress) {
  config_.connection.bootstrap = "127.0.0.1:9";
  config_.patience = seconds(2);
  const CaughtError e = error_of([&] { KafkaLog::open(config_); });
  EXPECT_EQ(e.code, ErrorCode::kUnavailable);
  EXPECT_THAT(e.text, HasSubstr("127.0.0.1:9"));
}

TEST_F(KafkaLogTest, NamesThatKafkaWouldNotTake) {
  for (const char* name : {"", "UPPER", "a/b", "with space"}) {
    EXPECT_EQ(error_of([&] { kafka_topic_names(name); }).code, ErrorCode::kUsage) << name;
  }
}

}  // namespace
}  // namespace custody
