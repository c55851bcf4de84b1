// Who may speak to the service: pages of other sites may not, strangers may not from other machines, and each is who
// their token or certificate says.
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include "ledger/base/file.h"
#include "tests/unit/serve/server_fixture.h"
#include "tools/serve/principals.h"

namespace custody {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;

struct Pair {
  const char* certificate;
  const char* key;
};
// Made for these tests alone: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500
constexpr Pair kServer{R"(-----BEGIN CERTIFICATE-----
MIIBgzCCASugAwIBAgIUVzI8gYfChNvKp6Bq7mHoX9OdadIwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMY3VzdG9keSB0ZXN0MCAXDTI2MTEyNTIwMDU1M1oYDzIxMjYx
MTAxMjAwNTUzWjAXMRUwEwYDVQQDDAxjdXN0b2R5IHRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAASqx/A6Di0rniKrRxq5AELd1GvK6GV8ttgI/CCOar0Bw0B4
+JChDtceOiyt0zjoGmldbPGCwd59fXNFCneBwtWoo1MwUTAdBgNVHQ4EFgQUszy5
I3eGB8BwBiYT4zrFG/OJLfgwHwYDVR0jBBgwFoAUszy5I3eGB8BwBiYT4zrFG/OJ
LfgwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNGADBDAiA1NqZyaJQUWjNF
YsS1b9XNKnL3hPRlO34uAeU/XV7G+AIfGM8IkjIzBwUsOGG1iUjWwuNVA79J5pjg
xgzX2rV37Q==
-----END CERTIFICATE-----
)",
                       R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgo6Z3zNA/mGWKvG+T
gtBVmy1hisYE+WjV7UMnAQhKOoqhRANCAASqx/A6Di0rniKrRxq5AELd1GvK6GV8
ttgI/CCOar0Bw0B4+JChDtceOiyt0zjoGmldbPGCwd59fXNFCneBwtWo
-----END PRIVATE KEY-----
)"};
constexpr Pair kClient{R"(-----BEGIN CERTIFICATE-----
MIIBlDCCATmgAwIBAgIUPt8f1RgHdstwMAXVW7/dbEJBr4IwCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTY3VzdG9keSB0ZXN0IGNsaWVudDAgFw0yNjExMjUyMDA1NTNa
GA8yMTI2MTEwMTIwMDU1M1owHjEcMBoGA1UEAwwTY3VzdG9keSB0ZXN0IGNsaWVu
dDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMvK0CaYjPl2WrB/hH0XpxA0kjV1
StxB+rYk04qmnyJ1dI9m32T+vs9oVPBNTZ7v6F6VcxJf+ObxQiMAZETmlDWjUzBR
MB0GA1UdDgQWBBSWzACA2XwikJj1X69sK2Nd+BU68TAfBgNVHSMEGDAWgBSWzACA
2XwikJj1X69sK2Nd+BU68TAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kA
MEYCIQD1X2qDh0NdBVPKZiXmdKP7rH07l2gmF9SJFLQJjr/5CAIhAP0iAXMAPsP/
wktQkgqysD5aXeLQ4VttRcIyVoJQ158N
-----END CERTIFICATE-----
)",
                       R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4sdvoq0zcJ+IEFJV
vxkp5T6FqZBUc1guZ4k+OlIRgpehRANCAATLytAmmIz5dlqwf4R9F6cQNJI1dUrc
Qfq2JNOKpp8idXSPZt9k/r7PaFTwTU2e7+helXMSX/jm8UIjAGRE5pQ1
-----END PRIVATE KEY-----
)"};
constexpr Pair kStranger{R"(-----BEGIN CERTIFICATE-----
MIIBgjCCASegAwIBAgIUCDIvdRX4Dxtrxpb4Z5i3eQBhC6cwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKYSBzdHJhbmdlcjAgFw0yNjExMjUyMDA1NTNaGA8yMTI2MTEw
MTIwMDU1M1owFTETMBEGA1UEAwwKYSBzdHJhbmdlcjBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABDt4+zi5vUIOtvinjbVU4g4EtcYRDNDbolZ1JMcsS/kbnU+xjFq4
GtAKozD4cAYKZCjB14eIXAcw2c33ihrDyYCjUzBRMB0GA1UdDgQWBBRO+YDF0wtW
0wQBxMI7wYBmAVUSCzAfBgNVHSMEGDAWgBRO+YDF0wtW0wQBxMI7wYBmAVUSCzAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDfVJs65C4hfGjKYA8j
ycmBOLluZanXCD4QsMu6vt6A4gIhAJk8fMovgMoaShAfVwD0ZGvpjJaTKP82W4yJ
MkYR6wKF
-----END CERTIFICATE-----
)",
                         R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQyogovNwOkmXLT3b
iCITWtg993DgcHq7/JZAjIp72cehRANCAAQ7ePs4ub1CDrb4p421VOIOBLXGEQzQ
26JWdSTHLEv5G51PsYxauBrQCqMw+HAGCmQowdeHiFwHMNnN94oaw8mA
-----END PRIVATE KEY-----
)"};

class AccessTest : public ServerFixture {
 protected:
  std::string principals() { return principals_path(node_->config().home.data); }
  Server::Options tls(const std::string& listen) {
    write_file_durably(folder_ / "cert.pem", kServer.certificate);
    write_file_durably(folder_ / "key.pem", kServer.key);
    Server::Options options;
    options.listen = listen;
    options.certificate_file = folder_ / "cert.pem";
    options.key_file = folder_ / "key.pem";
    return options;
  }
  void serve_on(Server::Options options) {
    server_ = std::make_unique<Server>(*node_, *api_, std::move(options));
    url_ = server_->start();
  }
  std::string refusal(Server::Options options) {
    try {
      serve_on(std::move(options));
    } catch (const Error& error) {
      return error.what();
    }
    return "it listens";
  }
  // One request over TLS; "" where the service hangs up.
  std::string ask_tls(const std::string& request, const Pair* pair = nullptr) {
    asio::io_context loop;
    asio::ssl::context context(asio::ssl::context::tls_client);
    if (pair != nullptr) {
      context.use_certificate(asio::buffer(std::string_view(pair->certificate)), asio::ssl::context::pem);
      context.use_private_key(asio::buffer(std::string_view(pair->key)), asio::ssl::context::pem);
    }
    asio::ssl::stream<asio::ip::tcp::socket> stream(loop, context);
    const auto port = static_cast<uint16_t>(std::stoul(url_.substr(url_.rfind(':') + 1)));
    stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), port});
    boost::system::error_code failed;
    stream.handshake(asio::ssl::stream_base::client, failed);
    if (failed) return "";
    asio::write(stream, asio::buffer(request), failed);
    std::string answer;
    asio::read(stream, asio::dynamic_buffer(answer), failed);
    return answer;
  }
  static std::string closing(std::string_view method, std::string_view target, std::string_view body = {},
                             const std::string& headers = "") {
    return request_text(method, target, body, headers + "Connection: close\r\n");
  }
  static std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }
};

TEST_F(AccessTest, ForeignHostsAreRefused) {
  serve();
  const std::string port = url_.substr(url_.rfind(':'));
  const auto with_host = [this](const std::string& host) {
    RawClient client(url_);
    client.send("GET /v1/status HTTP/1.1\r\n" + host + "\r\n");
    return client.read().status;
  };
  for (const std::string host : {"127.0.0.1", "localhost", "LOCALHOST", "[::1]", "127.0.0.9"}) {
    EXPECT_EQ(with_host("Host: " + host + "\r\n"), 200) << host;
    EXPECT_EQ(with_host("Host: " + host + port + "\r\n"), 200) << host;
  }
  for (const char* host : {"evil.example", "evil.example:8420", "localhost.evil.example", "127.0.0.1.evil.example",
                           "127.evil", "0.0.0.0", "[::2]", "", "user@localhost", "127.0.0.1/", "[::1", "localhost."})
    EXPECT_EQ(with_host("Host: " + std::string(host) + "\r\n"), 403) << host;
  EXPECT_EQ(with_host(""), 400);
  EXPECT_EQ(with_host("Host: localhost\r\nHost: evil.example\r\n"), 400);
}

TEST_F(AccessTest, PagesOfOtherSitesMayNeitherPostNorRead) {
  serve();
  const std::string port = url_.substr(url_.rfind(':'));
  const std::string event = opened("e", "C-1");
  for (const char* origin : {"http://evil.example", "null", "https://127.0.0.1", "http://localhost", "file://"}) {
    const std::string header = "Origin: " + std::string(origin) + "\r\n";
    EXPECT_EQ(ask("POST", "/v1/events?wait=sealed", event, header).status, 403) << origin;
    EXPECT_EQ(ask("GET", "/v1/status", {}, header).status, 403) << origin;
    EXPECT_EQ(ask("GET", "/v1/stream", {}, header).status, 403) << origin;
    EXPECT_EQ(ask("OPTIONS", "/v1/events", {}, header).status, 403) << origin;
  }
  EXPECT_EQ(ask("POST", "/v1/customers/lookup", R"({"number":"C-1"})").status, 404);  // nothing was written
  EXPECT_EQ(ask("GET", "/v1/status", {}, "Origin: http://127.0.0.1\r\n").status, 200);
}

TEST_F(AccessTest, OnceThereArePrincipalsNobodyIsAnyone) {
  const std::string token = add_token(principals(), "system:crm", {"urn:crm"});
  serve();
  EXPECT_EQ(ask("GET", "/v1/status").status, 401);
  EXPECT_EQ(ask("GET", "/v1/status").header("www-authenticate"), R"(Bearer realm="custody")");
  EXPECT_EQ(ask("POST", "/v1/events", opened("e", "C-1")).status, 401);
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
  EXPECT_EQ(ask("GET", "/v1/status", {}, bearer(token)).status, 200);
  EXPECT_EQ(ask("GET", "/v1/status", {}, "authorization: BEARER " + token + "\r\n").status, 200);
  const std::string id = token.substr(0, token.find('.'));
  for (const std::string& wrong : {std::string(), std::string("x"), id, id + ".", token + "0", "0" + token,
                                   id + "." + std::string(64, '0'), std::string(10'000, 'a')})
    EXPECT_EQ(ask("GET", "/v1/status", {}, bearer(wrong)).status, 401) << wrong;
  EXPECT_EQ(ask("GET", "/healthz", {}, bearer("wrong")).status, 401);  // a wrong one is never taken for none
  const Reply sealed = ask("POST", "/v1/events?wait=sealed", opened("e", "C-1"), bearer(token));
  ASSERT_EQ(sealed.status, 200);
  const auto seq = parse_json(sealed.body).at("seq").to_number<uint64_t>();
  const Reply record = ask("GET", "/v1/records/0/" + std::to_string(seq), {}, bearer(token));
  EXPECT_THAT(record.body, HasSubstr(R"("principal":"system:crm","method":"token")"));
  EXPECT_THAT(record.body, testing::Not(HasSubstr(token.substr(token.find('.') + 1))));

  ASSERT_TRUE(remove_principal(principals(), id));
  add_token(principals(), "system:other", {});
  wait_until([&] { return ask("GET", "/v1/status", {}, bearer(token)).status == 401; }, "the removal is noticed");
}

TEST_F(AccessTest, AFileOfPrincipalsThatOthersMayReadOrThatIsDamagedAdmitsNobody) {
  const std::string token = add_token(principals(), "system:crm", {});
  chmod(principals().c_str(), 0644);
  EXPECT_THAT(refusal({}), HasSubstr("chmod 600"));
  chmod(principals().c_str(), 0600);
  serve();
  EXPECT_EQ(ask("GET", "/v1/status", {}, bearer(token)).status, 200);
  write_file_durably(principals(), "{\"principals\": [");
  wait_until([&] { return ask("GET", "/v1/status", {}, bearer(token)).status == 401; }, "the damage is noticed");
}

TEST_F(AccessTest, AnAddressThatOthersReachDemandsTlsAndPrincipals) {
  Server::Options plain;
  plain.listen = "0.0.0.0:0";
  EXPECT_THAT(refusal(plain), HasSubstr("give a certificate"));
  plain.listen = "[::]:0";
  EXPECT_THAT(refusal(plain), HasSubstr("give a certificate"));
  EXPECT_THAT(refusal(tls("0.0.0.0:0")), HasSubstr("custody principal add"));
  Server::Options half = tls("127.0.0.1:0");
  half.key_file.clear();
  EXPECT_THAT(refusal(half), HasSubstr("both a certificate and its key"));
  Server::Options other = tls("127.0.0.1:0");
  write_file_durably(folder_ / "key.pem", kClient.key);
  EXPECT_THAT(refusal(other), HasSubstr("no PEM key of that certificate"));
  add_token(principals(), "system:crm", {});
  EXPECT_EQ(refusal(tls("0.0.0.0:0")), "it listens");
}

TEST_F(AccessTest, TokensAndClientCertificatesOverTls) {
  const std::string token = add_token(principals(), "system:crm", {"urn:crm"});
  add_certificate(principals(), "person:anna", {"urn:crm"}, kClient.certificate);
  serve_on(tls("0.0.0.0:0"));
  EXPECT_THAT(url_, testing::StartsWith("https://0.0.0.0:"));
  EXPECT_THAT(ask_tls(closing("GET", "/v1/status")), HasSubstr("HTTP/1.1 401"));
  EXPECT_THAT(ask_tls(closing("GET", "/healthz")), HasSubstr("alive"));
  EXPECT_THAT(ask_tls(closing("GET", "/metrics")), HasSubstr("HTTP/1.1 401"));  // of interest to nobody outside
  EXPECT_THAT(ask_tls(closing("GET", "/v1/status", {}, bearer(token))), HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(ask_tls(closing("GET", "/v1/status"), &kClient), HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(ask_tls(closing("GET", "/v1/status"), &kStranger), HasSubstr("HTTP/1.1 401"));
  EXPECT_THAT(ask_tls(closing("POST", "/v1/events?wait=sealed", opened("e", "C-1")), &kClient), HasSubstr("sealed"));
  const std::string records = ask_tls(closing("GET", "/v1/records?form=full", {}, bearer(token)));
  EXPECT_THAT(records, HasSubstr(R"("principal":"person:anna","method":"certificate")"));
  // Plain HTTP to a TLS port gets nothing, and harms nothing.
  RawClient plain("http://127.0.0.1" + url_.substr(url_.rfind(':')));
  plain.send(request_text("GET", "/v1/status"));
  EXPECT_EQ(plain.read().status, 0);
  EXPECT_THAT(ask_tls(closing("GET", "/healthz")), HasSubstr("alive"));
}

TEST_F(AccessTest, AHandshakeThatNeverEndsIsCutOff) {
  add_token(principals(), "system:crm", {});
  Server::Options options = tls("127.0.0.1:0");
  options.limits.header = std::chrono::milliseconds(200);
  serve_on(options);
  RawClient silent("http://127.0.0.1" + url_.substr(url_.rfind(':')));
  EXPECT_TRUE(silent.closes());
}

}  // namespace
}  // namespace custody
