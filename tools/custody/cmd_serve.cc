// custody serve: gateway, sealer, keyring, projector and HTTP in one process, or those that --role names.
#include <csignal>
#include <iostream>

#include "ledger/base/file.h"
#include "ledger/base/ids.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/trusted_keys.h"
#include "tools/serve/principals.h"
#include "tools/serve/server.h"
#include "tools/serve/service_log.h"

namespace custody {
namespace {

std::set<Role> roles_of(const Invocation& call) {
  const std::vector<std::string> names = call.values("--role");
  if (names.empty()) return {Role::kGateway, Role::kSealer, Role::kProjector};
  std::set<Role> roles;
  for (const std::string& name : names) {
    if (name == "gateway" || name == "keyring")
      roles.insert(Role::kGateway);
    else if (name == "sealer")
      roles.insert(Role::kSealer);
    else if (name == "projector")
      roles.insert(Role::kProjector);
    else
      throw Error(ErrorCode::kUsage, "a role is gateway (with the keyring), sealer or projector");
  }
  return roles;
}

// 90s, 10m, 2h.
std::chrono::seconds time_of(const std::string& flag, const std::string& text) {
  const std::map<char, uint64_t> units{{'s', 1}, {'m', 60}, {'h', 3600}};
  const auto unit = text.empty() ? units.end() : units.find(text.back());
  const auto number = unit == units.end() ? std::nullopt : parse_u64(text.substr(0, text.size() - 1));
  if (!number || *number == 0 || *number > 1'000'000)
    throw Error(ErrorCode::kUsage, flag + " is a time such as 90s, 10m or 2h, and not " + text);
  return std::chrono::seconds(*number * unit->second);
}

WitnessConfig witnesses_of(const Invocation& call) {
  WitnessConfig out;
  out.policy = policy_of(call);
  out.time_url = call.value("--tsa").value_or("");
  if (call.has("--tsa") != call.has("--tsa-ca"))
    throw Error(ErrorCode::kUsage, "--tsa and --tsa-ca go together: whose time stamps are taken");
  if (const auto file = call.value("--tsa-ca")) out.time_authorities = read_file(*file, 1u << 20);
  out.submit = true;
  if (const auto limit = call.value("--witness-limit")) out.limit = time_of("--witness-limit", *limit);
  if (!out.policy && out.limit.count() > 0)
    throw Error(ErrorCode::kUsage, "--witness-limit needs the --policy that names the witnesses");
  out.warn = [](const std::string& text) { log_warning(text); };
  return out;
}

// Commands that find no service hand out what its witnesses have seen, so they must know who counts.
void keep_policy(const Invocation& call, const Home& home) {
  if (const auto file = call.value("--policy"))
    write_file_durably(home.policy_file(), read_file(*file, kMaxPolicyBytes));
  else if (remove_file_durably(home.policy_file()))
    std::cerr << "custody: nobody witnesses this ledger from now on: --policy is no longer given\n";
}

std::optional<Digest> certificate_of(const Server::Options& options) {
  if (options.certificate_file.empty()) return std::nullopt;
  return certificate_digest(read_file(options.certificate_file, 1u << 20));
}

int run(const Invocation& call) {
  // Blocked before any thread starts, so that only sigwait sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  (void)std::signal(SIGPIPE, SIG_IGN);

  Server::Options options;
  options.listen = call.value("--listen").value_or(options.listen);
  options.certificate_file = call.value("--tls-cert").value_or("");
  options.key_file = call.value("--tls-key").value_or("");
  options.access_log = call.has("--access-log");
  Server::check(options);
  NodeConfig config = node_config(call);
  config.roles = roles_of(call);
  config.witnesses = witnesses_of(call);
  if (const auto every = call.value("--attest-every")) config.attest.every = time_of("--attest-every", *every);
  const auto node = Node::open(config, [](const std::string& text) { std::cerr << "custody: " << text << "\n"; });
  keep_policy(call, config.home);
  Api api(*node);
  Server server(*node, api, options);
  node->start();
  const std::string url = server.start();
  announce_service(config.home, {url, certificate_of(options)});
  std::cout << "listening " << url << std::endl;
  for (const std::string& notice : node->notices()) std::cerr << "custody: " << notice << "\n";
  if (config.kafka)
    for (const UnsafeSetting& setting : check_kafka_topics(*config.kafka, node->descriptor().shards))
      std::cerr << "custody: warning: " << to_text(setting) << "\n";

  int signal = 0;
  sigwait(&signals, &signal);
  std::cerr << "custody: stopping\n";
  withdraw_service(config.home);
  node->refuse_events();
  server.stop();
  node->stop();
  return 0;
}

}  // namespace

Command serve_command() {
  return {
      "serve",
      "",
      "run the ledger and its HTTP service",
      "Without flags: everything in one process on 127.0.0.1:8420, over the embedded log.\n"
      "Any address but loopback demands TLS and principals. SIGTERM ends it with everything acknowledged safe.\n",
      {{"--listen", "HOST:PORT", "where to listen (default 127.0.0.1:8420; port 0 = any free one)"},
       {"--role", "ROLE", "only this part: gateway, sealer, projector; may be repeated", true},
       {"--attest-every", "TIME", "how often the digests of the views are sealed, such as 6h (default 24h)"},
       {"--tls-cert", "FILE", "certificate chain (PEM)"},
       {"--tls-key", "FILE", "its key (PEM)"},
       {"--policy", "FILE",
        "the witnesses to submit shard 0's checkpoints to, and which must have seen one (C2SP tlog-policy)"},
       {"--witness-limit", "TIME",
        "not ready once nothing newer has had its quorum for this long, such as 10m (default: stays ready, and warns)"},
       {"--tsa", "URL", "an authority for time stamps (RFC 3161), asked once a minute for one of a checkpoint"},
       {"--tsa-ca", "FILE", "certificates (PEM) of who vouches for that authority"},
       {"--access-log", "", "one JSON line a request on standard error"}},
      run};
}

}  // namespace custody
