// What a request's header leads to, decided before its body is read: who asks, from where, for what, and whether the
// answer is made as a whole, or is a stream. Nothing here knows sockets.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "tools/serve/feed.h"
#include "tools/serve/metrics.h"
#include "tools/serve/principals.h"
#include "tools/serve/server.h"
#include "tools/serve/worker_pool.h"

namespace custody {

struct RequestHead {
  std::string method;
  std::string target;  // as it came: /v1/records?from=0:1
  size_t host_count = 0;
  bool http_1_0 = false;
  std::string host, origin, authorization, content_type, if_none_match, last_event_id;
  std::optional<Digest> certificate;  // SHA-256 of the client's, DER
};

struct Plan {
  // How the service is can be asked while every worker is taken: kState without a thread, kStatus by threads kept for
  // it, as it looks at views and log.
  enum class Kind { kWhole, kState, kStatus, kEvents, kLive };
  Kind kind = Kind::kWhole;
  ApiRequest request;
  SubmitOptions options;        // of kEvents
  std::set<std::string> types;  // of kLive; empty = all
  std::string if_none_match;
};

// Why a whole request is refused: kept apart from the answer to one that was let in.
struct Refusal {
  ApiResponse response;
};

// Everything the service's threads share. Members are stopped in the order that Server::stop says.
struct Service {
  Service(Node& n, Api& a, Server::Options o);

  Node& node;
  Api& api;
  Server::Options options;
  bool loopback = true;
  bool tls = false;
  PrincipalBook principals;
  Metrics metrics;
  Feed feed;
  WorkerPool workers;
  WorkerPool status_workers;
  std::atomic<bool> stopping{false};
};

std::variant<Plan, Refusal> plan_for(const Service& service, const RequestHead& head);
// Of kWhole, kState and kStatus: the page, metrics, or the interface. Never throws; does not block for kState.
ApiResponse answer(Service& service, Plan& plan);

// "/v1/records/{shard}/{seq}" for metrics and log: never the path itself.
std::string_view route_of(std::string_view target);
// Status line and header of HTTP/1.1 with Date, Server and what keeps a browser from misusing the answer.
// `length` absent = chunked (HTTP/1.0: up to the connection's end).
std::string response_head(const ApiResponse& response, std::optional<size_t> length, bool keep_alive, bool http_1_0);
std::string_view reason_phrase(int status);

}  // namespace custody
