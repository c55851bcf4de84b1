// One client's conversation as a class: connection.cc has requests and answers, connection_streams.cc what goes on for
// long. Included by these two alone.
#pragma once

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "tools/serve/connection.h"
#include "tools/serve/event_lines.h"
#include "tools/serve/socket.h"

namespace custody {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::awaitable;
using boost::system::error_code;
using std::chrono::steady_clock;
using Parser = http::request_parser<http::buffer_body>;

inline constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
inline constexpr size_t kPiece = 64u << 10;

ApiResponse too_slow(std::string_view what, std::chrono::milliseconds limit);

class HttpConnection : public ClientConnection, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(Service& service, asio::ip::tcp::socket socket, asio::ssl::context* tls, std::function<void()> on_end)
      : service_(service), socket_(std::move(socket)), buffer_(2 * kPiece), on_end_(std::move(on_end)) {
    if (tls != nullptr) socket_.tls.emplace(socket_.tcp, *tls);
  }

  void start() override;
  void drain() override;
  void abort() override;

 private:
  awaitable<void> run();
  awaitable<bool> one_request();
  awaitable<bool> answer_whole(Parser& parser, Plan& plan, bool keep);
  awaitable<bool> take_events(Parser& parser, Plan& plan, bool keep);
  awaitable<bool> leave_stream(const std::string& head, uint64_t line);
  awaitable<bool> send_live(Plan& plan, const RequestHead& head);
  awaitable<bool> live_loop(std::shared_ptr<Subscription> subscription, std::shared_ptr<Alarm> alarm, bool chunked);
  awaitable<std::optional<ApiResponse>> on_worker(WorkerPool& pool, std::function<ApiResponse()> job);
  awaitable<std::optional<ApiResponse>> on_worker_patiently(std::function<ApiResponse()> job);
  awaitable<error_code> read_header(Parser& parser);
  awaitable<error_code> read_body(Parser& parser, std::string& body);
  awaitable<error_code> read_more(Parser& parser, std::string& into);
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
  bool idle_ = false;       // between two requests
  bool listening_ = false;  // for the next piece of a stream of events
  // Of the request at hand.
  steady_clock::time_point began_;
  std::string method_;
  std::string_view route_ = "other";
  bool http_1_0_ = false;
  bool head_only_ = false;
  std::string piece_;
  bool piece_filled_ = false;  // by the last read_piece
};

}  // namespace custody
