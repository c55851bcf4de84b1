// How a command reaches the ledger: over HTTP where a service runs, else by opening the data folder itself. The
// requests are the same (tools/api), so the answers are too.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "tools/api/api.h"
#include "tools/custody/command.h"

namespace custody {

class Connection {
 public:
  virtual ~Connection() = default;
  // Error kUnavailable when the service cannot be reached. Any answer of it is a response, also a problem.
  virtual ApiResponse call(const ApiRequest& request) = 0;
  // True when the ledger is open in this process alone: then nothing grows while we look.
  virtual bool local() const = 0;

  // As call, with the wanted status among 2xx; otherwise the problem as an Error of the code it stands for.
  std::string get(const std::string& path, std::map<std::string, std::string> query = {});
  std::string post(const std::string& path, std::string body, const std::string& content_type = "application/json",
                   std::map<std::string, std::string> query = {});
};

// How an HTTP service is spoken to.
struct HttpClient {
  std::optional<Digest> pinned;             // SHA-256 of the certificate, DER, that it shows; else authorities vouch
  bool anonymous = false;                   // shows neither token nor certificate
  uint64_t most_bytes = uint64_t{1} << 30;  // of an answer
  // Without a byte from the other side, before it is given up. None of one's own service: it may rebuild for minutes.
  std::optional<std::chrono::seconds> silence{};
};

std::unique_ptr<Connection> connect(const Invocation& invocation);
// As connect, also where the ledger's signing key is lost and nothing can be signed any more.
std::unique_ptr<Connection> connect_without_signer(const Invocation& invocation);
// http://HOST:PORT or https://HOST:PORT, with the token of CUSTODY_TOKEN where there is one, and over TLS with the
// client certificate in the file CUSTODY_CERT, whose key is in CUSTODY_CERT_KEY (both PEM). A service is who it says
// when its certificate is the pinned one, else when the machine's authorities, or those in the file that CUSTODY_CA
// names, vouch for it.
std::unique_ptr<Connection> connect_http(const std::string& url, const HttpClient& client);

// The configuration of a node on the invocation's folder.
NodeConfig node_config(const Invocation& invocation);
// The log alone, for reading, whoever writes it. kNotFound when there is none.
std::unique_ptr<Log> open_log_for_reading(const Invocation& invocation);

// What a problem document says, as an Error.
Error problem_error(const ApiResponse& response);
// Percent-encoded for a query or a path segment.
std::string url_encoded(std::string_view text);

}  // namespace custody
