#include <filesystem>

#include "ledger/base/lmdb.h"
#include "tests/unit/api/node_fixture.h"

namespace custody {
namespace {

using testing::HasSubstr;
using RoutesTest = NodeFixture;

TEST_F(RoutesTest, UnknownPathsAndMethodsAreProblems) {
  EXPECT_EQ(get("/v1/nothing").status, 404);
  EXPECT_EQ(get("/v1/nothing").content_type, "application/problem+json");
  const ApiResponse response = get("/v1/events");
  EXPECT_EQ(response.status, 405);
  EXPECT_THAT(response.headers, testing::Contains(std::pair<std::string, std::string>("Allow", "POST")));
}

TEST_F(RoutesTest, StatusTellsWhatTheLedgerIs) {
  state(opened("e1", "C-1"));
  const auto status = json(get("/v1/status"));
  EXPECT_EQ(status.at("ledger").at("mode").as_string(), "open");
  EXPECT_TRUE(status.at("sealer").at("ready").as_bool());
  EXPECT_GE(status.at("shards").at(0).at("size").to_number<uint64_t>(), 3u);
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(parse_json(get("/openapi.json").body).at("openapi").as_string(), "3.1.0");
}

TEST_F(RoutesTest, TheTimelineOfACustomerAndItsPast) {
  state(opened("e1", "C-1"));
  state(collected("e2", "C-1", "600"));
  wait_for_views();
  const std::string path = "/v1/customers/" + subject_of("C-1");
  const auto now = json(get(path, {{"as_of", "frontier"}}));
  ASSERT_EQ(now.at("events").as_array().size(), 2u);
  EXPECT_EQ(now.at("events").at(1).at("type").as_string(), "data.collected");
  EXPECT_EQ(json(get(path, {{"as_of", "2020-01-01"}})).at("events").as_array().size(), 0u);
  EXPECT_EQ(get(path, {{"as_of", "whenever"}}).status, 400);
  EXPECT_EQ(get("/v1/customers/C-1").status, 400);  // a number never stands in an address
  const auto fields = json(get(path, {{"view", "fields"}, {"as_of", "frontier"}}));
  EXPECT_THAT(boost::json::serialize(fields), HasSubstr("\"phone\""));
}

TEST_F(RoutesTest, RecordsComeInPagesThatAreNeverEmptyHanded) {
  for (int i = 0; i < 5; ++i) state(opened("e" + std::to_string(i), "C-" + std::to_string(i)));
  std::string from = "0:0";
  uint64_t seen = 0;
  while (!from.empty()) {
    const auto page = json(get("/v1/records", {{"from", from}, {"limit", "2"}}));
    for (const auto& record : page.at("records").as_array()) EXPECT_EQ(record.at("seq").to_number<uint64_t>(), seen++);
    from = page.contains("next") ? std::string(page.at("next").as_string()) : "";
  }
  EXPECT_GE(seen, 7u);
  EXPECT_EQ(get("/v1/records", {{"from", "7:0"}}).status, 404);
  EXPECT_EQ(get("/v1/records", {{"limit", "0"}}).status, 400);
}

TEST_F(RoutesTest, ActivityByWhoDidIt) {
  state(opened("e1", "C-1"));
  wait_for_views();
  const auto activity = json(get("/v1/activity", {{"by", "actor"}, {"name", "person:anna"}, {"as_of", "frontier"}}));
  EXPECT_EQ(activity.at("events").as_array().size(), 1u);
}

TEST_F(RoutesTest, TheNewestCheckpointIsASignedNote) {
  state(opened("e1", "C-1"));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (get("/v1/shards/0/checkpoint").status != 200) ASSERT_LT(std::chrono::steady_clock::now(), until);
  EXPECT_THAT(get("/v1/shards/0/checkpoint").body, HasSubstr(node_->descriptor().origin + "\n"));
}

TEST_F(RoutesTest, ARebuildGivesEqualDigests) {
  state(opened("e1", "C-1"));
  state(collected("e2", "C-1", "600"));
  wait_for_views();
  const auto report = json(post("/v1/projections/rebuild", ""));
  EXPECT_TRUE(report.at("swapped").as_bool());
}

TEST_F(RoutesTest, AnAnswerOfRecordsHasAnEndHoweverManyAreAskedFor) {
  const std::string fields = [] {
    std::string out;
    for (int i = 0; i < 250; ++i) {
      const std::string n = std::to_string(1000 + i);
      out += (i == 0 ? "\"f" : ",\"f") + n + std::string(50, 'x') + "\"";
    }
    return out;
  }();
  std::string lines;
  for (int i = 0; i < 400; ++i)
    lines += event("e" + std::to_string(i), "data.accessed", "",
                   R"({"dataset":"dataset:crm","mode":"read","fields":[)" + fields + "]}") +
             "\n";
  ASSERT_EQ(post("/v1/events", lines, "application/x-ndjson", {{"wait", "sealed"}}).status, 200);
  std::string at = "0:0";
  size_t pages = 0, records = 0;
  for (std::optional<std::string> next = at; next; ++pages) {
    const ApiResponse response = get("/v1/records", {{"from", *next}, {"limit", "10000"}, {"form", "hex"}});
    EXPECT_LT(response.body.size(), size_t{5} << 20);
    const auto answer = json(response);
    records += answer.at("records").as_array().size();
    next.reset();
    if (const auto* more = answer.if_contains("next")) next = std::string(more->as_string());
  }
  EXPECT_GT(pages, 1u);
  EXPECT_GE(records, 400u);
}

TEST_F(RoutesTest, ANameThatNoRegistryHasIsRefusedNotFailed) {
  const std::string long_name(600, 'x');
  EXPECT_EQ(get("/v1/registry/step", {{"id", long_name}}).status, 400);
  EXPECT_EQ(get("/v1/registry/step", {{"from", long_name}}).status, 400);
  EXPECT_EQ(get("/v1/registry/" + long_name).status, 400);
}

TEST_F(RoutesTest, ARebuildTellsHowFarItIsAndEndsWhenTheServiceStops) {
  state(opened("one", "C-1"));
  wait_for_views();
  const auto before = json(get("/v1/projections"));
  EXPECT_FALSE(before.contains("rebuild"));
  EXPECT_EQ(before.at("views").as_object().at("generation").to_number<uint64_t>(), 1u);
  node_->refuse_events();
  EXPECT_EQ(post("/v1/projections/rebuild", "").status, 503);
  const auto after = json(get("/v1/projections"));
  EXPECT_FALSE(after.contains("rebuild"));
  EXPECT_EQ(after.at("views").as_object().at("generation").to_number<uint64_t>(), 1u);
  EXPECT_TRUE(after.at("views").as_object().at("running").as_bool());
}

TEST_F(RoutesTest, AKeyringThatIsLostIsNotMadeAnew) {
  state(opened("one", "C-1"));
  close();
  std::filesystem::rename(folder_ / "data/keyring", folder_ / "keyring.away");
  try {
    open();
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kStore);
    EXPECT_THAT(error.what(), HasSubstr("keyring"));
  }
  close();
  std::filesystem::remove_all(folder_ / "data/keyring");
  std::filesystem::rename(folder_ / "keyring.away", folder_ / "data/keyring");
  open();
  EXPECT_FALSE(subject_of("C-1").empty());
}

TEST_F(RoutesTest, KeysDoNotLieInTheDataFolder) {
  NodeConfig config;
  config.home = {folder_ / "data2", folder_ / "data2/keys"};
  EXPECT_THROW(Node::open(config, [](const std::string&) {}), Error);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data2"));
}

TEST_F(RoutesTest, AnEntryThatIsNoPartOfTheChainIsSaid) {
  ASSERT_EQ(state(opened("e1", "C-1")).status, 200);
  wait_for_views();
  EXPECT_THAT(get("/v1/status").body, testing::Not(HasSubstr("STALE")));
  close();
  {  // as only a broker's log can come to it
    LmdbEnv log = LmdbEnv::open(folder_ / "data/log", {});
    const LmdbTable sealed = log.find_table("sealed.0").value();
    LmdbTxn txn = log.begin_write();
    std::string other(txn.get(sealed, u64_key(1)).value());
    other[16] = static_cast<char>(other[16] ^ 1);  // its time
    LmdbCursor cursor = txn.cursor(sealed);
    ASSERT_TRUE(cursor.last());
    txn.put(sealed, u64_key(u64_of_key(cursor.key()) + 1), other);
    txn.commit();
  }
  open();
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (get("/v1/status").body.find("STALE ENTRIES: shard 0 of the log holds 1 that") == std::string::npos)
    ASSERT_LT(std::chrono::steady_clock::now(), end) << get("/v1/status").body;
}

}  // namespace
}  // namespace custody
