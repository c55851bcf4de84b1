#include "tools/custody/connection.h"

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>

#include "ledger/codec/json.h"
#include "ledger/log/lmdb_log.h"
#include "tools/custody/trusted_keys.h"

namespace custody {
namespace {

constexpr std::chrono::seconds kFolderPatience{15};
constexpr std::chrono::milliseconds kFolderPoll{20};

// Of a command that opens the folder itself: it hands out what the service's witnesses have seen, and asks none.
NodeConfig local_config(const Invocation& invocation) {
  NodeConfig config = node_config(invocation);
  const std::string policy = config.home.policy_file();
  if (std::filesystem::exists(policy)) config.witnesses.policy = read_policy(policy);
  return config;
}

class LocalConnection : public Connection {
 public:
  explicit LocalConnection(NodeConfig config)
      : node_(Node::open(std::move(config), [](const std::string& text) { std::cerr << "custody: " << text << "\n"; })),
        api_(*node_) {
    node_->start();
    for (const Tail* tail : node_->tails())
      if (!tail->wait_caught_up(std::chrono::minutes(10))) throw Error(ErrorCode::kStore, tail->fault());
    node_->not_ready_after_start(std::chrono::seconds(10));
  }
  ApiResponse call(const ApiRequest& request) override {
    ApiRequest mine = request;
    mine.principal = {"system:cli", Method::kInProcess, {}, {}};
    if (node_->descriptor().open_mode()) mine.principal = {"anyone", Method::kOpen, {}, {}};
    return api_.handle(mine);
  }
  bool local() const override { return true; }

 private:
  std::unique_ptr<Node> node_;
  Api api_;
};

ErrorCode code_of_status(int status) {
  switch (status) {
    case 403:
    case 401:
      return ErrorCode::kDenied;
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kConflict;
    case 422:
      return ErrorCode::kRefused;
    case 503:
      return ErrorCode::kUnavailable;
    case 500:
      return ErrorCode::kStore;
    default:
      return ErrorCode::kUsage;
  }
}

std::string wanted(const ApiResponse& response) {
  if (response.status < 200 || response.status > 299) throw problem_error(response);
  return response.body;
}

}  // namespace

Error problem_error(const ApiResponse& response) {
  std::string text = "the service answered " + std::to_string(response.status);
  try {
    const boost::json::value document = parse_json(response.body);
    const auto& object = document.as_object();
    if (const auto* detail = object.if_contains("detail")) text = std::string(detail->as_string());
    if (const auto* faults = object.if_contains("faults"))
      for (const auto& fault : faults->as_array())
        text +=
            "\n  " + std::string(fault.at("pointer").as_string()) + " " + std::string(fault.at("message").as_string());
  } catch (const std::exception&) {  // no problem document: the status says enough
  }
  if (response.status == 401)
    text += "; the command line sends the token that CUSTODY_TOKEN holds, and shows the certificate in CUSTODY_CERT";
  return Error(code_of_status(response.status), text);
}

std::string Connection::get(const std::string& path, std::map<std::string, std::string> query) {
  return wanted(call({"GET", path, std::move(query), "", "", {}}));
}

std::string Connection::post(const std::string& path, std::string body, const std::string& content_type,
                             std::map<std::string, std::string> query) {
  return wanted(call({"POST", path, std::move(query), content_type, std::move(body), {}}));
}

NodeConfig node_config(const Invocation& invocation) {
  NodeConfig config;
  config.home = invocation.home();
  if (const auto brokers = invocation.value("--kafka")) {
    config.kafka.emplace();
    config.kafka->connection.bootstrap = *brokers;
    config.kafka->ledger = invocation.value("--ledger").value_or("custody");
    config.kafka->single_broker = invocation.has("--single-broker");
    config.create.shards = 4;
  }
  return config;
}

namespace {

std::unique_ptr<Connection> connect_with(const Invocation& invocation, const NodeConfig& config) {
  const char* environment = std::getenv("CUSTODY_URL");
  std::optional<std::string> url = invocation.value("--url");
  if (!url && environment != nullptr && *environment != '\0') url = environment;
  if (url) return connect_http(*url, {});
  const Home home = invocation.home();
  const std::string lock = home.path("lock");
  const auto until = std::chrono::steady_clock::now() + kFolderPatience;
  for (;;) {
    if (const auto service = running_service(home)) return connect_http(service->url, {service->certificate});
    const auto holder = ProcessLock::holder(lock);
    try {
      if (!holder) return std::make_unique<LocalConnection>(config);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kConflict || !ProcessLock::holder(lock)) throw;
    }
    // Another command that is soon done, or a service that is about to say where it listens.
    if (std::chrono::steady_clock::now() > until)
      throw Error(ErrorCode::kUnavailable, home.data + " is in use by process " +
                                               (holder ? std::to_string(*holder) : std::string("(unknown)")) +
                                               ", which serves nothing yet: try again");
    std::this_thread::sleep_for(kFolderPoll);
  }
}

}  // namespace

std::unique_ptr<Connection> connect(const Invocation& invocation) {
  return connect_with(invocation, local_config(invocation));
}

std::unique_ptr<Connection> connect_without_signer(const Invocation& invocation) {
  NodeConfig config = local_config(invocation);
  config.signer_may_be_lost = true;
  return connect_with(invocation, config);
}

std::unique_ptr<Log> open_log_for_reading(const Invocation& invocation) {
  const NodeConfig config = node_config(invocation);
  if (config.kafka) return KafkaLog::open(*config.kafka);
  LmdbOptions options;
  options.read_only = true;
  try {
    return LmdbLog::open(config.home.path("log"), options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
    throw Error(ErrorCode::kNotFound, "there is no ledger in " + config.home.data);
  }
}

std::string url_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~' || c == ':';
    out += plain ? std::string(1, c) : "%" + to_hex(std::string_view(&c, 1));
  }
  return out;
}

}  // namespace custody
