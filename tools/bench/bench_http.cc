// NDJSON over HTTP to sealed, against the real program: several connections, each one long request that waits for the
// seal of every event.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "tools/bench/bare_lmdb.h"
#include "tools/bench/benches.h"
#include "tools/bench/made_events.h"
#include "tools/bench/running.h"
#include "tools/bench/scratch.h"

namespace custody {
namespace {

constexpr size_t kConnections = 4;
constexpr uint64_t kCustomers = 2'000;

struct Stream {
  std::string request;  // head and all lines
  uint64_t lines = 0;
};

Stream stream_of(const std::string& lines, uint64_t count) {
  return {
      "POST /v1/events?wait=sealed HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
      "Content-Type: application/x-ndjson\r\nContent-Length: " +
          std::to_string(lines.size()) + "\r\n\r\n" + lines,
      count};
}

uint64_t occurrences(std::string_view text, std::string_view word) {
  uint64_t n = 0;
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size())) ++n;
  return n;
}

int connected(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw Error(ErrorCode::kUnavailable, "cannot connect to the service");
  return fd;
}

// Writes in a thread of its own, reads in this one: the service answers while it still reads.
std::string exchange(uint16_t port, const Stream& stream) {
  const int fd = connected(port);
  std::string answer;
  {
    const std::jthread writer([&] {
      for (size_t sent = 0; sent < stream.request.size();) {
        const ssize_t n = send(fd, stream.request.data() + sent, stream.request.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) return;
        sent += static_cast<size_t>(n);
      }
    });
    std::string piece(256 * 1024, '\0');
    for (ssize_t n = 0; (n = recv(fd, piece.data(), piece.size(), 0)) > 0;)
      answer.append(piece, 0, static_cast<size_t>(n));
  }
  close(fd);
  return answer;
}

// All streams at once; returns how many events came back sealed.
uint64_t send_all(uint16_t port, const std::vector<Stream>& streams) {
  std::vector<std::string> answers(streams.size());
  {
    std::vector<std::jthread> senders;
    for (size_t i = 0; i < streams.size(); ++i)
      senders.emplace_back([&, i] { answers[i] = exchange(port, streams[i]); });
  }
  uint64_t sealed = 0;
  for (const std::string& answer : answers) sealed += occurrences(answer, "\"status\":\"sealed\"");
  return sealed;
}

template <class Make>
std::vector<Stream> streams_of(uint64_t count, const Make& make) {
  std::vector<Stream> streams;
  for (size_t connection = 0; connection < kConnections; ++connection) {
    std::string lines;
    uint64_t own = 0;
    for (uint64_t n = connection; n < count; n += kConnections, ++own) lines += make(n) + "\n";
    streams.push_back(stream_of(lines, own));
  }
  return streams;
}

Sample measured(const BenchOptions& options, const std::vector<Stream>& archives, const std::vector<Stream>& events) {
  const Scratch scratch(options.folder);
  Service service(options.program, scratch / "data");
  service.wait_ready();
  if (!archives.empty()) send_all(service.port(), archives);
  uint64_t wanted = 0;
  for (const Stream& stream : events) wanted += stream.lines;
  const double cpu = service.process().cpu_seconds();
  Sample sample = timed([&] { return static_cast<double>(send_all(service.port(), events)); });
  sample.cpu_seconds = service.process().cpu_seconds() - cpu;
  if (sample.work != static_cast<double>(wanted))
    throw Error(ErrorCode::kStore, "only " + std::to_string(static_cast<uint64_t>(sample.work)) + " of " +
                                       std::to_string(wanted) + " events came back sealed");
  service.process().terminate();
  return sample;
}

Figure run(const BenchOptions& options, Figure figure, uint64_t count, const std::vector<Stream>& archives,
           const std::vector<Stream>& events, const std::string& example) {
  std::vector<std::string> rows(count, std::string(intake_entry_of(made_event(1, 0), {}, 0).size(), 'x'));
  figure.unit = "events/s";
  figure.baseline = "bare LMDB: as many rows of " + std::to_string(rows[0].size()) +
                    " bytes appended, 512 a transaction (the service's batch), each synced";
  const auto base = [&] {
    const Scratch scratch(options.folder);
    return bare_append(scratch / "bare", rows, 512);
  };
  in_turns(options.turns(5), figure, [&] { return measured(options, archives, events); }, base);
  figure.facts = {{"events a turn", static_cast<double>(count)},
                  {"bytes of JSON an event", static_cast<double>(example.size())},
                  {"connections", static_cast<double>(kConnections)}};
  return figure;
}

}  // namespace

std::vector<Figure> bench_http(const BenchOptions& options) {
  const uint64_t count = options.count(200'000, 500);
  Figure figure;
  figure.name = "http";
  figure.work =
      "`custody serve` (all roles, views folded live): NDJSON posted with ?wait=sealed until every receipt is back";
  figure.floor = {{}, 50'000};
  figure.goal = {{}, 150'000};
  return {
      run(options, figure, count, {}, streams_of(count, [](uint64_t n) { return made_json(1, n); }), made_json(1, 0))};
}

std::vector<Figure> bench_http_values(const BenchOptions& options) {
  const uint64_t count = options.count(100'000, 500);
  const uint64_t customers = std::min(kCustomers, count);
  Figure figure;
  figure.name = "http-values";
  figure.work = "the same with the customer's number and four values to encrypt in each event, customers known";
  figure.floor = {{}, 30'000};
  figure.goal = {{}, 100'000};
  const auto values = [&](uint64_t n) { return made_values_json(1, n, n % customers); };
  return {run(options, figure, count, streams_of(customers, made_archive_json), streams_of(count, values), values(0))};
}

}  // namespace custody
