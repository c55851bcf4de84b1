#include "tools/vouch/outbox.h"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/url.hpp>
#include <cstdlib>
#include <optional>

#include "ledger/base/error.h"

namespace custody {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr uint32_t kHeaderBytes = 16u << 10;

struct Address {
  bool secure = false;
  std::string host, port, host_header, target;
};

Address parse_address(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  const bool good = parsed && (parsed->scheme() == "http" || parsed->scheme() == "https") && !parsed->host().empty() &&
                    !parsed->has_userinfo() && !parsed->has_fragment();
  if (!good) throw Error(ErrorCode::kUsage, "not an http:// or https:// address: " + url);
  Address out;
  out.secure = parsed->scheme() == "https";
  out.host = parsed->host_address();
  out.port = parsed->has_port() ? std::string(parsed->port()) : out.secure ? "443" : "80";
  out.host_header = parsed->encoded_host_and_port();
  out.target = std::string(parsed->encoded_resource());
  if (!out.target.starts_with('/')) out.target = "/" + out.target;
  return out;
}

OutsideReply lost(OutsideFailure failure, const std::string& trouble) {
  OutsideReply reply;
  reply.lost = failure;
  reply.trouble = trouble;
  return reply;
}

bool is_late(const error_code& failed) {
  return failed == beast::error::timeout || failed == asio::error::operation_aborted;
}

// What a failure before the request was sent means.
OutsideReply unreached(const error_code& failed, const std::string& what) {
  if (is_late(failed)) return lost(OutsideFailure::kLate, "has not answered in time");
  return lost(OutsideFailure::kUnreachable, what + failed.message());
}

// And one after it.
OutsideReply unread(const error_code& failed, size_t most_bytes) {
  if (is_late(failed)) return lost(OutsideFailure::kLate, "has not answered in time");
  if (failed == http::error::body_limit)
    return lost(OutsideFailure::kTooLarge, "answered with more than " + std::to_string(most_bytes) + " bytes");
  if (failed.category() == http::make_error_code(http::error::bad_method).category() &&
      failed != http::error::end_of_stream)
    return lost(OutsideFailure::kMalformed, "answered with what is no HTTP: " + failed.message());
  return lost(OutsideFailure::kUnreachable, "ended the connection without an answer");
}

}  // namespace

struct Outbox::Impl {
  explicit Impl(const Limits& l) : limits(l) {}

  awaitable<OutsideReply> exchange(Letter letter) {
    const Address address = parse_address(letter.url);
    const Time until = std::chrono::steady_clock::now() + limits.answer;
    tcp::resolver resolver(loop);
    asio::steady_timer patience(loop, until);
    patience.async_wait([&resolver](const error_code& stopped) {
      if (!stopped) resolver.cancel();
    });
    const auto [unknown, places] = co_await resolver.async_resolve(address.host, address.port, kTuple);
    patience.cancel();
    if (unknown) co_return unreached(unknown, "cannot be found: ");
    beast::tcp_stream plain(loop);
    plain.expires_at(until);
    const auto [away, at] = co_await plain.async_connect(places, kTuple);
    if (away) co_return unreached(away, "cannot be reached: ");
    if (!address.secure) co_return co_await converse(plain, address, letter);
    ssl::stream<beast::tcp_stream> secured(std::move(plain), authorities());
    secured.set_verify_callback(ssl::host_name_verification(address.host));
    if (error_code no_ip; asio::ip::make_address(address.host, no_ip), no_ip)
      SSL_set_tlsext_host_name(secured.native_handle(), address.host.c_str());
    const auto [untrusted] = co_await secured.async_handshake(ssl::stream_base::client, kTuple);
    if (untrusted) co_return unreached(untrusted, "cannot be trusted: ");
    co_return co_await converse(secured, address, letter);
  }

  template <class Stream>
  awaitable<OutsideReply> converse(Stream& stream, const Address& address, const Letter& letter) {
    http::request<http::string_body> request(http::verb::post, address.target, 11);
    request.set(http::field::host, address.host_header);
    request.set(http::field::user_agent, "custody");
    request.set(http::field::content_type, letter.content_type);
    request.set(http::field::connection, "close");
    request.body() = letter.body;
    request.prepare_payload();
    const auto [unsent, sent] = co_await http::async_write(stream, request, kTuple);
    if (unsent) co_return unread(unsent, limits.bytes);
    http::response_parser<http::string_body> parser;
    parser.header_limit(kHeaderBytes);
    parser.body_limit(limits.bytes);
    beast::flat_buffer buffer(kHeaderBytes + limits.bytes);
    const auto [failed, read] = co_await http::async_read(stream, buffer, parser, kTuple);
    if (failed) co_return unread(failed, limits.bytes);
    OutsideReply reply;
    reply.status = static_cast<int>(parser.get().result_int());
    reply.content_type = std::string(parser.get()[http::field::content_type]);
    reply.body = std::move(parser.get().body());
    co_return reply;
  }

  ssl::context& authorities() {
    if (!tls) {
      tls.emplace(ssl::context::tls_client);
      tls->set_verify_mode(ssl::verify_peer);
      const char* file = std::getenv("CUSTODY_CA");
      if (file == nullptr || *file == '\0')
        tls->set_default_verify_paths();
      else
        tls->load_verify_file(file);
    }
    return *tls;
  }

  awaitable<void> deliver(Letter letter, std::function<void(OutsideReply)> done) {
    OutsideReply reply;
    try {
      reply = co_await exchange(std::move(letter));
    } catch (const std::exception& error) {  // CUSTODY_CA names no certificates; no descriptors
      reply = lost(OutsideFailure::kUnreachable, std::string("cannot be asked: ") + error.what());
    }
    done(std::move(reply));
  }

  Limits limits;
  asio::io_context loop{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  asio::steady_timer timer{loop};
  std::optional<ssl::context> tls;
};

Outbox::Outbox(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {
  impl_->work.emplace(impl_->loop.get_executor());
}
Outbox::~Outbox() = default;

void Outbox::check_url(const std::string& url) {
  parse_address(url);
}

void Outbox::tell(Work work) {
  asio::post(impl_->loop, std::move(work));
}

void Outbox::post(Letter letter, std::function<void(OutsideReply)> done) {
  asio::co_spawn(impl_->loop, impl_->deliver(std::move(letter), std::move(done)), asio::detached);
}

void Outbox::later(Time when, Work work) {
  if (when == Time::max()) {
    impl_->timer.cancel();
    return;
  }
  impl_->timer.expires_at(when);
  impl_->timer.async_wait([work = std::move(work)](const error_code& stopped) {
    if (!stopped) work();
  });
}

void Outbox::run() {
  impl_->loop.run();
}

void Outbox::stop() {
  impl_->loop.stop();
}

}  // namespace custody
