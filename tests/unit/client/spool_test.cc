// The spool of a source: what is on the disk after each step is what is there after a crash behind it.
#include "producers/client/spool.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "ledger/codec/json.h"
#include "ledger/event/attestation.h"
#include "ledger/event/record.h"
#include "tests/unit/base/caught_error.h"
#include "tests/unit/base/temp_folder.h"

namespace custody {
namespace {

class SpoolTest : public testing::Test {
 protected:
  MadeStatement made(const std::string& id, uint64_t number) {
    std::vector<Fault> faults;
    const auto event = parse_json(R"({"specversion":"1.0","id":")" + id +
                                  R"(","type":"data.collected","source":"urn:crm","subject":"C-1",)"
                                  R"("time":"2026-03-02T09:30:00Z","actor":"person:ana","step":"step:one",)"
                                  R"("data":{"channel":"shop","basis":"contract","values":{"name":"Ann","age":7}}})");
    MadeStatement statement = make_statement(event.as_object(), number, faults);
    EXPECT_TRUE(faults.empty()) << faults.front().pointer << faults.front().message;
    return statement;
  }
  StatementSpool open() { return StatementSpool::open(folder_ / "spool"); }
  std::string path(const std::string& name) const { return folder_ / ("spool/" + name); }

  TempFolder folder_;
};

TEST_F(SpoolTest, KeepsBytesNumbersAndIdsOverARestart) {
  MadeStatement first = made("a", 1), second = made("b", 2);
  {
    StatementSpool spool = open();
    EXPECT_EQ(spool.next_number(), 1u);
    spool.put(first);
    spool.put(second);
  }
  {
    StatementSpool spool = open();
    ASSERT_EQ(spool.queue().size(), 2u);
    EXPECT_EQ(spool.queue().at(1).bytes, first.bytes);
    EXPECT_EQ(spool.queue().at(2).sent, second.sent);
    EXPECT_TRUE(spool.knows("a") && spool.knows("b") && !spool.knows("c"));
    spool.remove(1);
    spool.remove(2);
  }
  StatementSpool spool = open();
  EXPECT_TRUE(spool.queue().empty());
  EXPECT_EQ(spool.next_number(), 3u);  // numbers are not given twice
  EXPECT_TRUE(spool.knows("a") && spool.knows("b"));
}

TEST_F(SpoolTest, ADeathBetweenStatementAndIdForgetsNoId) {
  {
    StatementSpool spool = open();
    spool.put(made("a", 1));
  }
  std::filesystem::remove(path("ids"));  // as if it had died before it was written
  EXPECT_TRUE(open().knows("a"));
  {
    std::ofstream(path("ids"), std::ios::app) << "half a li";
  }  // or in the middle of one
  {
    StatementSpool spool = open();
    EXPECT_FALSE(spool.knows("half a li"));
    spool.put(made("b", 2));
  }
  const StatementSpool spool = open();
  EXPECT_TRUE(spool.knows("a") && spool.knows("b"));
}

TEST_F(SpoolTest, ARefusedStatementIsKeptAsideAndItsNumberStaysUnused) {
  {
    StatementSpool spool = open();
    spool.put(made("a", 1));
    spool.refuse(1);
  }
  EXPECT_TRUE(std::filesystem::exists(path("refused/00000000000000000001")));
  EXPECT_EQ(open().next_number(), 2u);
}

TEST_F(SpoolTest, TheAttestationOnItsWayIsTheSameAfterARestart) {
  SourceAttested body;
  body.source = "urn:crm";
  body.from_sequence = 1;
  body.to_sequence = 9;
  const MadeStatement attestation = make_attestation(body, "system:crm", {1'750'000'000'000'000, 0});
  open().put_attestation(9, attestation);
  StatementSpool spool = open();
  ASSERT_TRUE(spool.attestation());
  EXPECT_EQ(spool.attestation()->to, 9u);
  EXPECT_EQ(spool.attestation()->statement.bytes, attestation.bytes);
  spool.attestation_done();
  EXPECT_FALSE(spool.attestation());
}

TEST_F(SpoolTest, IsOneProcessesAndSaysWhatIsDamaged) {
  {
    StatementSpool spool = open();
    spool.put(made("a", 1));
    EXPECT_EQ(error_of([&] { open(); }).code, ErrorCode::kConflict);
  }
  {
    std::ofstream(path("queue/00000000000000000001")) << "{}";
  }
  EXPECT_EQ(error_of([&] { open(); }).code, ErrorCode::kStore);
}

TEST_F(SpoolTest, AStatementHoldsItsNumberAndCommitsToItsValues) {
  const MadeStatement one = made("a", 7), again = made("a", 7);
  const auto statement = from_canonical<Statement>(one.bytes);
  EXPECT_EQ(statement.sequence, 7u);
  EXPECT_EQ(statement.source, "urn:crm");
  EXPECT_NE(one.bytes, again.bytes);  // other salts
  const auto sent = parse_json(one.sent);
  EXPECT_EQ(sent.at("subject").as_string(), "C-1");
  EXPECT_TRUE(sent.at("values").as_object().contains("subject"));
  std::vector<Fault> faults;
  make_statement(parse_json(R"({"type":"data.collected"})").as_object(), 1, faults);
  EXPECT_FALSE(faults.empty());
}

}  // namespace
}  // namespace custody
