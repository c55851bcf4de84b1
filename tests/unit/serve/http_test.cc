// HTTP/1.1 as clients speak it, and as hostile ones do.
#include "tests/unit/serve/server_fixture.h"

namespace custody {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

using HttpTest = ServerFixture;

TEST_F(HttpTest, OneConnectionServesManyRequestsInTheirOrder) {
  serve();
  wait_until([&] { return ask("GET", "/v1/records/0/1").status == 200; }, "what the sealer began with is read back");
  RawClient client(url_);
  std::string all;
  for (int i = 0; i < 40; ++i) all += request_text("GET", i % 2 == 0 ? "/v1/records/0/0" : "/v1/records/0/1");
  ASSERT_TRUE(client.send(all));  // pipelined
  for (int i = 0; i < 40; ++i) {
    const Reply reply = client.read();
    ASSERT_EQ(reply.status, 200);
    EXPECT_THAT(reply.body, StartsWith(i % 2 == 0 ? R"({"ref":"0:0")" : R"({"ref":"0:1")"));
    EXPECT_EQ(reply.header("connection"), "keep-alive");
  }
}

TEST_F(HttpTest, APipelineLongerThanAnyBufferIsServedToItsEnd) {
  serve();
  RawClient client(url_);
  const std::string body = R"({"number":")" + std::string(100'000, 'x') + "\"}";
  std::string all;
  for (int i = 0; i < 12; ++i) all += request_text("POST", "/v1/customers/lookup", body);
  all += request_text("GET", "/healthz");
  std::thread sender([&] { client.send(all); });
  for (int i = 0; i < 12; ++i) EXPECT_EQ(client.read().status, 404);
  EXPECT_EQ(client.read().body, "alive\n");
  sender.join();
}

TEST_F(HttpTest, ARequestMayComeByteByByte) {
  serve();
  RawClient client(url_);
  for (const char c : request_text("POST", "/v1/events?wait=sealed", opened("e1", "C-1")))
    ASSERT_TRUE(client.send({&c, 1}));
  EXPECT_EQ(client.read().status, 200);
}

TEST_F(HttpTest, ChunkedBodiesAreTaken) {
  serve();
  RawClient client(url_);
  const std::string event = opened("e1", "C-1");
  std::string chunked = "POST /v1/events?wait=sealed HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (size_t at = 0; at < event.size(); at += 7) {
    const std::string piece = event.substr(at, 7);
    char size[32];
    snprintf(size, sizeof size, "%zx;extension=1\r\n", piece.size());
    chunked += size + piece + "\r\n";
  }
  client.send(chunked + "0\r\nTrailer: here\r\n\r\n" + request_text("GET", "/healthz"));
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.read().body, "alive\n");  // the connection is in step
}

TEST_F(HttpTest, HeadHasTheHeaderOfGetAndNoBody) {
  serve();
  RawClient client(url_);
  client.send(request_text("HEAD", "/v1/status") + request_text("GET", "/healthz"));
  const Reply head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_GT(std::stoul(head.header("content-length")), 0u);
  EXPECT_EQ(client.read().body, "alive\n");
}

TEST_F(HttpTest, AClientThatAsksFirstIsToldToContinue) {
  serve();
  RawClient client(url_);
  const std::string event = opened("e1", "C-1");
  client.send("POST /v1/events?wait=sealed HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: " +
              std::to_string(event.size()) + "\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  client.send(event);
  EXPECT_EQ(client.read().status, 200);
}

TEST_F(HttpTest, Http10IsAnsweredAndClosed) {
  serve();
  RawClient client(url_);
  client.send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read().body, "alive\n");
  EXPECT_TRUE(client.closes());
}

TEST_F(HttpTest, WhatIsNoHttpIsRefusedAndTheServiceLives) {
  serve();
  const std::string host = "Host: 127.0.0.1\r\n";
  const std::vector<std::string> wrong = {
      "rubbish\r\n\r\n",
      std::string("\0\1\2\3\r\n\r\n", 8),
      "GET / HTTP/9.9\r\n" + host + "\r\n",
      "GET /\r\n\r\n",
      "GET  / HTTP/1.1\r\n" + host + "\r\n",
      "GET / HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + "Bad\x01Name: x\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + "X: a\rb\r\n\r\n",
      "POST /v1/events HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
      "POST /v1/events HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n",
      "POST /v1/events HTTP/1.1\r\n" + host + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
      "POST /v1/events HTTP/1.1\r\n" + host + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /v1/events HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\nrubbish\r\n",
      "POST /v1/events HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
      "\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03",  // TLS to a plain port
  };
  for (const std::string& bytes : wrong) {
    RawClient client(url_);
    client.send(bytes);
    client.finish_sending();
    const Reply reply = client.read();
    EXPECT_TRUE(reply.status == 400 || reply.status == 0) << reply.status << " to " << bytes;
    EXPECT_TRUE(client.closes()) << bytes;
    EXPECT_EQ(ask("GET", "/healthz").status, 200);
  }
}

TEST_F(HttpTest, AddressesThatAreNotWellFormedAreRefused) {
  serve();
  for (const char* target :
       {"*", "http://127.0.0.1/healthz", "/%", "/%zz", "/%00", "/a%0ab", "/%ff", "/v1/records?x=%f"})
    EXPECT_EQ(ask("GET", target).status, 400) << target;
  EXPECT_EQ(ask("GET", "/%68ealthz").status, 200);
  EXPECT_EQ(ask("GET", "/nothing").status, 404);
  EXPECT_EQ(ask("GET", "/v1/records/0/0/").status, 404);
  EXPECT_EQ(ask("GET", "/../../etc/passwd").status, 404);
}

TEST_F(HttpTest, AMethodThatIsNotTakenIsToldWhichAre) {
  serve();
  const Reply reply = ask("DELETE", "/v1/records/0/0");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.header("allow"), "GET");
  EXPECT_EQ(ask("POST", "/metrics").status, 405);
  EXPECT_EQ(ask("POST", "/v1/stream").status, 405);
  EXPECT_EQ(ask("FROB", "/v1/status").status, 405);
}

TEST_F(HttpTest, AnswersCannotBeMisusedByABrowser) {
  serve();
  for (const char* target : {"/", "/v1/status", "/nothing", "/metrics"}) {
    const Reply reply = ask("GET", target);
    EXPECT_EQ(reply.header("x-content-type-options"), "nosniff") << target;
    EXPECT_THAT(reply.header("content-security-policy"), HasSubstr("default-src 'self'")) << target;
    EXPECT_EQ(reply.header("cross-origin-resource-policy"), "same-origin") << target;
    EXPECT_EQ(reply.header("access-control-allow-origin"), "") << target;
  }
  EXPECT_EQ(ask("GET", "/v1/status").header("cache-control"), "no-store");
}

TEST_F(HttpTest, ThePageIsServedAndKnownAgain) {
  serve();
  const Reply page = ask("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<!doctype html"));
  const Reply again = ask("GET", "/", {}, "If-None-Match: " + page.header("etag") + "\r\n");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
}

}  // namespace
}  // namespace custody
