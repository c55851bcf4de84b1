#include "tools/witness/witness_server.h"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <csignal>
#include <iostream>

#include "ledger/proof/submission.h"
#include "tools/serve/front.h"
#include "tools/serve/listen.h"

namespace custody {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr size_t kHeaderBytes = 16u << 10;
constexpr std::chrono::milliseconds kAcceptPause{100};

ApiResponse plain(int status, const std::string& text) {
  return {status, "text/plain; charset=utf-8", text + "\n", {}};
}

ApiResponse answer(Witness& witness, const http::request<http::string_body>& request) {
  if (request.target() != "/add-checkpoint") return plain(404, "there is POST /add-checkpoint alone");
  if (request.method() != http::verb::post) {
    ApiResponse wrong = plain(405, "POST a checkpoint here");
    wrong.headers.emplace_back("Allow", "POST");
    return wrong;
  }
  try {
    return witness.add_checkpoint(request.body());
  } catch (const std::exception& error) {  // the disk
    std::cerr << "custody: nothing is cosigned: " << error.what() << "\n";
    return plain(503, "the witness cannot keep what it sees; try again");
  }
}

// What could not be read as a request; nullopt where nobody is there to be told.
std::optional<ApiResponse> refusal(const error_code& failed) {
  if (failed == http::error::body_limit) return plain(413, "more than any checkpoint and its proof");
  if (failed == http::error::header_limit) return plain(431, "the header is too large");
  if (failed == http::error::end_of_stream || failed == http::error::partial_message) return std::nullopt;
  if (failed.category() == http::make_error_code(http::error::bad_method).category())
    return plain(400, "this is no HTTP request");
  return std::nullopt;
}

}  // namespace

struct WitnessServer::Impl {
  Impl(Witness& w, Limits l) : witness(w), limits(l) {}

  awaitable<void> accept() {
    for (;;) {
      auto [failed, socket] = co_await acceptor.async_accept(kTuple);
      if (failed == asio::error::operation_aborted) co_return;
      if (failed) {  // out of descriptors: some will be given back
        asio::steady_timer pause(loop, kAcceptPause);
        co_await pause.async_wait(kTuple);
        continue;
      }
      if (open >= limits.connections) continue;  // closes it
      ++open;
      asio::co_spawn(loop, converse(beast::tcp_stream(std::move(socket))),
                     [this](const std::exception_ptr&) { --open; });
    }
  }

  awaitable<void> converse(beast::tcp_stream stream) {
    beast::flat_buffer buffer(kHeaderBytes + Submission::kMostBytes);
    for (bool keep = true; keep;) {
      http::request_parser<http::string_body> parser;
      parser.header_limit(kHeaderBytes);
      parser.body_limit(Submission::kMostBytes);
      stream.expires_after(limits.request);
      const auto [failed, n] = co_await http::async_read(stream, buffer, parser, kTuple);
      const auto refused = failed ? refusal(failed) : std::nullopt;
      if (failed && !refused) co_return;
      const ApiResponse response = refused ? *refused : answer(witness, parser.get());
      keep = !refused && parser.get().keep_alive();
      const std::string text = response_head(response, response.body.size(), keep, parser.get().version() == 10) +
                               (parser.get().method() == http::verb::head ? "" : response.body);
      stream.expires_after(limits.request);
      const auto [unsent, written] = co_await asio::async_write(stream, asio::buffer(text), kTuple);
      if (unsent) co_return;
    }
    error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  Witness& witness;
  Limits limits;
  asio::io_context loop{1};
  tcp::acceptor acceptor{loop};
  asio::signal_set signals{loop, SIGINT, SIGTERM};
  size_t open = 0;
};

WitnessServer::WitnessServer(Witness& witness, Limits limits) : impl_(std::make_unique<Impl>(witness, limits)) {}
WitnessServer::~WitnessServer() = default;

std::string WitnessServer::bind(const std::string& listen) {
  const ListenAddress address = parse_listen(listen);
  const tcp::endpoint at(asio::ip::make_address(address.host), address.port);
  tcp::acceptor& acceptor = impl_->acceptor;
  error_code failed;
  acceptor.open(at.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(at, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed == asio::error::address_in_use) throw Error(ErrorCode::kConflict, listen + " is taken by another program");
  if (failed) throw Error(ErrorCode::kUsage, "cannot listen on " + listen + ": " + failed.message());
  const std::string host = at.address().is_v6() ? "[" + address.host + "]" : address.host;
  return "http://" + host + ":" + std::to_string(acceptor.local_endpoint().port());
}

void WitnessServer::run() {
  impl_->signals.async_wait([this](const error_code& failed, int) {
    if (!failed) impl_->loop.stop();
  });
  asio::co_spawn(impl_->loop, impl_->accept(), asio::detached);
  impl_->loop.run();
}

void WitnessServer::stop() {
  impl_->loop.stop();
}

}  // namespace custody
