// The service as its operator sees it: health, metrics, its description, and its end.
#include <cctype>
#include <regex>

#include "tests/unit/serve/server_fixture.h"
#include "tools/serve/front.h"
#include "tools/serve/target.h"

namespace custody {
namespace {

using testing::HasSubstr;

class ServiceTest : public ServerFixture {
 protected:
  static std::string type_of_sample(const std::string& name, const std::map<std::string, std::string>& types) {
    for (const char* suffix : {"", "_bucket", "_sum", "_count"}) {
      const std::string_view end(suffix);
      if (!name.ends_with(end)) continue;
      const auto at = types.find(name.substr(0, name.size() - end.size()));
      if (at != types.end() && (end.empty() || at->second == "histogram")) return at->second;
    }
    return "";
  }
};

TEST_F(ServiceTest, AliveAndReady) {
  serve();
  EXPECT_EQ(ask("GET", "/healthz").body, "alive\n");
  wait_until([&] { return ask("GET", "/readyz").status == 200; }, "the service is ready");
  node_->refuse_events();
  const Reply reply = ask("GET", "/readyz");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "not ready: stopping\n");
  EXPECT_EQ(reply.header("retry-after"), "1");
  const Reply refused = ask("POST", "/v1/events", opened("e", "C-1"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
}

// Prometheus text format 0.0.4: HELP and TYPE before a family's samples, families not split, label values quoted,
// numbers, each series once, histograms cumulative with +Inf equal to count.
TEST_F(ServiceTest, MetricsAreValidPrometheusText) {
  serve();
  stream(opened("a", "C-1") + "\nrubbish\n");
  ask("GET", "/v1/records/0/0");
  ask("GET", "/a\"b\\c");
  const Reply reply = ask("GET", "/metrics");
  EXPECT_EQ(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const std::regex sample(R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_]\w*="([^"\\]|\\.)*",?)*\})? (\S+))re");
  std::map<std::string, std::string> types, series;
  std::string family;
  std::istringstream in(reply.body);
  for (std::string line; std::getline(in, line);) {
    std::smatch found;
    if (line.starts_with("# HELP ")) continue;
    if (line.starts_with("# TYPE ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(types.emplace(family, line.substr(8 + family.size())).second) << family << " twice";
      continue;
    }
    ASSERT_TRUE(std::regex_match(line, found, sample)) << line;
    EXPECT_THAT(found[1].str(), testing::StartsWith(family)) << line;
    EXPECT_NE(type_of_sample(found[1], types), "") << line;
    EXPECT_TRUE(series.emplace(found[1].str() + found[2].str(), found[5]).second) << line << " twice";
    size_t read = 0;
    std::stod(found[5], &read);
    EXPECT_EQ(read, found[5].length()) << line;
  }
  EXPECT_EQ(series.at(R"(custody_http_requests_total{route="/v1/records/{shard}/{seq}",status="200"})"), "1");
  EXPECT_EQ(series.at(R"(custody_http_requests_total{route="other",status="404"})"), "1");
  EXPECT_EQ(series.at("custody_http_stream_events_total"), "2");
  EXPECT_GE(std::stod(series.at(R"(custody_shard_records{shard="0"})")), 3);
  EXPECT_EQ(series.at(R"(custody_http_request_seconds_bucket{route="/v1/events",le="+Inf"})"),
            series.at(R"(custody_http_request_seconds_count{route="/v1/events"})"));
  EXPECT_EQ(types.at("custody_http_request_seconds"), "histogram");
}

TEST_F(ServiceTest, TheDescriptionNamesEveryRouteAndNoOther) {
  serve();
  const boost::json::value document = parse_json(ask("GET", "/openapi.json").body);
  std::set<std::string> described;
  for (const auto& [path, methods] : document.at("paths").as_object())
    for (const auto& [method, operation] : methods.as_object()) {
      std::string upper(method);
      for (char& c : upper) c = static_cast<char>(std::toupper(c));
      described.insert(upper + " " + std::regex_replace(std::string(path), std::regex("\\{[^}]*\\}"), "{}"));
      EXPECT_TRUE(operation.as_object().contains("responses")) << path;
      // In metrics a request has the route that the description gives it.
      EXPECT_EQ(route_of(std::regex_replace(std::string(path), std::regex("\\{[^}]*\\}"), "7")), std::string(path));
    }
  std::set<std::string> served{"GET /metrics", "GET /v1/stream"};
  for (const auto& [method, pattern] : Api::served())
    served.insert(std::string(method) + " " +
                  std::regex_replace(std::string(pattern), std::regex("\\{[^}]*\\}"), "{}"));
  EXPECT_EQ(described, served);
  for (const std::string& route : served) {
    const size_t space = route.find(' ');
    if (route.ends_with("/v1/stream")) continue;  // live_test.cc
    const Reply reply =
        ask(route.substr(0, space), std::regex_replace(route.substr(space + 1), std::regex("\\{\\}"), "0"));
    EXPECT_NE(reply.status, 405) << route;
    EXPECT_THAT(reply.body, testing::Not(HasSubstr("nothing is served at"))) << route;
  }
}

TEST_F(ServiceTest, AGracefulEndLosesNothingThatWasAcknowledged) {
  serve();
  // A stream that is open, one request between two, a live client, and a request that a worker has in hand.
  RawClient streaming(url_), idle(url_), live(url_), working(url_);
  idle.send(request_text("GET", "/healthz"));
  EXPECT_EQ(idle.read().status, 200);
  live.send(request_text("GET", "/v1/stream"));
  live.read_until(": custody\n\n");
  streaming.send(
      "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  const std::string line = opened("a", "C-1") + "\n";
  char size[32];
  snprintf(size, sizeof size, "%zx\r\n", line.size());
  streaming.send(size + line + "\r\n");
  const std::string acknowledged = streaming.read_until("\"status\":\"taken\"");
  EXPECT_THAT(acknowledged, HasSubstr("taken"));
  ASSERT_EQ(state(opened("b", "C-2")).status, 200);
  std::optional<KeyringBatch> held = hold_keyring();
  working.send(request_text("POST", "/v1/events?wait=sealed", opened("c", "C-3")));
  wait_until([&] { return metric("custody_http_working") == "1"; }, "the worker has it");
  wait_until([&] { return metric("custody_http_connections") == "5"; }, "all are connected");

  std::thread ending([this] { server_->stop(); });
  EXPECT_THAT(streaming.read_until("0\r\n\r\n"), HasSubstr(R"({"line":2,"status":"not-tried","problem":)"));
  EXPECT_THAT(live.read_until("0\r\n\r\n"), HasSubstr("the service is stopping"));
  EXPECT_TRUE(idle.closes());
  // The request in hand is still answered.
  held.reset();
  EXPECT_EQ(working.read().status, 200);
  ending.join();
  EXPECT_THROW(RawClient{url_}, std::runtime_error);

  server_.reset();
  reopen();
  EXPECT_EQ(json(state(opened("a", "C-1"))).at("repeat").as_bool(), true);
  EXPECT_EQ(post("/v1/customers/lookup", R"({"number":"C-1"})").status, 200);
}

TEST_F(ServiceTest, TheServerCanStopTwiceAndBeforeItStarted) {
  serve();
  server_->stop();
  server_->stop();
  Server never(*node_, *api_, {});
  never.stop();
}

TEST_F(ServiceTest, ATakenPortAndAddressesThatCannotBeAreSaid) {
  serve();
  const auto refusal = [this](const std::string& listen) {
    Server::Options options;
    options.listen = listen;
    Server server(*node_, *api_, options);
    try {
      server.start();
    } catch (const Error& error) {
      return std::string(error_name(error.code())) + ": " + error.what();
    }
    return std::string("it listens");
  };
  EXPECT_THAT(refusal(url_.substr(7)), HasSubstr("conflict: "));
  for (const char* wrong : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "localhost:-1", "::1:80", "[::1:80",
                            "example.org:80", "127.0.0.1:80:80", "1.2.3.4.5:80"})
    EXPECT_THAT(refusal(wrong), testing::StartsWith("usage: ")) << wrong;
  EXPECT_THAT(refusal("192.0.2.1:0"), testing::StartsWith("usage: "));
}

}  // namespace
}  // namespace custody
