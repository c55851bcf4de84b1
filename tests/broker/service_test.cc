// The real program over real brokers: the commands of the README, roles in processes of their own, and what a process
// says when it must not go on.
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <regex>
#include <thread>

#include "ledger/log/kafka_log.h"
#include "tests/broker/cluster.h"
#include "tests/broker/eventually.h"
#include "tests/broker/follower.h"
#include "tests/broker/program.h"

namespace custody {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

std::string event(uint64_t number) {
  return R"({"specversion":"1.0","id":"e)" + std::to_string(number) +
         R"(","type":"data.accessed","source":"urn:test","time":"2026-01-05T09:00:00Z","actor":"person:anna",)"
         R"("step":"step:use","data":{"dataset":"dataset:orders","mode":"read","fields":["name"]}})";
}

std::string events(uint64_t from, uint64_t to) {
  std::string lines;
  for (uint64_t i = from; i < to; ++i) lines += event(i) + "\n";
  return lines;
}

boost::json::object status_of(const Service& service) {
  return boost::json::parse(http_get(service.url(), "/v1/status").body).as_object();
}

class ServiceTest : public testing::Test {
 protected:
  explicit ServiceTest(int nodes = 3) : cluster_(Cluster::shared(nodes)), config_(cluster_.config()) {}

  Words place(const std::string& data) const { return {"--data", folder_ / data, "--keys", folder_ / "keys"}; }
  Words on_kafka(const std::string& data) const { return place(data) + kafka_flags(config_); }
  std::unique_ptr<Service> serve(const std::string& data, const Words& more = {}) const {
    auto service = std::make_unique<Service>(on_kafka(data) + more);
    EXPECT_TRUE(eventually([&] { return http_get(service->url(), "/readyz").status == 200; }))
        << http_get(service->url(), "/readyz").body;
    return service;
  }
  // Sums over the shards: what is there, read anew.
  struct Count {
    uint64_t sealed = 0, lost = 0, twice = 0, records = 0, terms = 0;
  };
  Count count(uint64_t acknowledged) const {
    const auto log = KafkaLog::open(config_);
    Count sum;
    std::vector<std::unique_ptr<Follower>> shards;
    for (uint32_t shard = 0; shard < log->descriptor().shards; ++shard) {
      shards.push_back(std::make_unique<Follower>(*log, shard));
      shards.back()->read_all();
      sum.sealed += shards.back()->events();
      sum.twice += shards.back()->twice();
      sum.records += shards.back()->records();
      sum.terms += shards.back()->terms();
    }
    for (uint64_t i = 0; i < acknowledged; ++i)
      if (std::none_of(shards.begin(), shards.end(), [&](const auto& shard) { return shard->has(i); })) ++sum.lost;
    return sum;
  }
  void expect_sound(const char* what, uint64_t sent, uint64_t acknowledged) const {
    const Count there = count(acknowledged);
    std::printf("%s: sent %lu, acknowledged %lu, sealed %lu, lost %lu, twice %lu; records %lu, terms %lu\n", what, sent,
                acknowledged, there.sealed, there.lost, there.twice, there.records, there.terms);
    EXPECT_GT(acknowledged, 0U);
    EXPECT_EQ(there.lost, 0U);
    EXPECT_EQ(there.twice, 0U);
    const ProgramRun verify = custody(Words{"verify", "--json"} + on_kafka("verifier"));
    EXPECT_EQ(verify.status, 0) << verify.out << verify.err;
    EXPECT_THAT(verify.out, HasSubstr("\"faults\":[]"));
  }

  Cluster& cluster_;
  KafkaLogConfig config_;
  TempFolder folder_;
};

// Lines of an answer without what depends on the layout and on the time of sealing: the subject's id, the position, and
// the references.
std::vector<std::string> plain(const std::string& text) {
  static const std::regex reference(R"(\s*\[\d+:\d+\]$)");
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (line.find("as of round") == std::string::npos) lines.push_back(std::regex_replace(line, reference, ""));
  std::sort(lines.begin(), lines.end());
  return lines;
}

// What `check` finds in a bundle made of a ledger, offline: its records as lines, sorted.
std::vector<std::string> bundled(const TempFolder& folder, const Words& place, const Words& question) {
  const std::string vkey = folder / "operator.vkey", file = folder / "x.evidence";
  std::ofstream(vkey) << custody(Words{"checkpoint", "--vkey"} + place).out;
  const ProgramRun made =
      custody(Words{"bundle", "-o", file, "--disclose", "phone", "--reason", "audit"} + question + place);
  EXPECT_EQ(made.status, 0) << made.err;
  const ProgramRun checked = custody({"check", file, "--trust", vkey, "--json"});
  EXPECT_EQ(checked.status, 0) << checked.out;
  const auto answer = boost::json::parse(checked.out);
  std::vector<std::string> lines;
  for (const auto& record : answer.at("records").as_array())
    lines.push_back(boost::json::serialize(record.at("statement").at("id")));
  for (const auto& value : answer.at("values").as_array()) lines.push_back(boost::json::serialize(value.at("value")));
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST_F(ServiceTest, TheCommandsAnswerAsTheEmbeddedLedgerDoes) {
  EXPECT_EQ(custody(Words{"init", "--name", "crm"} + on_kafka("kafka")).status, 0);
  const auto kafka = serve("kafka");
  const Service embedded(place("embedded"));
  const std::string root = CUSTODY_SOURCE_DIR;
  const Words customers{"import", "csv", "--map", root + "/examples/crm/mapping.toml"};
  Words files;
  for (const auto& file : std::filesystem::directory_iterator(root + "/examples/crm"))
    if (file.path().extension() == ".csv") files.push_back(file.path());
  std::sort(files.begin(), files.end());
  const std::vector<Words> steps{customers + files, {"import", "cloudtrail", root + "/examples/cloudtrail"}};
  for (const Words& step : steps) {
    const ProgramRun there = custody(step + place("kafka"));
    EXPECT_EQ(there.status, 0) << there.err;
    EXPECT_EQ(custody(step + place("embedded")).status, 0);
  }
  const ProgramRun again = custody(customers + files + place("kafka"));
  EXPECT_THAT(again.err + again.out, HasSubstr("0 sealed, 1941 repeats"));
  const std::vector<Words> questions{{"archive", "C-10017", "--fresh"},
                                     {"archive", "C-10001", "--fresh"},
                                     {"activity", "--actor", "person:finn.oakes"},
                                     {"activity", "--step", "step:service"}};
  for (const Words& question : questions) {
    const ProgramRun there = custody(question + place("kafka"));
    EXPECT_EQ(there.status, 0) << there.err;
    const auto lines = plain(there.out);
    EXPECT_GT(lines.size(), 5U);
    EXPECT_EQ(lines, plain(custody(question + place("embedded")).out)) << question[0] << " " << question[1];
  }
  for (const Words& question : {Words{"--customer", "C-10017"}, Words{"--actor", "person:finn.oakes", "--to", "now"}}) {
    const auto lines = bundled(folder_, place("kafka"), question);
    EXPECT_GT(lines.size(), 5U);
    EXPECT_EQ(lines, bundled(folder_, place("embedded"), question)) << question[1];
  }
  EXPECT_GE(bundled(folder_, place("kafka"), {"--range", "3:5-104"}).size(), 100U);  // and their values
  EXPECT_EQ(custody(Words{"rebuild"} + place("kafka")).status, 0) << "live and rebuilt digests differ";
  EXPECT_THAT(custody(Words{"log", "--from", "2:0", "--json"} + place("kafka")).out, HasSubstr("\"sealer.started\""));
  EXPECT_THAT(custody(Words{"topics", "check"} + on_kafka("kafka")).out, HasSubstr("every setting is safe"));
  const auto status = boost::json::parse(custody(Words{"status", "--json"} + place("kafka")).out);
  EXPECT_EQ(status.at("ledger").at("log"), "kafka");
  EXPECT_EQ(status.at("ledger").at("replicated"), true);
  EXPECT_EQ(status.at("ledger").at("shards"), 4);
  const ProgramRun verify = custody(Words{"verify"} + on_kafka("kafka"));
  EXPECT_EQ(verify.status, 0) << verify.out;
  EXPECT_THAT(verify.err, Not(HasSubstr("NOT REPLICATED")));
  EXPECT_EQ(kafka->end(), 0);
}

TEST_F(ServiceTest, RolesInProcessesOfTheirOwn) {
  const auto sealer = serve("sealer", {"--role", "sealer"});
  const auto gateway = serve("gateway", {"--role", "gateway"});
  const auto projector = serve("projector", {"--role", "projector"});
  const std::string opened =
      R"({"specversion":"1.0","id":"a1","type":"archive.opened","source":"urn:test","subject":"C-1",)"
      R"("time":"2026-01-05T08:00:00Z","actor":"person:anna","data":{"opener":"person:anna"}})";
  const HttpAnswer receipt =
      HttpCall(gateway->url(), "POST", "/v1/events?wait=sealed", "application/json", opened).answer();
  EXPECT_EQ(receipt.status, 200) << receipt.body;
  EXPECT_THAT(receipt.body, HasSubstr("\"status\":\"sealed\""));
  const HttpAnswer found =
      HttpCall(gateway->url(), "POST", "/v1/customers/lookup", "application/json", R"({"number":"C-1"})").answer();
  const std::string subject(boost::json::parse(found.body).at("subject").as_string());
  EXPECT_TRUE(eventually([&] {
    return http_get(projector->url(), "/v1/customers/" + subject + "?as_of=frontier").body.find("archive.opened") !=
           std::string::npos;
  }));
  EXPECT_EQ(http_get(gateway->url(), "/v1/customers/" + subject).status, 503);
  EXPECT_EQ(HttpCall(projector->url(), "POST", "/v1/events", "application/json", event(0)).answer().status, 503);
  EXPECT_EQ(status_of(*gateway).at("sealer").at("reason"), "runs in another process");

  // One keyring: a gateway with another would give C-1 a second id.
  const ProgramRun second = custody(Words{"serve", "--listen", "127.0.0.1:0", "--role", "gateway"} + on_kafka("other"));
  EXPECT_NE(second.status, 0);
  EXPECT_THAT(second.err, HasSubstr("the keyring of this ledger is at "));
  EXPECT_THAT(second.err, HasSubstr(folder_ / "gateway"));
  const ProgramRun same = custody(Words{"serve", "--listen", "127.0.0.1:0", "--role", "gateway"} + on_kafka("gateway"));
  EXPECT_NE(same.status, 0);
  EXPECT_THAT(same.err, HasSubstr("process"));
  const ProgramRun sent = custody({"emit", "--url", gateway->url()}, events(0, 500));
  EXPECT_EQ(sent.status, 0) << sent.err;
  EXPECT_EQ(projector->end(), 0);
  EXPECT_EQ(gateway->end(), 0);
  expect_sound("roles in processes of their own", 500, 500);
}

TEST_F(ServiceTest, OfTwoSealersOneStandsByAndTakesOver) {
  auto first = serve("one", {"--role", "sealer"});
  const auto gateway = serve("gateway", {"--role", "gateway"});
  auto second = serve("two", {"--role", "sealer"});
  const auto reason = [](const Service& service) {
    return std::string(status_of(service).at("sealer").at("reason").as_string());
  };
  EXPECT_EQ(custody({"emit", "--url", gateway->url()}, events(0, 100)).status, 0);
  EXPECT_TRUE(eventually([&] { return reason(*first).find("standing by") != std::string::npos; }));
  EXPECT_EQ(reason(*second), "");
  EXPECT_EQ(http_get(first->url(), "/readyz").status, 200);
  const uint64_t quiet = count(0).records;
  const auto silence = steady_clock::now() + seconds(5);  // more than it takes to suspect the other
  while (steady_clock::now() < silence) usleep(100'000);
  EXPECT_LE(count(0).records, quiet + 1) << "two sealers of an idle ledger overtake each other";  // a last round

  uint64_t sent = 100, acknowledged = 100;
  const auto emit = [&] {
    const ProgramRun run = custody({"emit", "--url", gateway->url()}, events(acknowledged, acknowledged + 50));
    sent += 50;
    if (run.status == 0) acknowledged += 50;
    return run.status == 0;
  };
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(emit());
  std::thread killer([&] {
    usleep(30'000);
    second->kill();
  });
  const auto killed = steady_clock::now();
  emit();
  killer.join();
  EXPECT_TRUE(eventually(emit));
  const double gap = std::chrono::duration<double>(steady_clock::now() - killed).count();
  std::printf("sealer killed: sealing again after %.1f s\n", gap);
  EXPECT_LT(gap, 20) << "a few seconds on a quiet machine";
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(emit());
  // Shard 0 too, which had nothing in its intake: else no round would be closed.
  EXPECT_TRUE(eventually([&] { return reason(*first).find("shard 0;") == std::string::npos; })) << reason(*first);
  expect_sound("sealer killed, another takes over", sent, acknowledged);
}

TEST_F(ServiceTest, WithoutBrokersItRefusesWhatItCannotHoldAndComesBack) {
  const auto service = serve("all");
  EXPECT_EQ(custody({"emit", "--url", service->url()}, events(0, 100)).status, 0);
  for (int node = 1; node <= 3; ++node) cluster_.kill_node(node);
  constexpr uint64_t kCalls = 300;  // more than its workers and their queue hold
  std::vector<HttpCall> calls;
  for (uint64_t i = 0; i < kCalls; ++i)
    calls.emplace_back(service->url(), "POST", "/v1/events", "application/json", event(100 + i));
  HttpAnswer refused;
  EXPECT_TRUE(eventually([&] {
    refused = HttpCall(service->url(), "POST", "/v1/events", "application/json", event(99'000)).answer();
    return refused.status == 503;
  }));
  EXPECT_THAT(refused.head, HasSubstr("Retry-After: "));
  EXPECT_EQ(http_get(service->url(), "/healthz").status, 200) << "alive while every worker waits";
  EXPECT_TRUE(eventually([&] { return http_get(service->url(), "/readyz").status == 503; }));
  cluster_.start_all();
  uint64_t taken = 0, refusals = 0;
  std::vector<uint64_t> acknowledged;
  for (uint64_t i = 0; i < kCalls; ++i) {
    const HttpAnswer answer = calls[i].answer();
    taken += answer.status == 202;
    refusals += answer.status == 503;
    if (answer.status == 202) acknowledged.push_back(100 + i);
    EXPECT_TRUE(answer.status == 202 || answer.status == 503) << answer.status << answer.body;
  }
  EXPECT_GT(refusals, 0U);
  EXPECT_TRUE(eventually([&] { return http_get(service->url(), "/readyz").status == 200; }))
      << http_get(service->url(), "/readyz").body;
  EXPECT_TRUE(eventually([&] {
    return custody({"emit", "--url", service->url()}, events(100, 101 + kCalls)).status == 0;
  })) << "a source repeats what was not acknowledged";
  std::printf("no broker: %lu calls, %lu taken, %lu refused\n", kCalls, taken, refusals);
  expect_sound("no broker for a while", 101 + kCalls, 101 + kCalls);
}

class OneBrokerTest : public ServiceTest {
 protected:
  OneBrokerTest() : ServiceTest(1) {}
};

TEST_F(OneBrokerTest, MustBeAskedForAndIsSaidEverywhere) {
  KafkaLogConfig careful = config_;
  careful.single_broker = false;
  const Words start{"serve", "--listen", "127.0.0.1:0"};
  const ProgramRun refused = custody(start + place("one") + kafka_flags(careful));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("--single-broker"));
  {
    const auto service = serve("one");
    const auto status = status_of(*service);
    EXPECT_EQ(status.at("ledger").at("replicated"), false);
    EXPECT_THAT(boost::json::serialize(status.at("notices")), HasSubstr("NOT REPLICATED"));
    EXPECT_EQ(custody({"emit", "--url", service->url()}, events(0, 10)).status, 0);
    EXPECT_EQ(service->end(), 0);
  }
  const ProgramRun verify = custody(Words{"verify"} + on_kafka("one"));
  EXPECT_EQ(verify.status, 0) << verify.out << verify.err;
  EXPECT_THAT(verify.err, HasSubstr("NOT REPLICATED"));

  KafkaAdmin admin = KafkaAdmin::start(config_.connection);
  const std::string topic = kafka_topic_names(config_.ledger).sealed;
  admin.alter(topic, {{"retention.ms", "604800000"}, {"compression.type", "gzip"}});
  ASSERT_TRUE(eventually([&] { return check_kafka_topics(config_).size() == 2; }));
  const ProgramRun unsafe = custody(start + on_kafka("one"));
  EXPECT_EQ(unsafe.status, 2);
  EXPECT_THAT(unsafe.err, HasSubstr(topic + ": retention.ms is 604800000, must be -1; cure: kafka-configs"));
  EXPECT_THAT(unsafe.err, Not(HasSubstr("compression.type")));
  EXPECT_EQ(custody(Words{"topics", "check"} + on_kafka("one")).status, 1);
  admin.alter(topic, {{"retention.ms", "-1"}});
  ASSERT_TRUE(eventually([&] { return check_kafka_topics(config_).size() == 1; }));
  EXPECT_EQ(custody(Words{"topics", "check"} + on_kafka("one")).status, 0) << "what only costs is a warning";
}

}  // namespace
}  // namespace custody
