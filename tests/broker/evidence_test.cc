// What an auditor carries away from a ledger of four shards on real brokers: the commands of evidence on the imported
// CloudTrail records, judged offline by files alone.
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json.hpp>

#include "ledger/base/file.h"
#include "ledger/base/hash.h"
#include "tests/broker/cluster.h"
#include "tests/broker/eventually.h"
#include "tests/broker/program.h"

namespace custody {
namespace {

using testing::HasSubstr;

constexpr uint32_t kShards = 4;

class EvidenceOnKafka : public testing::Test {
 protected:
  void SetUp() override {
    EXPECT_EQ(custody(Words{"init", "--name", "audited"} + place_ + kafka_flags(config_)).status, 0);
    service_ = std::make_unique<Service>(place_ + kafka_flags(config_));
    ASSERT_TRUE(eventually([&] { return http_get(service_->url(), "/readyz").status == 200; }));
    done({"import", "cloudtrail", std::string(CUSTODY_SOURCE_DIR) + "/examples/cloudtrail"});
    ASSERT_TRUE(eventually([&] { return signed_sizes().size() == kShards; })) << run({"checkpoint"}).err;
  }

  ProgramRun run(const Words& words, const std::string& input = "") const { return custody(words + place_, input); }
  std::string done(const Words& words, const std::string& input = "") const {
    const ProgramRun ran = run(words, input);
    EXPECT_EQ(ran.status, 0) << words[0] << ": " << ran.out << ran.err;
    return ran.out;
  }
  boost::json::value json(const Words& words, const std::string& input = "") const {
    return boost::json::parse(done(words + Words{"--json"}, input));
  }
  // Of each shard that has a checkpoint.
  std::vector<uint64_t> signed_sizes() const {
    std::vector<uint64_t> sizes;
    const ProgramRun ran = run({"checkpoint", "--json"});
    if (ran.status != 0) return sizes;
    const auto answer = boost::json::parse(ran.out);
    for (const auto& shard : answer.at("shards").as_array())
      if (shard.at("size").to_number<uint64_t>() > 0) sizes.push_back(shard.at("size").to_number<uint64_t>());
    return sizes;
  }
  // Reads the log itself.
  boost::json::value verified(const Words& more = {}) const {
    return json(Words{"verify"} + more + kafka_flags(config_));
  }
  std::string kept(const std::string& name, const std::string& text) const {
    write_file_durably(folder_ / name, text);
    return folder_ / name;
  }
  // With files alone: no data folder, no service.
  std::string checked(const Words& words, const std::string& trust) const {
    const ProgramRun ran = custody(Words{"check"} + words + Words{"--trust", trust});
    EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
    return ran.out;
  }
  void open_customers(const std::string& prefix, int count) const {
    std::string lines;
    for (int i = 0; i < count; ++i)
      lines += R"({"specversion":"1.0","id":"o)" + prefix + std::to_string(i) +
               R"(","type":"archive.opened","subject":")" + prefix + std::to_string(i) +
               R"(","source":"urn:test","time":"2026-01-05T09:00:00Z","actor":"person:anna","step":"step:use",)"
               R"("data":{"opener":"person:anna","channel":"shop"}})"
               "\n";
    done({"emit"}, lines);
  }

  Cluster& cluster_ = Cluster::shared(3);
  KafkaLogConfig config_ = cluster_.config();
  TempFolder folder_;
  Words place_{"--data", folder_ / "data", "--keys", folder_ / "keys"};
  std::unique_ptr<Service> service_;
};

TEST_F(EvidenceOnKafka, ProofsCheckpointsAndTilesOfEveryShard) {
  const std::string trust = kept("operator.vkey", done({"checkpoint", "--vkey"}));
  const std::string saved = kept("saved.checkpoint", done({"checkpoint"}));
  const auto sizes = signed_sizes();
  EXPECT_GT(*std::max_element(sizes.begin(), sizes.end()), 100U);  // the imported ones
  for (uint32_t shard = 0; shard < kShards; ++shard) {
    const std::string file = folder_ / (std::to_string(shard) + ".proof");
    done({"prove", std::to_string(shard) + ":" + std::to_string(sizes[shard] - 1), "-o", file});
    EXPECT_THAT(checked({file}, trust), HasSubstr("PROVED"));
  }
  open_customers("C-", 40);
  EXPECT_TRUE(verified({"--against", saved}).at("faults").as_array().empty());
  done({"export", "tiles", folder_ / "tree"});
  for (uint32_t shard = 0; shard < kShards; ++shard)
    for (const std::string& place :
         {folder_ / ("tree/" + std::to_string(shard)), service_->url() + "/v1/shards/" + std::to_string(shard)}) {
      const ProgramRun tiles = custody({"verify", "--tiles", place, "--trust", trust});
      EXPECT_EQ(tiles.status, 0) << place << tiles.out << tiles.err;
    }
}

TEST_F(EvidenceOnKafka, ABundleHoldsAllThereIsOfACustomer) {
  const std::string trust = kept("operator.vkey", done({"checkpoint", "--vkey"}));
  open_customers("C-", 40);
  ASSERT_TRUE(eventually([&] { return run({"archive", "C-7", "--fresh"}).status == 0; }));
  done({"attest-views"});
  const std::string file = folder_ / "c7.evidence";
  // The attestation is in a bundle once a round covers it.
  std::string said;
  const auto complete = [&] {
    done({"bundle", "--customer", "C-7", "-o", file});
    const ProgramRun ran = custody({"check", file, "--trust", trust});
    said = ran.out + ran.err;
    return said.find("PROVED      the ledger has no other records") != std::string::npos;
  };
  EXPECT_TRUE(eventually(complete, std::chrono::seconds(30))) << said;
  EXPECT_THAT(checked({file}, trust), HasSubstr("PROVED"));
}

TEST_F(EvidenceOnKafka, ASourceAttestsAndTheSigningKeyIsRotated) {
  const std::string before = kept("before.vkey", done({"checkpoint", "--vkey"}));
  const std::string key = folder_ / "crm.key", proof = folder_ / "before.proof";
  const std::string line = custody({"keygen", "system:crm", "--out", key}).out;
  const std::string public_key = to_hex(from_base64(line.substr(line.find('=') + 1, 44)));
  done({"emit"}, R"({"specversion":"1.0","id":"r1","type":"source.registered","source":"urn:admin",)"
                 R"("time":"2026-01-05T09:00:00Z","actor":"person:anna","data":{"id":"urn:crm","key":")" +
                     public_key + "\"}}\n");
  std::string lines;
  for (int i = 0; i < 20; ++i)
    lines += R"({"specversion":"1.0","id":"s)" + std::to_string(i) + R"(","type":"archive.opened","subject":"S-)" +
             std::to_string(i) +
             R"(","source":"urn:crm","time":"2026-01-05T09:00:00Z","actor":"person:anna",)"
             R"("step":"step:use","data":{"opener":"person:anna","channel":"shop"}})"
             "\n";
  const auto said = json(
      {"emit", "--spool", folder_ / "spool", "--source", "urn:crm", "--source-key", key, "--trust", before}, lines);
  EXPECT_EQ(said.at("attested_up_to").to_number<int>(), 20);
  EXPECT_EQ(said.at("waiting").to_number<int>(), 0);

  done({"prove", "1:0", "-o", proof});
  done(Words{"keys", "rotate"} + kafka_flags(config_));
  const std::string handover = folder_ / "handover.proofs", later = folder_ / "after.proof";
  done(Words{"keys", "handover", "-o", handover} + kafka_flags(config_));
  open_customers("L-", 8);
  done({"prove", "1:0", "-o", later});
  checked({proof}, before);
  EXPECT_EQ(custody({"check", later, "--trust", before}).status, 5);
  checked({later}, before + "," + handover);
  const auto report = verified();
  EXPECT_TRUE(report.at("faults").as_array().empty()) << boost::json::serialize(report.at("faults"));
  EXPECT_EQ(report.at("keys").as_array().size(), 2U);
  EXPECT_EQ(report.at("sources_attested").at(0).at("source"), "urn:crm");
  EXPECT_EQ(service_->end(), 0);
}

}  // namespace
}  // namespace custody
