#include "ledger/event/bodies_motion.h"
#include "ledger/event/values.h"
#include "tests/unit/api/node_fixture.h"

namespace custody {
namespace {

using testing::HasSubstr;
using testing::Not;
using EventsTest = NodeFixture;

TEST_F(EventsTest, TheFirstUseMakesATrialLedgerAndSaysSo) {
  EXPECT_THAT(notices_, HasSubstr("open mode"));
  EXPECT_THAT(node_->notices().at(0), HasSubstr("OPEN MODE"));
}

TEST_F(EventsTest, AnEventIsSealedAndItsReceiptNamesTheRecord) {
  const ApiResponse response = state(opened("e1", "C-1"));
  ASSERT_EQ(response.status, 200) << response.body;
  const auto receipt = json(response);
  EXPECT_EQ(receipt.at("status").as_string(), "sealed");
  EXPECT_FALSE(receipt.at("repeat").as_bool());
  const ApiResponse record = get("/v1/records/0/" + std::to_string(receipt.at("seq").to_number<uint64_t>()));
  ASSERT_EQ(record.status, 200);
  EXPECT_EQ(json(record).at("leaf"), receipt.at("leaf"));
  EXPECT_THAT(record.body, HasSubstr("archive.opened"));
}

TEST_F(EventsTest, TheSameAgainGivesTheFirstReceiptForEver) {
  const auto first = json(state(opened("e1", "C-1")));
  reopen();
  const auto again = json(state(opened("e1", "C-1")));
  EXPECT_EQ(again.at("status").as_string(), "repeat");
  EXPECT_TRUE(again.at("repeat").as_bool());
  EXPECT_EQ(again.at("seq"), first.at("seq"));
  EXPECT_EQ(again.at("leaf"), first.at("leaf"));
}

TEST_F(EventsTest, AnotherStatementUnderTheSameIdIsAConflictWithARecord) {
  state(opened("e1", "C-1"));
  ASSERT_EQ(state(collected("e2", "C-1", "600")).status, 200);
  const ApiResponse conflict = state(collected("e2", "C-1", "601"));
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.content_type, "application/problem+json");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (get("/v1/records", {{"from", "0:0"}}).body.find("event.conflicted") == std::string::npos)
    ASSERT_LT(std::chrono::steady_clock::now(), until);
}

TEST_F(EventsTest, RB1AnUnopenedArchiveIsRefused) {
  const ApiResponse response = state(collected("e2", "C-2", "600"));
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("archive.opened comes first"));
  EXPECT_EQ(post("/v1/customers/lookup", R"({"number":"C-2"})").status, 404);
}

TEST_F(EventsTest, AllFaultsOfAnEventComeAtOnceWithPointers) {
  const ApiResponse response =
      state(R"({"specversion":"2.0","id":"x","type":"data.shared","source":"crm","time":"yesterday","data":{"to":7}})");
  EXPECT_EQ(response.status, 422);
  for (const char* pointer : {"/specversion", "/source", "/time", "/actor", "/data/to", "/data/fields"})
    EXPECT_THAT(response.body, HasSubstr(std::string("\"pointer\":\"") + pointer + "\"")) << response.body;
}

TEST_F(EventsTest, OfABatchTheGoodAreSealedAndEachBadOneIsNamedByLine) {
  const std::string lines = opened("a", "C-1") + "\nnot json\n" + opened("b", "C-2") + "\n";
  const ApiResponse response = post("/v1/events", lines, "application/x-ndjson", {{"wait", "sealed"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("{\"line\":2,\"status\":\"refused\""));
  EXPECT_EQ(post("/v1/customers/lookup", R"({"number":"C-2"})").status, 200);
}

TEST_F(EventsTest, AllOrNothingRefusesTheWhole) {
  const std::string lines = opened("a", "C-1") + "\nnot json\n";
  const ApiResponse response =
      post("/v1/events", lines, "application/x-ndjson", {{"wait", "sealed"}, {"all_or_nothing", "1"}});
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("\"line\":1,"));
  EXPECT_EQ(post("/v1/customers/lookup", R"({"number":"C-1"})").status, 404);
}

TEST_F(EventsTest, NoPlaintextValueIsInTheRecordOrItsBlob) {
  state(opened("e1", "C-10017"));
  const auto receipt = json(state(collected("e2", "C-10017", "+34600123456")));
  const auto reader = node_->log().read_sealed(0, receipt.at("seq").to_number<uint64_t>());
  const auto item = reader->next(std::chrono::seconds(2));
  ASSERT_TRUE(item);
  for (const char* value : {"+34600123456", "Lugo", "C-10017"}) {
    EXPECT_EQ(item->record.find(value), std::string_view::npos);
    EXPECT_EQ(item->blob.find(value), std::string_view::npos);
  }
  EXPECT_NE(item->record.find("phone"), std::string_view::npos);  // names are public
}

TEST_F(EventsTest, ARevealIsSealedBeforeTheValuesLeave) {
  state(opened("e1", "C-1"));
  state(collected("e2", "C-1", "+34600123456"));
  wait_for_views();
  const std::string body = R"({"subject":")" + subject_of("C-1") + R"(","fields":["phone"],"reason":"complaint-77"})";
  const ApiResponse response = post("/v1/customers/reveal", body, "application/json", {{"as_of", "frontier"}});
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(response.body, HasSubstr("+34600123456"));
  EXPECT_THAT(response.body, Not(HasSubstr("Lugo")));
  const auto read = parse_ref(json(response).at("read").as_string());
  ASSERT_TRUE(read);
  EXPECT_THAT(get("/v1/records/0/" + std::to_string(read->seq)).body, HasSubstr("ledger.read"));
}

TEST_F(EventsTest, AfterMakesAnEventWaitForARecord) {
  const auto first = json(state(opened("e1", "C-1")));
  std::string later = collected("e2", "C-1", "600");
  later.insert(later.size() - 1, ",\"after\":\"0:" + std::to_string(first.at("seq").to_number<uint64_t>()) + "\"");
  EXPECT_EQ(state(later).status, 200);
  std::string never = collected("e3", "C-1", "600");
  never.insert(never.size() - 1, ",\"after\":\"9:0\"");
  EXPECT_EQ(state(never).status, 422);
}

TEST_F(EventsTest, WhatOnlyTheLedgerMaySayIsRefusedFromOutside) {
  EXPECT_EQ(
      state(event("x", "ledger.round", "", R"({"round":1,"closed_at":"2026-01-01T00:00:00Z","shards":[]})")).status,
      422);
}

TEST_F(EventsTest, AnImportIsMarkedAsTheImporterDoesItAndInNoOtherWay) {
  const std::string digits(32, 'a');
  const auto mark = [](const std::string& type, const std::string& id, const std::string& source,
                       const std::string& actor) {
    return R"({"specversion":"1.0","id":")" + id + R"(","type":")" + type + R"(","source":")" + source +
           R"(","time":"2026-03-01T10:00:00Z","actor":")" + actor + R"(","data":{"source":"urn:crm","file":")" +
           std::string(64, 'a') + "\"}}";
  };
  const auto begun = [&](const std::string& id, const std::string& source, const std::string& actor) {
    return post("/v1/imports", mark("import.begun", id, source, actor)).status;
  };
  EXPECT_EQ(begun("begun/" + digits, "urn:crm", "system:custody"), 422);
  EXPECT_EQ(begun("begun/" + digits, "custody:sealer", "system:custody"), 422);
  EXPECT_EQ(begun("begun/" + digits, "custody:importer", "system:custody"), 422);
  EXPECT_EQ(begun("begun/" + digits, "custody:import", "person:anna"), 422);
  for (const std::string id : {"m-1", "begun/", "begun/aa", "begun/gggggggggggggggggggggggggggggggg"})
    EXPECT_EQ(begun(id, "custody:import", "system:custody"), 422) << id;
  EXPECT_EQ(begun("ended/" + digits, "custody:import", "system:custody"), 422);
  EXPECT_EQ(begun("begun/" + digits, "custody:import", "system:custody"), 200);
  EXPECT_EQ(post("/v1/imports", mark("import.ended", "ended/" + digits, "custody:import", "system:custody")).status,
            200);
  EXPECT_EQ(post("/v1/imports", mark("ledger.round", "begun/" + digits, "custody:import", "system:custody")).status,
            400);
}

TEST_F(EventsTest, ValuesThatNoMessageCouldCarryAreRefused) {
  std::string values;
  for (int i = 0; i < 20; ++i)
    values += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":\"" + std::string(60'000, 'v') + "\"";
  const ApiResponse response = state(
      event("e1", "archive.opened", "C-1", R"({"opener":"person:anna","channel":"sales","values":{)" + values + "}}"));
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("1 MiB"));
}

// A statement as a client makes it: its own bytes, its own salts.
struct ClientMade {
  explicit ClientMade(std::string of) : number(std::move(of)) {
    fields = {{"phone", {}, ValueType::kText, "+34600123456"}, {"subject", {}, ValueType::kText, number}};
    DataCollected collected;
    collected.channel = "sales";
    collected.basis = "contract";
    collected.values.items = {"phone", "subject"};
    body = encode_body(collected);
    statement.type = DataCollected::kType;
    statement.source = "urn:crm";
    statement.source_id = "mine-1";
    statement.time = {1'772'356'800'000'000, 60};
    statement.id = make_event_id(statement.source, statement.source_id, statement.time.us);
    statement.actor = "person:anna";
    statement.step = "step:sales";
    statement.body = body;
  }
  std::string json() {
    std::vector<CommittedField> committed;
    boost::json::object values;
    for (const SaltedField& each : fields) {
      committed.push_back({each.name, field_commitment(each.salt, each.type, each.value)});
      values[each.name] = {{"type", static_cast<int>(each.type)},
                           {"salt", to_hex(view_of(each.salt))},
                           {"value", to_base64(each.value)}};
    }
    statement.values_commit = values_commitment(committed);
    bytes = to_canonical(statement);
    return boost::json::serialize(
        boost::json::object{{"statement", to_base64(bytes)}, {"subject", fields.back().value}, {"values", values}});
  }
  ClientMade(const ClientMade&) = delete;

  Statement statement;
  std::string number, body, bytes;  // what the views of statement and fields point to
  std::vector<SaltedField> fields;
};

TEST_F(EventsTest, AClientsOwnStatementIsSealedByteForByte) {
  state(opened("e1", "C-1"));
  ClientMade mine("C-1");
  const ApiResponse response = post("/v1/statements", mine.json(), "application/json", {{"wait", "sealed"}});
  ASSERT_EQ(response.status, 200) << response.body;
  const auto reader = node_->log().read_sealed(0, json(response).at("seq").to_number<uint64_t>());
  const auto item = reader->next(std::chrono::seconds(2));
  ASSERT_TRUE(item);
  EXPECT_EQ(decode_record(item->record).statement_bytes, mine.bytes);
  EXPECT_EQ(item->blob.find("+34600123456"), std::string_view::npos);
}

TEST_F(EventsTest, AClientsStatementIsHeldToTheRulesOfEveryEvent) {
  state(opened("e1", "C-1"));
  ClientMade prose("C-1");
  prose.statement.place = "at Maria's, Calle Mayor 5";
  ApiResponse response = post("/v1/statements", prose.json());
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("/statement/place"));

  ClientMade unnamed("C-1");
  unnamed.fields.insert(unnamed.fields.begin(), {"age", {}, ValueType::kJson, "44"});
  response = post("/v1/statements", unnamed.json());
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("names other values"));
}

TEST_F(EventsTest, ASecondNodeOnTheSameFolderIsRefusedWithTheOthersPid) {
  NodeConfig config;
  config.home = {folder_ / "data", folder_ / "keys"};
  try {
    Node::open(config, [](const std::string&) {});
    FAIL() << "opened twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kConflict);
    EXPECT_THAT(error.what(), HasSubstr(std::to_string(getpid())));
  }
}

}  // namespace
}  // namespace custody
