// The HTTP/1.1 service of a running ledger: the interface (tools/api), the live stream, metrics and the health page.
//
// On a loopback address it speaks plain HTTP to the machine's own programs, and refuses what a web page of another site
// could have sent (a foreign Host or Origin). On any other address it speaks TLS to principals only.
//
// Memory is bounded by connections x limits: a request that finds every worker and the whole queue taken gets 503 with
// Retry-After, a stream of events is read no faster than it is sealed, a stream client that does not read is dropped.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tools/api/api.h"

namespace custody {

class Server {
 public:
  struct Limits {
    size_t header_bytes = 16u << 10;
    size_t body_bytes = 16u << 20;  // of a request that is answered as a whole; a stream of events has no limit
    size_t line_bytes = 1u << 20;   // one event of a stream
    size_t batch_lines = 512;       // of a stream, taken in one commit
    size_t connections = 1024;
    size_t stream_clients = 128;                    // of GET /v1/stream
    size_t queue = 256;                             // requests waiting for a worker
    std::chrono::milliseconds idle{60'000};         // between two requests, and between two pieces of a stream
    std::chrono::milliseconds header{10'000};       // from a request's first byte to the end of its header
    std::chrono::milliseconds body{60'000};         // for a body that is taken as a whole
    std::chrono::milliseconds write{30'000};        // for the client to take a piece of an answer
    std::chrono::milliseconds heartbeat{15'000};    // of a stream without records
    std::chrono::milliseconds stop{10'000};         // for requests in flight when the service ends
    size_t stream_client_bytes = 1u << 20;          // waiting for one stream client
    std::chrono::milliseconds stream_slow{10'000};  // for which they may wait, before the client is dropped
  };
  struct Options {
    std::string listen = "127.0.0.1:8420";  // IP:PORT, [IPv6]:PORT, localhost:PORT; port 0 = any free one
    std::string certificate_file;           // PEM chain; with key_file: TLS
    std::string key_file;                   // PEM
    std::string principals_file;            // empty = principals.json in the data folder
    std::vector<std::string> hosts;         // further names (or name:port) clients may reach it by
    unsigned workers = 16;                  // threads that answer; one may wait 30 s for a seal
    unsigned io_threads = 1;
    bool access_log = false;  // one JSON line a request on standard error; warnings are always logged
    Limits limits;
  };

  // Error kUsage for options that no server can start with, whatever the ledger: to be asked before one is made.
  static void check(const Options& options);

  // All must outlive the server. Stop it before the node.
  Server(Node& node, Api& api, Options options);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds, begins to serve, returns the address: http://127.0.0.1:8420. Error kUsage for an address that cannot be, or
  // that demands TLS and principals where they are missing; kConflict where the port is taken.
  std::string start();
  // Takes no more connections, ends streams, lets requests in flight finish within limits.stop. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace custody
