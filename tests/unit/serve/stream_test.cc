// Events that come as a stream of lines.
#include "tests/unit/serve/server_fixture.h"
#include "tools/serve/event_lines.h"

namespace custody {
namespace {

using testing::HasSubstr;
using testing::Not;

class StreamTest : public ServerFixture {
 protected:
  static std::vector<boost::json::object> lines_of(const std::string& body) {
    std::vector<boost::json::object> lines;
    std::istringstream in(body);
    for (std::string line; std::getline(in, line);) lines.push_back(parse_json(line).as_object());
    return lines;
  }
  // "1 sealed, 2 refused, ..."
  static std::string told(const std::string& body) {
    std::string out;
    for (const auto& line : lines_of(body))
      out += (out.empty() ? "" : ", ") + std::to_string(line.at("line").to_number<uint64_t>()) + " " +
             std::string(line.at("status").as_string());
    return out;
  }
  static std::string chunk(const std::string& text) {
    char size[32];
    snprintf(size, sizeof size, "%zx\r\n", text.size());
    return size + text + "\r\n";
  }
  static constexpr std::string_view kOpening =
      "POST /v1/events?wait=sealed HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
};

TEST_F(StreamTest, TheGoodAreSealedAndEachBadOneIsNamedByItsLine) {
  serve();
  const std::string body = opened("a", "C-1") + "\nrubbish\n\n  \r\n" + opened("b", "C-2") + "\r\n" +
                           collected("c", "C-404", "1") + "\n" + std::string("{\"id\":\"\0\"}", 10) + "\n" +
                           collected("d", "C-1", "1");
  const Reply reply = stream(body);
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.whole);
  EXPECT_EQ(told(reply.body), "1 sealed, 2 refused, 5 sealed, 6 refused, 7 refused, 8 sealed");
  EXPECT_THAT(lines_of(reply.body)[3].at("faults").at(0).at("pointer").as_string(), testing::Eq("/subject"));
}

TEST_F(StreamTest, AllOrNothingRefusesTheWholeAndNamesTheLine) {
  serve();
  const uint64_t before = records();
  const Reply reply = stream(opened("a", "C-1") + "\n\nrubbish\n", "/v1/events?wait=sealed&all_or_nothing=1");
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(told(reply.body), "1 not-tried, 3 refused");
  EXPECT_EQ(ask("POST", "/v1/customers/lookup", R"({"number":"C-1"})").status, 404);
  for (uint64_t seq = before; seq < records(); ++seq)
    EXPECT_THAT(ask("GET", "/v1/records/0/" + std::to_string(seq)).body, Not(HasSubstr("archive.opened")));
}

TEST_F(StreamTest, ALineThatIsTooLongIsRefusedAndTheNextAreTaken) {
  serve(with({.line_bytes = 4096}));
  const Reply reply = stream(opened("a", "C-1") + "\n" + std::string(500'000, 'x') + "\n" + opened("b", "C-2") + "\n");
  EXPECT_EQ(told(reply.body), "1 sealed, 2 refused, 3 sealed");
  EXPECT_THAT(reply.body, HasSubstr("longer than 4096 bytes"));
}

TEST_F(StreamTest, ManyLinesAreCountedThroughAllBatches) {
  serve(with({.batch_lines = 16}));
  std::string body;
  for (int i = 1; i <= 400; ++i) body += (i % 100 == 0 ? "rubbish" : opened("e" + std::to_string(i), "C")) + "\n";
  const auto lines = lines_of(stream(body).body);
  ASSERT_EQ(lines.size(), 400u);
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].at("line").to_number<uint64_t>(), i + 1);
    EXPECT_EQ(lines[i].at("status").as_string() == "refused", (i + 1) % 100 == 0) << i;
  }
}

TEST_F(StreamTest, EachLineIsAnsweredWhileTheStreamIsOpen) {
  serve();
  RawClient client(url_);
  client.send(kOpening);
  client.send(chunk(opened("a", "C-1") + "\n"));
  EXPECT_EQ(client.read_head().status, 200);
  EXPECT_THAT(client.read_until("\n\r\n"), HasSubstr(R"("status":"sealed")"));
  client.send(chunk(collected("b", "C-1", "1") + "\n" + collected("b", "C-1", "1") + "\n"));
  std::string answer = client.read_until("\"line\":3");
  EXPECT_THAT(answer, HasSubstr("\"line\":2"));
  client.send("0\r\n\r\n" + request_text("GET", "/healthz"));
  EXPECT_THAT(client.read_until("alive\n"), HasSubstr("0\r\n\r\nHTTP/1.1 200 OK"));  // and the connection goes on
}

TEST_F(StreamTest, ARepeatGetsTheFirstReceiptAndAConflictIs409) {
  serve();
  const Reply first = ask("POST", "/v1/events?wait=sealed", opened("a", "C-1"));
  const Reply again = ask("POST", "/v1/events?wait=sealed", opened("a", "C-1"));
  ASSERT_EQ(first.status, 200);
  ASSERT_EQ(again.status, 200);
  const auto one = parse_json(first.body).as_object(), two = parse_json(again.body).as_object();
  for (const char* field : {"id", "shard", "seq", "leaf", "sealed_at"}) EXPECT_EQ(one.at(field), two.at(field));
  EXPECT_FALSE(one.at("repeat").as_bool());
  EXPECT_TRUE(two.at("repeat").as_bool());
  ASSERT_EQ(ask("POST", "/v1/events?wait=sealed", collected("b", "C-1", "600")).status, 200);
  const Reply conflict = ask("POST", "/v1/events?wait=sealed", collected("b", "C-1", "601"));
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.header("content-type"), "application/problem+json");
  EXPECT_EQ(told(stream(collected("b", "C-1", "601")).body), "1 conflict");
}

TEST_F(StreamTest, WithoutWaitingAnEventIsTakenWith202) {
  serve();
  EXPECT_EQ(ask("POST", "/v1/events", opened("a", "C-1")).status, 202);
  EXPECT_EQ(ask("POST", "/v1/events?wait=long", opened("b", "C-2")).status, 400);
  EXPECT_EQ(stream(opened("b", "C-2"), "/v1/events?wait=long").status, 400);
  EXPECT_EQ(ask("POST", "/v1/events", "<event/>", "Content-Type: text/xml\r\n").status, 415);
  const std::string batch = "[" + opened("c", "C-3") + "," + opened("d", "C-4") + "]";
  const Reply reply =
      ask("POST", "/v1/events?wait=sealed", batch, "Content-Type: Application/CloudEvents-Batch+JSON\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(parse_json(reply.body).as_array().size(), 2u);
}

TEST_F(StreamTest, AStreamFindsTheWorkersTakenAndWaitsItsTurn) {
  Server::Options options = with({.queue = 1});
  options.workers = 1;
  serve(options);
  ASSERT_EQ(ask("POST", "/v1/events?wait=sealed", opened("e1", "C-1")).status, 200);
  RawClient working(url_), waiting(url_);
  std::optional<KeyringBatch> held = hold_keyring();
  occupy(working, waiting);
  RawClient streaming(url_);
  streaming.send(request_text("POST", "/v1/events?wait=sealed", collected("e3", "C-1", "1") + "\n",
                              "Content-Type: application/x-ndjson\r\n"));
  held.reset();
  EXPECT_EQ(told(streaming.read().body), "1 sealed");
  EXPECT_EQ(working.read().status, 200);
}

// However the bytes are cut, the lines and their numbers are the same; nothing beyond one batch and one line is kept.
TEST(EventLinesTest, LinesDoNotDependOnHowTheBytesCome) {
  const std::string text = "one\n\n  \ntwo\r\n" + std::string(50, 'x') + "\nthree\n\nfour";
  const std::string expected = "1:one 4:two\r 5:! 6:three 8:four ";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    EventLines lines({.line_bytes = 20, .batch_lines = 3, .batch_bytes = 1000});
    std::string seen;
    const auto drain = [&](bool end) {
      for (auto batch = lines.next(end); !batch.empty(); batch = lines.next(end)) {
        uint64_t number = batch.first_line;
        if (batch.too_long) seen += std::to_string(number) + ":! ";
        for (const auto line : batch.lines) seen += std::to_string(number++) + ":" + std::string(line) + " ";
      }
    };
    for (size_t at = 0; at < text.size(); at += piece) {
      lines.push(std::string_view(text).substr(at, piece));
      drain(false);
    }
    drain(true);
    EXPECT_EQ(seen, expected) << "pieces of " << piece;
  }
}

}  // namespace
}  // namespace custody
