// GET /v1/stream: every record once, from any place on, to clients that read and to those that do not.
#include "tests/unit/serve/server_fixture.h"

namespace custody {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

class LiveTest : public ServerFixture {
 protected:
  static std::string live(const std::string& last_id = "", const std::string& query = "") {
    return request_text("GET", "/v1/stream" + query, {}, last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n");
  }
  // Waits until the stream's opening comment has come: from then on it misses nothing.
  static void follow(RawClient& client, const std::string& request) {
    client.send(request);
    const Reply head = client.read_head();
    ASSERT_EQ(head.status, 200);
    EXPECT_THAT(head.header("content-type"), HasSubstr("text/event-stream"));
    EXPECT_THAT(client.read_until(": custody\n\n"), HasSubstr(": custody"));
  }
  // The ids of the records in what has been read, in their order.
  static std::vector<std::string> ids(const std::string& text) {
    std::vector<std::string> found;
    for (size_t at = text.find("id: "); at != std::string::npos; at = text.find("id: ", at + 1))
      if (at == 0 || text[at - 1] == '\n') found.push_back(text.substr(at + 4, text.find('\n', at) - at - 4));
    return found;
  }
  std::string seal(const std::string& id) {
    const auto receipt = json(state(opened(id, "C-" + id)));
    return "0:" + std::to_string(receipt.at("seq").to_number<uint64_t>());
  }
};

TEST_F(LiveTest, ARecordArrivesAndTheStreamGoesOnFromItsId) {
  serve();
  RawClient client(url_);
  follow(client, live());
  const std::string a = seal("a");
  std::string text = client.read_until("id: " + a + "\n");
  EXPECT_THAT(text, HasSubstr("event: record"));
  const std::string b = seal("b"), c = seal("c");

  RawClient resumed(url_);
  resumed.send(live(a));
  text = resumed.read_until("id: " + c + "\n");
  const auto seen = ids(text);
  EXPECT_THAT(seen, Not(testing::Contains(a)));
  EXPECT_THAT(seen, testing::Contains(b));
  // Without a gap: the ledger's own rounds in between are records too.
  for (size_t i = 1; i < seen.size(); ++i)
    EXPECT_EQ(parse_ref(seen[i])->seq, parse_ref(seen[i - 1])->seq + 1) << seen[i];
}

TEST_F(LiveTest, FromTheBeginningEveryRecordComesOnceInOrder) {
  for (int i = 0; i < 600; i += 100) {
    std::string lines;
    for (int k = i; k < i + 100; ++k) lines += opened("e" + std::to_string(k), "C") + "\n";
    ASSERT_EQ(post("/v1/events", lines, "application/x-ndjson", {{"wait", "sealed"}}).status, 200);
  }
  serve();
  const uint64_t end = records();
  RawClient client(url_);
  client.send(live("0:0"));
  const auto seen = ids(client.read_until("id: 0:" + std::to_string(end - 1) + "\n"));
  ASSERT_GE(seen.size(), end - 1);
  for (size_t i = 0; i < end - 1; ++i) EXPECT_EQ(seen[i], "0:" + std::to_string(i + 1));
}

TEST_F(LiveTest, OnlyTheTypesAskedForCome) {
  serve();
  RawClient client(url_);
  follow(client, live("", "?types=data.collected"));
  seal("a");
  state(collected("v", "C-a", "told to nobody"));
  const std::string text = client.read_until("data.collected");
  EXPECT_THAT(text, Not(HasSubstr("archive.opened")));
  EXPECT_THAT(text, Not(HasSubstr("told to nobody")));  // and never a value
}

TEST_F(LiveTest, APlaceThatIsNoneIsRefused) {
  serve();
  for (const char* place : {"0:999999", "7:0", "rubbish", "0:-1", "0:18446744073709551616"}) {
    RawClient client(url_);
    client.send(live(place));
    EXPECT_EQ(client.read().status, 400) << place;
  }
}

TEST_F(LiveTest, ASilentStreamHasAHeartbeat) {
  serve(with({.heartbeat = milliseconds(20)}));
  RawClient client(url_);
  follow(client, live("", "?types=data.erased"));
  EXPECT_THAT(client.read_until(": heartbeat"), HasSubstr(": heartbeat"));
}

TEST_F(LiveTest, MoreClientsThanPlacesAreTurnedAwayAndAPlaceComesFree) {
  serve(with({.stream_clients = 1}));
  auto first = std::make_unique<RawClient>(url_);
  follow(*first, live());
  EXPECT_EQ(metric("custody_stream_clients"), "1");
  RawClient second(url_);
  second.send(live());
  const Reply refused = second.read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  first.reset();  // the client leaves without a word
  wait_until([&] { return metric("custody_stream_clients") == "0"; }, "the place is free");
  RawClient third(url_);
  follow(third, live());
}

TEST_F(LiveTest, AClientThatDoesNotReadIsDroppedAndTheOthersGoOn) {
  serve(with({.stream_client_bytes = 20'000, .stream_slow = milliseconds(1000)}));  // long for one that reads
  RawClient sleeper(url_), reader(url_);
  follow(sleeper, live());
  follow(reader, live());
  std::string last;
  for (int batch = 0; metric("custody_stream_dropped_total") == "0"; ++batch) {
    ASSERT_LT(batch, 2000);
    std::string lines;
    for (int i = 0; i < 200; ++i) lines += opened("s" + std::to_string(batch * 200 + i), "C") + "\n";
    ASSERT_EQ(stream(lines).status, 200);
    last = seal("mark" + std::to_string(batch));
    ASSERT_THAT(reader.read_until("id: " + last + "\n"), HasSubstr("id: " + last));
  }
  EXPECT_EQ(metric("custody_stream_dropped_total"), "1");
  EXPECT_THAT(sleeper.read_until("connect again with Last-Event-ID"), HasSubstr("too slow"));
}

TEST_F(LiveTest, InSeveralShardsAnIdIsAWholePlace) {
  close();
  NodeConfig config;
  config.home = {folder_ / "sharded", folder_ / "keys"};
  config.create.shards = 3;
  node_ = Node::open(config, [](const std::string&) {});
  api_ = std::make_unique<Api>(*node_);
  node_->start();
  for (const Tail* tail : node_->tails()) ASSERT_TRUE(tail->wait_caught_up(std::chrono::minutes(1)));
  serve();
  RawClient client(url_);
  follow(client, live());
  std::set<std::string> wanted;
  for (int i = 0; i < 12; ++i) {
    const auto receipt = json(state(opened("e" + std::to_string(i), "C-" + std::to_string(i))));
    wanted.insert(std::to_string(receipt.at("shard").to_number<uint64_t>()) + ":" +
                  std::to_string(receipt.at("seq").to_number<uint64_t>()));
  }
  std::string text;
  std::string middle;
  const auto left = [&](const std::string& from) {
    std::set<std::string> missing = wanted;
    for (const std::string& id : ids(from)) missing.erase(id.substr(0, id.find('/')));
    return missing.size();
  };
  while (left(text) > 0) {
    text += client.read_some();
    if (middle.empty() && left(text) <= 6) middle = ids(text).back();
  }
  // What came up to the middle, and what a second client gets from there on, is each record once.
  RawClient second(url_);
  second.send(live(middle));
  std::string before = text.substr(0, text.find("id: " + middle + "\n") + middle.size() + 5), after;
  while (left(before + after) > 0) after += second.read_some();
  std::set<std::string> once;
  for (const std::string& part : {before, after})
    for (const std::string& id : ids(part)) EXPECT_TRUE(once.insert(id.substr(0, id.find('/'))).second) << id;
}

}  // namespace
}  // namespace custody
