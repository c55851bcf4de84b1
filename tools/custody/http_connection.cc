// The one HTTP client of the command line (Beast, one translation unit).
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast.hpp>
#include <boost/url.hpp>
#include <cstdlib>
#include <functional>

#include "tools/custody/connection.h"
#include "tools/serve/peer_certificate.h"

namespace custody {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using TlsStream = ssl::stream<beast::tcp_stream>;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

class HttpConnection : public Connection {
 public:
  HttpConnection(const std::string& url, const HttpClient& client) : url_(url), client_(client) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https"))
      throw Error(ErrorCode::kUsage, "not an http:// or https:// address: " + url);
    host_ = parsed->host_address();
    host_header_ = parsed->encoded_host_and_port();
    const bool secure = parsed->scheme() == "https";
    port_ = parsed->has_port() ? std::string(parsed->port()) : secure ? "443" : "80";
    if (secure) prepare_tls();
  }

  ApiResponse call(const ApiRequest& request) override {
    // A kept-alive connection may have been closed by the service meanwhile: one fresh one is worth a second try.
    for (int attempt = 0;; ++attempt) {
      const bool fresh = !stream_ && !secured_;
      try {
        return exchange(request);
      } catch (const beast::system_error& error) {
        close();
        if (fresh || attempt > 0)
          throw Error(ErrorCode::kUnavailable, "no answer from " + url_ + ": " + error.code().message());
      }
    }
  }
  bool local() const override { return false; }

 private:
  void prepare_tls() {
    tls_.emplace(ssl::context::tls_client);
    if (!client_.anonymous) show_certificate();
    if (client_.pinned) return;  // compared after the handshake
    tls_->set_verify_mode(ssl::verify_peer);
    const std::string authorities = environment("CUSTODY_CA");
    demand("no PEM certificates in CUSTODY_CA=" + authorities, [&] {
      if (authorities.empty())
        tls_->set_default_verify_paths();
      else
        tls_->load_verify_file(authorities);
    });
  }

  void show_certificate() {
    const std::string certificate = environment("CUSTODY_CERT"), key = environment("CUSTODY_CERT_KEY");
    if (certificate.empty() && key.empty()) return;
    if (certificate.empty() || key.empty())
      throw Error(ErrorCode::kUsage, "a client certificate needs both CUSTODY_CERT and CUSTODY_CERT_KEY");
    demand("no PEM certificate in CUSTODY_CERT=" + certificate, [&] { tls_->use_certificate_chain_file(certificate); });
    demand("no PEM key of that certificate in CUSTODY_CERT_KEY=" + key,
           [&] { tls_->use_private_key_file(key, ssl::context::pem); });
  }

  static void demand(const std::string& or_else, const std::function<void()>& step) {
    try {
      step();
    } catch (const boost::system::system_error& e) {
      throw Error(ErrorCode::kUsage, or_else + ": " + e.code().message());
    }
  }

  void open_stream() {
    asio::ip::tcp::resolver resolver(context_);
    const auto places = resolver.resolve(host_, port_);
    beast::tcp_stream plain(context_);
    finish(plain, [&](auto done) { plain.async_connect(places, done); });
    if (!tls_) {
      stream_ = std::make_unique<beast::tcp_stream>(std::move(plain));
      return;
    }
    auto secured = std::make_unique<TlsStream>(std::move(plain), *tls_);
    if (!client_.pinned) secured->set_verify_callback(ssl::host_name_verification(host_));
    boost::system::error_code failed;
    try {
      finish(*secured, [&](auto done) { secured->async_handshake(ssl::stream_base::client, done); });
    } catch (const beast::system_error& error) {
      failed = error.code();
    }
    if (failed)
      throw Error(ErrorCode::kUnavailable, "no trusted connection to " + url_ + ": " + failed.message() +
                                               " (CUSTODY_CA names a file with the authority to trust)");
    if (client_.pinned && peer_certificate(secured->native_handle()) != client_.pinned)
      throw Error(ErrorCode::kUnavailable, url_ + " shows another certificate than the service of this data folder");
    secured_ = std::move(secured);
  }

  ApiResponse exchange(const ApiRequest& request) {
    if (!stream_ && !secured_) open_stream();
    return stream_ ? exchange_over(*stream_, request) : exchange_over(*secured_, request);
  }

  template <class Stream>
  ApiResponse exchange_over(Stream& stream, const ApiRequest& request) {
    const auto sent = message(request);
    finish(stream, [&](auto done) { http::async_write(stream, sent, done); });
    http::response_parser<http::string_body> parser;
    parser.body_limit(client_.most_bytes);
    while (!parser.is_done()) finish(stream, [&](auto done) { http::async_read_some(stream, buffer_, parser, done); });
    const auto& answer = parser.get();
    const bool keep = answer.keep_alive();
    ApiResponse response{
        static_cast<int>(answer.result_int()), std::string(answer[http::field::content_type]), answer.body(), {}};
    if (!keep) close();
    return response;
  }

  // Does one thing and waits for its end: only what is begun asynchronously has a limit of time.
  template <class Stream, class Begin>
  void finish(Stream& stream, const Begin& begin) {
    boost::system::error_code result;
    if (client_.silence) beast::get_lowest_layer(stream).expires_after(*client_.silence);
    begin([&result](boost::system::error_code error, const auto&...) { result = error; });
    context_.restart();
    context_.run();
    if (result) throw beast::system_error(result);
  }

  void close() {
    stream_.reset();
    secured_.reset();
    buffer_.clear();
  }

  http::request<http::string_body> message(const ApiRequest& request) const {
    std::string target = request.path;
    char separator = '?';
    for (const auto& [name, value] : request.query) {
      target += separator + url_encoded(name) + "=" + url_encoded(value);
      separator = '&';
    }
    http::request<http::string_body> out(http::string_to_verb(request.method), target, 11);
    out.set(http::field::host, host_header_);
    out.set(http::field::user_agent, "custody/" + std::string(kVersion));
    if (!request.content_type.empty()) out.set(http::field::content_type, request.content_type);
    if (const std::string token = environment("CUSTODY_TOKEN"); !token.empty() && !client_.anonymous)
      out.set(http::field::authorization, "Bearer " + token);
    out.body() = request.body;
    out.prepare_payload();
    return out;
  }

  std::string url_, host_, host_header_, port_;
  HttpClient client_;
  asio::io_context context_;
  std::optional<ssl::context> tls_;
  std::unique_ptr<beast::tcp_stream> stream_;  // one of these two
  std::unique_ptr<TlsStream> secured_;
  beast::flat_buffer buffer_;
};

}  // namespace

std::unique_ptr<Connection> connect_http(const std::string& url, const HttpClient& client) {
  return std::make_unique<HttpConnection>(url, client);
}

}  // namespace custody
