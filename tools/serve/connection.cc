#include "tools/serve/connection.h"

#include <sys/socket.h>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "ledger/codec/json.h"
#include "tools/serve/event_lines.h"
#include "tools/serve/ingest.h"
#include "tools/serve/service_log.h"
#include "tools/serve/socket.h"

namespace custody {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::awaitable;
using boost::system::error_code;
using std::chrono::steady_clock;
using Parser = http::request_parser<http::buffer_body>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr size_t kPiece = 64u << 10;
constexpr std::chrono::milliseconds kBusyRetry{20};
constexpr int kBusyRetries = 250;
constexpr std::chrono::milliseconds kLinger{2'000};

std::string_view text_of(beast::string_view text) {
  return {text.data(), text.size()};
}

class HttpConnection : public Connection, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(Service& service, asio::ip::tcp::socket socket, asio::ssl::context* tls, std::function<void()> on_end)
      : service_(service), socket_(std::move(socket)), buffer_(2 * kPiece), on_end_(std::move(on_end)) {
    if (tls != nullptr) socket_.tls.emplace(socket_.tcp, *tls);
  }

  void start() override {
    asio::co_spawn(
        socket_.get_executor(), [self = shared_from_this()] { return self->run(); },
        [self = shared_from_this()](const std::exception_ptr& failed) {
          if (failed) log_warning("a connection ended by an unexpected failure");
          error_code ignored;
          self->socket_.tcp.socket().close(ignored);
          self->on_end_();
        });
  }
  void drain() override {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      if (self->idle_) self->socket_.tcp.close();
    });
  }
  void abort() override {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->socket_.tcp.close(); });
  }

 private:
  awaitable<void> run();
  awaitable<bool> one_request();
  awaitable<bool> answer_whole(Parser& parser, Plan& plan, bool keep);
  awaitable<bool> take_events(Parser& parser, Plan& plan, bool keep);
  awaitable<bool> send_live(Plan& plan, const RequestHead& head);
  awaitable<bool> live_loop(std::shared_ptr<Subscription> subscription, std::shared_ptr<Alarm> alarm, bool chunked);
  awaitable<std::optional<ApiResponse>> on_worker(std::function<ApiResponse()> job);
  awaitable<std::optional<ApiResponse>> on_worker_patiently(std::function<ApiResponse()> job);
  awaitable<error_code> read_piece(Parser& parser, std::string& into);
  awaitable<bool> write(std::string_view first, std::string_view second = {});
  awaitable<bool> write_chunk(std::string_view head, std::string_view text);
  awaitable<bool> respond(const ApiResponse& response, bool keep);
  awaitable<bool> continue_if_expected(const Parser& parser);
  awaitable<void> linger();
  bool more_at_once();
  void watch_for_end(const std::shared_ptr<Alarm>& alarm);
  RequestHead head_of(const Parser& parser) const;
  void note(int status);

  Service& service_;
  Socket socket_;
  beast::flat_buffer buffer_;
  std::function<void()> on_end_;
  std::optional<Digest> certificate_;
  bool idle_ = false;
  // Of the request at hand.
  steady_clock::time_point began_;
  std::string method_;
  std::string_view route_ = "other";
  bool http_1_0_ = false;
  bool head_only_ = false;
  std::string piece_;
};

awaitable<void> HttpConnection::run() {
  if (socket_.tls) {
    socket_.tcp.expires_after(service_.options.limits.header);
    const auto [failed] = co_await socket_.tls->async_handshake(asio::ssl::stream_base::server, kTuple);
    if (failed) co_return;
    certificate_ = certificate_of(socket_.tls->native_handle());
  }
  bool open = true;
  while (open) open = co_await one_request();
  co_await linger();
}

// Closing a socket with unread bytes in it resets the connection, and the client may never see why it was refused.
awaitable<void> HttpConnection::linger() {
  if (!socket_.tcp.socket().is_open()) co_return;
  socket_.tcp.expires_after(kLinger);
  if (socket_.tls) co_await socket_.tls->async_shutdown(kTuple);
  error_code ignored;
  socket_.tcp.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  piece_.resize(kPiece);
  for (;;) {
    const auto [failed, n] = co_await socket_.tcp.async_read_some(asio::buffer(piece_), kTuple);
    if (failed) co_return;
  }
}

RequestHead HttpConnection::head_of(const Parser& parser) const {
  const auto& message = parser.get();
  const auto of = [&](http::field name) { return std::string(text_of(message[name])); };
  RequestHead head;
  head.method = text_of(message.method_string());
  head.target = text_of(message.target());
  head.host_count = message.count(http::field::host);
  head.http_1_0 = message.version() < 11;
  head.host = of(http::field::host);
  head.origin = of(http::field::origin);
  head.authorization = of(http::field::authorization);
  head.content_type = of(http::field::content_type);
  head.if_none_match = of(http::field::if_none_match);
  head.last_event_id = text_of(message["Last-Event-ID"]);
  head.certificate = certificate_;
  return head;
}

awaitable<bool> HttpConnection::one_request() {
  const Server::Limits& limits = service_.options.limits;
  if (buffer_.size() == 0) {
    idle_ = true;
    socket_.tcp.expires_after(limits.idle);
    if (service_.stopping) co_return false;
    const auto [failed, n] = co_await socket_.async_read_some(buffer_.prepare(4096), kTuple);
    idle_ = false;
    if (failed) co_return false;
    buffer_.commit(n);
  }
  Parser parser;
  parser.header_limit(static_cast<uint32_t>(limits.header_bytes));
  parser.body_limit(boost::none);
  parser.eager(true);
  began_ = steady_clock::now();
  route_ = "other";
  http_1_0_ = false;
  head_only_ = false;
  method_ = "-";
  socket_.tcp.expires_after(limits.header);
  const auto [failed, n] = co_await http::async_read_header(socket_, buffer_, parser, kTuple);
  if (failed == http::error::header_limit)
    co_return co_await respond(
        problem(431, "the header is too large",
                "a request's header has a limit of " + std::to_string(limits.header_bytes) + " bytes"),
        false);
  if (failed && failed != http::error::end_of_stream && failed != http::error::partial_message &&
      failed.category() == http::make_error_code(http::error::end_of_stream).category())
    co_return co_await respond(problem(400, "the request is wrong", "it is no HTTP/1.1: " + failed.message()), false);
  if (failed) co_return false;

  const RequestHead head = head_of(parser);
  method_ = parser.get().method() == http::verb::unknown ? "other" : head.method;
  route_ = route_of(head.target);
  http_1_0_ = head.http_1_0;
  head_only_ = head.method == "HEAD";
  const bool keep = parser.keep_alive() && !http_1_0_ && !service_.stopping;
  auto planned = plan_for(service_, head);
  if (auto* refusal = std::get_if<Refusal>(&planned))
    co_return co_await respond(refusal->response, keep && parser.is_done());
  Plan& plan = std::get<Plan>(planned);
  if (plan.kind == Plan::Kind::kLive) co_return co_await send_live(plan, head);
  if (!co_await continue_if_expected(parser)) co_return false;
  if (plan.kind == Plan::Kind::kEvents) co_return co_await take_events(parser, plan, keep);
  co_return co_await answer_whole(parser, plan, keep);
}

awaitable<bool> HttpConnection::continue_if_expected(const Parser& parser) {
  if (parser.is_done() || !beast::iequals(parser.get()[http::field::expect], "100-continue")) co_return true;
  const auto length = parser.content_length();
  if (length && *length > service_.options.limits.body_bytes && route_ != "/v1/events") co_return true;  // 413 follows
  co_return co_await write("HTTP/1.1 100 Continue\r\n\r\n");
}

// Appends what one read brings.
awaitable<error_code> HttpConnection::read_piece(Parser& parser, std::string& into) {
  const size_t before = into.size();
  into.resize(before + kPiece);
  auto& body = parser.get().body();
  body.data = into.data() + before;
  body.size = kPiece;
  const auto [failed, n] = co_await http::async_read_some(socket_, buffer_, parser, kTuple);
  into.resize(before + kPiece - body.size);
  co_return failed == http::error::need_buffer ? error_code{} : failed;
}

awaitable<bool> HttpConnection::answer_whole(Parser& parser, Plan& plan, bool keep) {
  const Server::Limits& limits = service_.options.limits;
  std::string& body = plan.request.body;
  const auto length = parser.content_length();
  bool too_large = length && *length > limits.body_bytes;
  socket_.tcp.expires_after(limits.body);
  while (!parser.is_done() && !too_large) {
    if (co_await read_piece(parser, body)) co_return false;
    too_large = body.size() > limits.body_bytes;
  }
  if (too_large)
    co_return co_await respond(problem(413, "too large",
                                       "a body has at most " + std::to_string(limits.body_bytes) +
                                           " bytes; a stream of application/x-ndjson may be longer"),
                               false);
  const auto answered = co_await on_worker([this, &plan] { return answer(service_, plan); });
  if (answered) co_return co_await respond(*answered, keep);
  service_.metrics.refused("queue");
  co_return co_await respond(problem(503, "not available now", "all workers are busy; try again"), keep);
}

awaitable<std::optional<ApiResponse>> HttpConnection::on_worker(std::function<ApiResponse()> job) {
  using Result = std::optional<ApiResponse>;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result)>(
      [](auto handler, WorkerPool* pool, asio::any_io_executor executor, std::function<ApiResponse()> work) {
        const auto kept = std::make_shared<decltype(handler)>(std::move(handler));
        const bool taken = pool->submit([kept, executor, work = std::move(work)] {
          const auto result = std::make_shared<Result>(work());
          asio::post(executor, [kept, result] { std::move (*kept)(std::move(*result)); });
        });
        if (!taken) asio::post(executor, [kept] { std::move (*kept)(Result{}); });
      },
      asio::use_awaitable, &service_.workers, socket_.get_executor(), std::move(job));
}

// A stream that is under way waits for its turn; its client is held back meanwhile.
awaitable<std::optional<ApiResponse>> HttpConnection::on_worker_patiently(std::function<ApiResponse()> job) {
  asio::steady_timer timer(socket_.get_executor());
  for (int i = 0; i < kBusyRetries; ++i) {
    auto answered = co_await on_worker(job);
    if (answered) co_return answered;
    timer.expires_after(kBusyRetry);
    co_await timer.async_wait(kTuple);
  }
  service_.metrics.refused("queue");
  co_return std::nullopt;
}

bool HttpConnection::more_at_once() {
  error_code ignored;
  return buffer_.size() > 0 || socket_.tcp.socket().available(ignored) > 0;
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
      socket_.tcp.expires_after(limits.idle);
      if (co_await read_piece(parser, bytes)) co_return false;
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

awaitable<bool> HttpConnection::write(std::string_view first, std::string_view second) {
  socket_.tcp.expires_after(service_.options.limits.write);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(first), asio::buffer(second)};
  const auto [failed, n] = co_await asio::async_write(socket_, buffers, kTuple);
  co_return !failed;
}

awaitable<bool> HttpConnection::write_chunk(std::string_view head, std::string_view text) {
  std::string out(head);
  if (!http_1_0_) {
    char size[20];
    out.append(size, static_cast<size_t>(snprintf(size, sizeof size, "%zx\r\n", text.size())));
  }
  out.append(text);
  if (!http_1_0_) out.append("\r\n");
  co_return co_await write(out);
}

awaitable<bool> HttpConnection::respond(const ApiResponse& response, bool keep) {
  const std::string head = response_head(response, response.body.size(), keep, http_1_0_);
  note(response.status);
  const bool written = co_await write(head, head_only_ ? std::string_view() : std::string_view(response.body));
  co_return written&& keep;
}

void HttpConnection::note(int status) {
  const auto took = steady_clock::now() - began_;
  service_.metrics.request(route_, status, std::chrono::duration<double>(took).count());
  if (service_.options.access_log)
    log_request({method_, route_, status, std::chrono::duration_cast<std::chrono::microseconds>(took).count()});
}

}  // namespace

std::shared_ptr<Connection> make_connection(Service& service, boost::asio::io_context& loop,
                                            boost::asio::ssl::context* tls, int fd, bool ipv6,
                                            std::function<void()> on_end) {
  asio::ip::tcp::socket socket(asio::make_strand(loop), ipv6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), fd);
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  return std::make_shared<HttpConnection>(service, std::move(socket), tls, std::move(on_end));
}

}  // namespace custody
