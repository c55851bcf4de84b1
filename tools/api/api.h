// The service's interface as a function from request to response. The HTTP server (tools/serve) calls it for its
// clients, and the command line calls it in its own process where no service runs: same requests, same answers.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/api/log_facts.h"
#include "tools/node/node.h"

namespace custody {

struct ApiRequest {
  std::string method = "GET";
  std::string path;                          // decoded, without the query: /v1/records/0/17
  std::map<std::string, std::string> query;  // decoded
  std::string content_type;
  std::string body;
  Principal principal;
};

struct ApiResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

class Api {
 public:
  explicit Api(Node& node);

  // Never throws: an Error becomes a problem document (RFC 9457) with the status of its code.
  ApiResponse handle(const ApiRequest& request);

  // Method and path of every route, as in {"GET", "/v1/records/{}/{}"}.
  static std::vector<std::pair<std::string_view, std::string_view>> served();

  // A batch of a stream of events, one JSON text each; returns one NDJSON line each:
  //   {"line":N, ...receipt} | {"line":N,"id":...,"status":"taken"} | {"line":N,"status":"refused","faults":[...]}
  // `first_line` is the number of the first. Throws Error where nothing could be taken.
  std::string ingest_lines(const std::vector<std::string_view>& events, uint64_t first_line, const Principal& principal,
                           const SubmitOptions& options);

  // One record for the live stream: {"ref","shard","seq","type","time","sealed_at","actor","step","source"}.
  static std::string record_line(const Record& record);

 private:
  using Handler = ApiResponse (Api::*)(const ApiRequest&, const std::vector<std::string>&);
  struct Route;
  static const std::vector<Route>& routes();

  // routes_events.cc
  ApiResponse post_events(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse post_import_mark(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse post_statements(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse post_lookup(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse post_reveal(const ApiRequest&, const std::vector<std::string>&);
  // routes_records.cc
  ApiResponse get_record(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_records(const ApiRequest&, const std::vector<std::string>&);
  // routes_evidence.cc
  ApiResponse get_checkpoints(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_checkpoint(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_keys(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_tile(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_proof(const ApiRequest&, const std::vector<std::string>&);
  // routes_bundle.cc
  ApiResponse post_bundle(const ApiRequest&, const std::vector<std::string>&);
  // routes_views.cc
  ApiResponse get_customer(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_activity(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_registry(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_digests(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_completeness(const ApiRequest&, const std::vector<std::string>&);
  // routes_status.cc
  ApiResponse get_status(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_healthz(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_readyz(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_openapi(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse post_projections(const ApiRequest&, const std::vector<std::string>&);
  ApiResponse get_projections(const ApiRequest&, const std::vector<std::string>&);
  RebuildReport rebuild_views(bool all_attested);

  Node& node_;
  LogFacts log_facts_;
  int64_t started_us_ = system_clock().now_us();
  std::mutex rebuild_mutex_;
  std::optional<RebuildProgress> rebuild_;  // of the one under way
};

// {"type","title","status","detail", "faults":[{"pointer","message"}]}
ApiResponse problem(int status, std::string_view title, std::string_view detail, const std::vector<Fault>& faults = {});
ApiResponse problem(const Error& error);

// One record as people and programs read it: its parts, the body under its fields' names, and what of it is encrypted.
std::string record_json(const Record& record, std::string_view blob);

}  // namespace custody
