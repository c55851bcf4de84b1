// A ledger of four shards over real brokers whose checkpoints are witnessed, also by the sealer that takes over.
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <thread>

#include "ledger/base/file.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/log/kafka_log.h"
#include "tests/broker/cluster.h"
#include "tests/broker/eventually.h"
#include "tests/broker/program.h"
#include "tools/witness/witness_server.h"

namespace custody {
namespace {

using testing::HasSubstr;

// A witness on a port of its own.
class House {
 public:
  House(const std::string& folder, const std::string& name, const VerifierKey& log)
      : folder_(folder), witness_(Witness::open(folder, name, {log}, system_clock())), server_(witness_, {}) {
    url_ = server_.bind("127.0.0.1:0");
    thread_ = std::thread([this] { server_.run(); });
  }
  ~House() {
    server_.stop();
    thread_.join();
  }
  std::string line(const std::string& name) const {
    return "witness " + name + " " + witness_.vkey().text() + " " + url_ + "\n";
  }
  size_t logs() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder_ + "/logs"), {}));
  }

 private:
  std::string folder_;
  Witness witness_;
  WitnessServer server_;
  std::string url_;
  std::thread thread_;
};

class WitnessedService : public testing::Test {
 protected:
  Words place(const std::string& data) const {
    return Words{"--data", folder_ / data, "--keys", folder_ / "keys"} + kafka_flags(config_);
  }
  void state(const std::string& data, int from, int to) const {
    std::string lines;
    for (int i = from; i < to; ++i)
      lines += R"({"specversion":"1.0","id":"o)" + std::to_string(i) + R"(","type":"archive.opened","subject":"C-)" +
               std::to_string(i) +
               R"(","source":"urn:test","time":"2026-01-05T09:00:00Z","actor":"person:anna","step":"step:use",)"
               R"("data":{"opener":"person:anna","channel":"shop"}})"
               "\n";
    const ProgramRun run = custody(Words{"emit"} + place(data), lines);
    EXPECT_EQ(run.status, 0) << run.err;
  }
  // Of shard 0, under the newest checkpoint that has its quorum; 0 = none.
  static uint64_t witnessed(const Service& service) {
    const auto status = boost::json::parse(http_get(service.url(), "/v1/status").body);
    const auto* part = status.as_object().if_contains("witnessing");
    const auto* size = part != nullptr && part->is_object() ? part->get_object().if_contains("size") : nullptr;
    return size != nullptr && !size->is_null() ? size->to_number<uint64_t>() : 0;
  }
  std::unique_ptr<Service> serve(const std::string& data, const std::string& policy) const {
    return std::make_unique<Service>(place(data) + Words{"--policy", policy});
  }

  Cluster& cluster_ = Cluster::shared(3);
  KafkaLogConfig config_ = cluster_.config();
  TempFolder folder_;
};

TEST_F(WitnessedService, ShardZeroAloneIsSubmittedAndHoldsTheOthers) {
  ASSERT_EQ(custody(Words{"init"} + place("one")).status, 0);
  const Descriptor descriptor = KafkaLog::open(config_)->descriptor();
  ASSERT_EQ(descriptor.shards, 4U);
  const VerifierKey log{descriptor.origin, VerifierKey::kEd25519, descriptor.signer};
  const House first(folder_ / "w1", "witness.example/w1", log), second(folder_ / "w2", "witness.example/w2", log);
  const std::string policy = folder_ / "policy";
  write_file_durably(policy, "log " + log.text() + "\n" + first.line("w1") + second.line("w2") +
                                 "group both all w1 w2\nquorum both\n");
  auto service = serve("one", policy);
  state("one", 0, 40);
  ASSERT_TRUE(eventually([&] { return witnessed(*service) > 0; }));
  EXPECT_EQ(first.logs(), 1U) << "shard 0 alone";
  // A record of each shard is proved, and its checkpoint has the quorum.
  for (uint32_t shard = 0; shard < descriptor.shards; ++shard) {
    const std::string proof = folder_ / "proof";
    EXPECT_EQ(custody(Words{"prove", std::to_string(shard) + ":0", "-o", proof} + place("one")).status, 0);
    const ProgramRun check = custody({"check", proof, "--policy", policy});
    EXPECT_EQ(check.status, 0) << check.out;
    EXPECT_THAT(check.out, HasSubstr("by witness.example/w2 at"));
  }
  // Its sealer is killed; another one takes over, on a folder that has seen none of it.
  const uint64_t before = witnessed(*service);
  service->kill();
  service =
      std::make_unique<Service>(place("two") + Words{"--role", "sealer", "--role", "projector", "--policy", policy});
  EXPECT_TRUE(eventually([&] { return witnessed(*service) > before; })) << http_get(service->url(), "/v1/status").body;
  EXPECT_EQ(custody(Words{"checkpoint", "--policy", policy} + place("two")).status, 0);
  const ProgramRun verify = custody(Words{"verify", "--policy", policy, "--json"} + place("verifier"));
  EXPECT_EQ(verify.status, 0) << verify.out << verify.err;
  EXPECT_THAT(verify.out, HasSubstr("\"faults\":[]"));
  EXPECT_EQ(second.logs(), 1U);
}

}  // namespace
}  // namespace custody
