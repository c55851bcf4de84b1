// What one client may take of the service: bytes, time, connections, places.
#include "tests/unit/serve/server_fixture.h"

namespace custody {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

using LimitsTest = ServerFixture;

TEST_F(LimitsTest, AHeaderThatIsTooLargeIsRefused) {
  serve(with({.header_bytes = 2048}));
  EXPECT_EQ(ask("GET", "/healthz", {}, "X: " + std::string(1500, 'x') + "\r\n").status, 200);
  const Reply reply = ask("GET", "/healthz", {}, "X: " + std::string(5000, 'x') + "\r\n");
  EXPECT_EQ(reply.status, 431);
  EXPECT_THAT(reply.body, HasSubstr("2048 bytes"));
  EXPECT_EQ(ask("GET", "/" + std::string(5000, 'x')).status, 431);
}

TEST_F(LimitsTest, AnEndlessHeaderEndsAtTheLimit) {
  serve(with({.header_bytes = 2048}));
  RawClient client(url_);
  client.send("GET / HTTP/1.1\r\n");
  for (int i = 0; i < 1000 && client.send("X-" + std::to_string(i) + ": " + std::string(100, 'x') + "\r\n"); ++i) {
  }
  EXPECT_EQ(client.read().status, 431);
  EXPECT_TRUE(client.closes());
}

TEST_F(LimitsTest, ABodyThatIsTooLargeIsRefusedBeforeItIsSent) {
  serve(with({.body_bytes = 10'000}));
  RawClient client(url_);
  client.send("POST /v1/customers/lookup HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10001\r\n\r\n");
  EXPECT_EQ(client.read().status, 413);
  EXPECT_TRUE(client.closes());
  const std::string fits = R"({"number":")" + std::string(9000, 'x') + "\"}";
  EXPECT_EQ(ask("POST", "/v1/customers/lookup", fits).status, 404);
}

TEST_F(LimitsTest, ABodyThatDoesNotSayItsSizeEndsAtTheLimit) {
  serve(with({.body_bytes = 10'000}));
  RawClient client(url_);
  client.send("POST /v1/customers/lookup HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "400\r\n" + std::string(1024, 'x') + "\r\n";
  for (int i = 0; i < 200 && client.send(chunk); ++i) {
  }
  EXPECT_EQ(client.read().status, 413);
  EXPECT_TRUE(client.closes());
}

TEST_F(LimitsTest, ASlowHeaderIsCutOffHoweverItTrickles) {
  serve(with({.header = milliseconds(300)}));
  RawClient client(url_);
  const std::string endless = "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x');
  size_t sent = 0;
  for (; sent < endless.size() && client.send({&endless[sent], 1}); ++sent)
    std::this_thread::sleep_for(milliseconds(5));  // the trickle itself: nothing is waited for
  EXPECT_LT(sent, endless.size());
  const Reply reply = client.read();
  EXPECT_EQ(reply.status, 408);
  EXPECT_THAT(reply.body, HasSubstr("the header was not there in 300 ms"));
  EXPECT_EQ(reply.header("connection"), "close");
  EXPECT_TRUE(client.closes());
}

TEST_F(LimitsTest, ASilentHeaderIsAnsweredToo) {
  serve(with({.header = milliseconds(300)}));
  RawClient client(url_);
  client.send("GET / HTTP/1.1\r\nHost: 127");
  EXPECT_EQ(client.read().status, 408);
  EXPECT_TRUE(client.closes());
  EXPECT_EQ(metric(R"(custody_http_requests_total{route="other",status="408"})"), "1");
}

TEST_F(LimitsTest, ASlowBodyIsCutOff) {
  serve(with({.body = milliseconds(300)}));
  RawClient client(url_);
  client.send("POST /v1/customers/lookup HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{");
  const Reply reply = client.read();
  EXPECT_EQ(reply.status, 408);
  EXPECT_THAT(reply.body, HasSubstr("the body was not there in 300 ms"));
  EXPECT_TRUE(client.closes());
}

TEST_F(LimitsTest, AnIdleConnectionIsClosed) {
  serve(with({.idle = milliseconds(200)}));
  RawClient fresh(url_);
  EXPECT_TRUE(fresh.closes());
  RawClient used(url_);
  used.send(request_text("GET", "/healthz"));
  EXPECT_EQ(used.read().status, 200);
  EXPECT_TRUE(used.closes());
  RawClient stream(url_);
  stream.send(
      "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(stream.read().status, 408);
  EXPECT_TRUE(stream.closes());
  RawClient begun(url_);
  const std::string line = opened("e1", "C-1") + "\n";
  char size[20];
  std::snprintf(size, sizeof size, "%zx", line.size());
  begun.send(
      "POST /v1/events?wait=sealed HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
      "Transfer-Encoding: chunked\r\n\r\n" +
      std::string(size) + "\r\n" + line + "\r\n");
  const Reply reply = begun.read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.whole);
  EXPECT_THAT(reply.body, HasSubstr("\"status\":\"sealed\""));
  EXPECT_THAT(reply.body, HasSubstr("{\"line\":2,\"status\":\"not-tried\",\"problem\":{"));
  EXPECT_THAT(reply.body, HasSubstr("\"status\":408"));
}

TEST_F(LimitsTest, AClientThatDoesNotReadIsCutOff) {
  for (int i = 0; i < 100; ++i) state(opened("e" + std::to_string(i), "C-" + std::to_string(i)));
  serve(with({.write = milliseconds(300)}));
  RawClient client(url_);
  std::string all;
  for (int i = 0; i < 2000; ++i) all += request_text("GET", "/v1/records?limit=100&form=full");
  client.send(all);  // answers of some 300 MB
  wait_until([&] { return metric("custody_http_connections") == "1"; }, "only the one who asks is left");
}

TEST_F(LimitsTest, MoreConnectionsThanPlacesAreTurnedAway) {
  serve(with({.connections = 3}));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<RawClient>(url_));
    clients.back()->send(request_text("GET", "/healthz"));
    ASSERT_EQ(clients.back()->read().status, 200);
  }
  RawClient one_more(url_);
  const Reply reply = one_more.read();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.header("retry-after"), "1");
  EXPECT_TRUE(one_more.closes());
  clients.pop_back();
  wait_until([&] { return ask("GET", "/healthz").status == 200; }, "the place is free again");
}

TEST_F(LimitsTest, WhoFindsEveryWorkerTakenComesAgain) {
  Server::Options options = with({.queue = 1});
  options.workers = 1;
  serve(options);
  RawClient working(url_), waiting(url_);
  std::optional<KeyringBatch> held = hold_keyring();
  occupy(working, waiting);
  const Reply refused = ask("GET", "/v1/records");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(refused.header("content-type"), "application/problem+json");
  EXPECT_EQ(metric(R"(custody_http_refused_total{full="queue"})"), "1");
  EXPECT_EQ(ask("GET", "/healthz").status, 200);  // how the service is can always be asked
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("GET", "/v1/status").status, 200);
  held.reset();
  EXPECT_EQ(working.read().status, 200);
  EXPECT_EQ(waiting.read().status, 200);
}

}  // namespace
}  // namespace custody
