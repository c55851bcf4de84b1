// What goes on for long on one connection: a stream of events in, the live stream out.
#include <sys/socket.h>

#include "tools/serve/http_connection.h"
#include "tools/serve/ingest.h"

namespace custody {
namespace {

constexpr std::chrono::milliseconds kBusyRetry{20};
constexpr int kBusyRetries = 250;

}  // namespace

// A stream that is under way waits for its turn; its client is held back meanwhile.
awaitable<std::optional<ApiResponse>> HttpConnection::on_worker_patiently(std::function<ApiResponse()> job) {
  asio::steady_timer timer(socket_.get_executor());
  for (int i = 0; i < kBusyRetries; ++i) {
    auto answered = co_await on_worker(service_.workers, job);
    if (answered) co_return answered;
    timer.expires_after(kBusyRetry);
    co_await timer.async_wait(kTuple);
  }
  service_.metrics.refused("queue");
  co_return std::nullopt;
}

// What is left in buffer_ is no sign of more: the line feed that ends a chunk is only read with the next one's head.
bool HttpConnection::more_at_once() {
  error_code ignored;
  return piece_filled_ || socket_.tcp.socket().available(ignored) > 0;
}

awaitable<error_code> HttpConnection::read_more(Parser& parser, std::string& into) {
  const ReadDeadline deadline(socket_.tcp, service_.options.limits.idle);
  if (service_.stopping) co_return error_code(asio::error::operation_aborted);
  listening_ = true;
  const error_code failed = co_await read_piece(parser, into);
  listening_ = false;
  co_return failed&& deadline.passed() ? error_code(beast::error::timeout) : failed;
}

awaitable<bool> HttpConnection::take_events(Parser& parser, Plan& plan, bool keep) {
  const Server::Limits& limits = service_.options.limits;
  EventLines lines({limits.line_bytes, limits.batch_lines, 1u << 20});
  std::string head = response_head({200, "application/x-ndjson", "", {}}, std::nullopt, keep, http_1_0_);
  bool begun = false;
  std::string bytes;
  for (bool end = parser.is_done();; end = parser.is_done()) {
    if (!end) {
      bytes.clear();
      const error_code failed = co_await read_more(parser, bytes);
      if (failed && (service_.stopping || failed == beast::error::timeout))
        co_return co_await leave_stream(head, lines.line());
      if (failed) co_return false;
      lines.push(bytes);
      end = parser.is_done();
    }
    if (!end && !lines.full() && more_at_once()) continue;
    for (auto batch = lines.next(end); !batch.empty(); batch = lines.next(end)) {
      auto taken = co_await on_worker_patiently([this, &plan, &batch] { return ingest(service_, plan, batch); });
      if (!taken) taken = problem(503, "not available now", "all workers are busy; try again");
      const bool failed = taken->status != 200;
      if (failed && !begun) co_return co_await respond(*taken, false);
      const std::string text = failed ? failed_line(batch.first_line, *taken) : std::move(taken->body);
      if (!co_await write_chunk(std::exchange(head, {}), text)) co_return false;
      begun = true;
      if (failed) {
        note(taken->status);
        if (!http_1_0_) co_await write("0\r\n\r\n");
        co_return false;
      }
    }
    if (end) break;
  }
  note(200);
  if (!co_await write(head, http_1_0_ ? "" : "0\r\n\r\n")) co_return false;
  co_return keep;
}

// While the client may still have more to say: what was answered holds, the rest was not tried. A coroutine of its own:
// inside the loop above g++ 12 makes wrong code of it.
awaitable<bool> HttpConnection::leave_stream(const std::string& head, uint64_t line) {
  const ApiResponse why = service_.stopping ? problem(503, "not available now", "the service is stopping")
                                            : too_slow("the next piece", service_.options.limits.idle);
  if (!head.empty()) co_return co_await respond(why, false);
  note(why.status);
  if (co_await write_chunk({}, failed_line(line, why)) && !http_1_0_) co_await write("0\r\n\r\n");
  co_return false;
}

awaitable<bool> HttpConnection::send_live(Plan& plan, const RequestHead& head) {
  auto alarm = std::make_shared<Alarm>(socket_.get_executor());
  std::shared_ptr<Subscription> subscription;
  std::optional<ApiResponse> refused;
  try {
    subscription = service_.feed.subscribe(head.last_event_id, plan.types, [alarm, at = socket_.get_executor()] {
      asio::post(at, [alarm] { alarm->ring(); });
    });
    if (!subscription) refused = problem(503, "not available now", "all places of the stream are taken; try again");
  } catch (const Error& error) {
    refused = problem(error);
  }
  if (refused) {
    if (!subscription) service_.metrics.refused("stream_clients");
    co_return co_await respond(*refused, false);
  }
  note(200);
  service_.metrics.stream_clients(service_.feed.clients());
  const ApiResponse opening{200, "text/event-stream; charset=utf-8", "", {{"X-Accel-Buffering", "no"}}};
  const std::string opened = response_head(opening, std::nullopt, false, http_1_0_);
  if (co_await write_chunk(opened, ": custody\n\n")) co_await live_loop(subscription, alarm, !http_1_0_);
  service_.feed.leave(subscription);
  service_.metrics.stream_clients(service_.feed.clients());
  co_return false;
}

// A client of the stream sends nothing more: what can be read is its end.
void HttpConnection::watch_for_end(const std::shared_ptr<Alarm>& alarm) {
  socket_.tcp.socket().async_wait(
      asio::ip::tcp::socket::wait_read, [self = shared_from_this(), alarm](error_code failed) {
        char byte = 0;
        const bool closed =
            failed || recv(self->socket_.tcp.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
        if (!closed) return;
        alarm->gone = true;
        alarm->ring();
      });
}

awaitable<bool> HttpConnection::live_loop(std::shared_ptr<Subscription> subscription, std::shared_ptr<Alarm> alarm,
                                          bool chunked) {
  watch_for_end(alarm);
  for (;;) {
    bool ended = false;
    alarm->rung = false;
    const std::string text = subscription->take(ended);
    for (size_t at = 0; at < text.size(); at += kPiece)
      if (!co_await write_chunk({}, std::string_view(text).substr(at, kPiece))) co_return false;
    if (ended || alarm->gone) break;
    if (!text.empty() || alarm->rung) continue;
    socket_.tcp.expires_never();
    alarm->timer.expires_after(service_.options.limits.heartbeat);
    const auto [rung] = co_await alarm->timer.async_wait(kTuple);
    if (!rung && !co_await write_chunk({}, ": heartbeat\n\n")) co_return false;
  }
  if (chunked && !alarm->gone) co_await write("0\r\n\r\n");
  co_return true;
}

}  // namespace custody
