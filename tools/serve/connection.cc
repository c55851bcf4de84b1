#include "tools/serve/connection.h"

#include "tools/serve/http_connection.h"
#include "tools/serve/peer_certificate.h"
#include "tools/serve/service_log.h"

namespace custody {
namespace {

constexpr std::chrono::milliseconds kLinger{2'000};

std::string_view text_of(beast::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

ApiResponse too_slow(std::string_view what, std::chrono::milliseconds limit) {
  return problem(408, "the request took too long",
                 std::string(what) + " was not there in " + std::to_string(limit.count()) + " ms");
}

void HttpConnection::start() {
  asio::co_spawn(
      socket_.get_executor(), [self = shared_from_this()] { return self->run(); },
      [self = shared_from_this()](const std::exception_ptr& failed) {
        if (failed) log_warning("a connection ended by an unexpected failure");
        error_code ignored;
        self->socket_.tcp.socket().close(ignored);
        self->on_end_();
      });
}

void HttpConnection::drain() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->idle_) self->socket_.tcp.close();
    if (self->listening_) self->socket_.tcp.cancel();
  });
}

void HttpConnection::abort() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->socket_.tcp.close(); });
}

awaitable<void> HttpConnection::run() {
  if (socket_.tls) {
    socket_.tcp.expires_after(service_.options.limits.header);
    const auto [failed] = co_await socket_.tls->async_handshake(asio::ssl::stream_base::server, kTuple);
    if (failed) co_return;
    certificate_ = peer_certificate(socket_.tls->native_handle());
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
  const error_code failed = co_await read_header(parser);
  if (failed == beast::error::timeout) co_return co_await respond(too_slow("the header", limits.header), false);
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

awaitable<error_code> HttpConnection::read_header(Parser& parser) {
  const ReadDeadline deadline(socket_.tcp, service_.options.limits.header);
  const auto [failed, n] = co_await http::async_read_header(socket_, buffer_, parser, kTuple);
  co_return failed&& deadline.passed() ? error_code(beast::error::timeout) : failed;
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
  piece_filled_ = body.size == 0;
  into.resize(before + kPiece - body.size);
  co_return failed == http::error::need_buffer ? error_code{} : failed;
}

// Stops early where the body is larger than a whole one may be.
awaitable<error_code> HttpConnection::read_body(Parser& parser, std::string& body) {
  const Server::Limits& limits = service_.options.limits;
  const ReadDeadline deadline(socket_.tcp, limits.body);
  while (!parser.is_done() && body.size() <= limits.body_bytes)
    if (const error_code failed = co_await read_piece(parser, body))
      co_return deadline.passed() ? error_code(beast::error::timeout) : failed;
  co_return error_code{};
}

awaitable<bool> HttpConnection::answer_whole(Parser& parser, Plan& plan, bool keep) {
  const Server::Limits& limits = service_.options.limits;
  std::string& body = plan.request.body;
  const auto length = parser.content_length();
  const bool said_too_large = length && *length > limits.body_bytes;
  const error_code failed = said_too_large ? error_code{} : co_await read_body(parser, body);
  if (failed == beast::error::timeout) co_return co_await respond(too_slow("the body", limits.body), false);
  if (failed) co_return false;
  if (said_too_large || body.size() > limits.body_bytes)
    co_return co_await respond(problem(413, "too large",
                                       "a body has at most " + std::to_string(limits.body_bytes) +
                                           " bytes; a stream of application/x-ndjson may be longer"),
                               false);
  if (plan.kind == Plan::Kind::kState) co_return co_await respond(answer(service_, plan), keep);
  WorkerPool& pool = plan.kind == Plan::Kind::kStatus ? service_.status_workers : service_.workers;
  const auto answered = co_await on_worker(pool, [this, &plan] { return answer(service_, plan); });
  if (answered) co_return co_await respond(*answered, keep);
  service_.metrics.refused("queue");
  co_return co_await respond(problem(503, "not available now", "all workers are busy; try again"), keep);
}

awaitable<std::optional<ApiResponse>> HttpConnection::on_worker(WorkerPool& pool, std::function<ApiResponse()> job) {
  using Result = std::optional<ApiResponse>;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result)>(
      [](auto handler, WorkerPool* of, asio::any_io_executor executor, std::function<ApiResponse()> work) {
        const auto kept = std::make_shared<decltype(handler)>(std::move(handler));
        const bool taken = of->submit([kept, executor, work = std::move(work)] {
          const auto result = std::make_shared<Result>(work());
          asio::post(executor, [kept, result] { std::move (*kept)(std::move(*result)); });
        });
        if (!taken) asio::post(executor, [kept] { std::move (*kept)(Result{}); });
      },
      asio::use_awaitable, &pool, socket_.get_executor(), std::move(job));
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

std::shared_ptr<ClientConnection> make_connection(Service& service, boost::asio::io_context& loop,
                                                  boost::asio::ssl::context* tls, int fd, bool ipv6,
                                                  std::function<void()> on_end) {
  asio::ip::tcp::socket socket(asio::make_strand(loop), ipv6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), fd);
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  return std::make_shared<HttpConnection>(service, std::move(socket), tls, std::move(on_end));
}

}  // namespace custody
