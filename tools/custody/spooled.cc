#include "tools/custody/spooled.h"

#include <iostream>

#include "ledger/base/signing_file.h"
#include "ledger/base/wrapping.h"
#include "producers/client/client.h"
#include "tools/custody/connection.h"
#include "tools/custody/event_input.h"
#include "tools/custody/trusted_keys.h"

namespace custody {
namespace {

class ConnectionPort : public LedgerPort {
 public:
  explicit ConnectionPort(Connection& connection) : connection_(connection) {}
  Answer get(const std::string& path) override { return answer_of(connection_.call({"GET", path, {}, "", "", {}})); }
  Answer post_statements(const std::string& lines) override {
    return answer_of(
        connection_.call({"POST", "/v1/statements", {{"wait", "sealed"}}, "application/x-ndjson", lines, {}}));
  }

 private:
  static Answer answer_of(ApiResponse response) { return {response.status, std::move(response.body)}; }
  Connection& connection_;
};

// Puts events into the spool, and lets the client send them on the way.
class SpoolSink {
 public:
  SpoolSink(StatementSpool& spool, Client& client) : spool_(spool), client_(client) {}

  void add(std::string event, const std::string& file, uint64_t line) {
    std::vector<Fault> faults;
    try {
      const boost::json::value document = parse_json(event);
      if (!document.is_object()) throw Error(ErrorCode::kRefused, "must be a JSON object: one event");
      const auto* id = document.get_object().if_contains("id");
      if (id != nullptr && id->is_string() && spool_.knows(std::string(id->get_string()))) {
        ++known_;
        return;
      }
      const MadeStatement made = make_statement(document.get_object(), spool_.next_number(), faults);
      if (faults.empty() && made.source != spool_.state().source)
        faults.push_back({"/source", "is not the spool's, " + spool_.state().source});
      if (faults.empty()) spool_.put(made);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kRefused && error.code() != ErrorCode::kUsage) throw;
      faults.push_back({"", error.what()});
    }
    refuse(faults, file, line);
    if (++since_ >= 512) flush_unless_all_or_nothing();
  }
  void add_too_long(const std::string& file, uint64_t line) {
    refuse({{"", "is longer than an event may be"}}, file, line);
  }
  void flush_unless_all_or_nothing() {
    since_ = 0;
    if (client_.report().alarm.empty()) client_.step();
  }
  uint64_t refused() const { return refused_; }
  uint64_t known() const { return known_; }

 private:
  void refuse(const std::vector<Fault>& faults, const std::string& file, uint64_t line) {
    if (!faults.empty()) ++refused_;
    for (const Fault& fault : faults)
      std::cerr << "custody: " << file << ":" << line << ": refused: " << fault.pointer << " " << fault.message << "\n";
  }
  StatementSpool& spool_;
  Client& client_;
  uint64_t refused_ = 0, known_ = 0;
  size_t since_ = 0;
};

// The spool is of one source for ever.
void check_source(StatementSpool& spool, const Invocation& call) {
  SpoolState state = spool.state();
  const auto source = call.value("--source");
  if (state.source.empty() && !source)
    throw Error(ErrorCode::kUsage, "whose spool is it: --source URI, as source.registered has it");
  if (source && !state.source.empty() && *source != state.source)
    throw Error(ErrorCode::kConflict, "this is the spool of " + state.source);
  if (!state.source.empty()) return;
  state.source = *source;
  spool.save(std::move(state));
}

ClientOptions client_options(const Invocation& call) {
  ClientOptions options;
  const auto key = call.value("--source-key");
  if (!key) throw Error(ErrorCode::kUsage, "--source-key FILE, the key that is registered for the source");
  options.key = open_signing_file(*key, passphrase_from_environment());
  options.actor = call.value("--as").value_or("system:source");
  for (const VerifierKey& trusted : keys_of(call, "--trust"))
    if (trusted.type == VerifierKey::kEd25519) options.trust = trusted;
  if (const auto patience = call.value("--patience")) {
    const auto seconds = parse_u64(*patience);
    if (!seconds || *seconds == 0) throw Error(ErrorCode::kUsage, "--patience is a number of seconds");
    options.patience = std::chrono::seconds(*seconds);
  }
  return options;
}

int say(const Invocation& call, const Client& client, const SpoolSink& sink, const StatementSpool& spool) {
  const ClientReport& report = client.report();
  for (const ClientReport::Refused& each : report.refused)
    std::cerr << "custody: statement " << each.number << " " << each.why << "; it is kept in the spool's refused/\n";
  const uint64_t refused = sink.refused() + report.refused.size();
  if (call.json()) {
    boost::json::object out{
        {"source", spool.state().source}, {"proved", report.proved}, {"attested_up_to", spool.state().attested},
        {"known", sink.known()},          {"refused", refused},      {"waiting", spool.queue().size()}};
    if (!report.alarm.empty()) out["alarm"] = report.alarm;
    std::cout << boost::json::serialize(out) << "\n";
  } else {
    std::cout << report.proved << " proved by the ledger, " << spool.state().source << " attested up to "
              << spool.state().attested << ", " << sink.known() << " known already, " << refused << " refused, "
              << spool.queue().size() << " waiting\n";
  }
  if (!report.alarm.empty()) std::cerr << "custody: ALARM " << report.alarm << "\n";
  if (!report.alarm.empty()) return 1;
  return refused > 0 ? 2 : 0;
}

}  // namespace

const std::vector<Option>& spool_options() {
  static const std::vector<Option> all = {
      {"--spool", "DIR", "keep events here until the ledger has proved that it holds them"},
      {"--source", "URI", "whose spool it is (when it is made)"},
      {"--source-key", "FILE", "the source's signing key: a file of `custody keygen`, or one with a pkcs11: URI"},
      {"--trust", "VKEYFILE,...", "the ledger's verifier key (the first time)", true},
      {"--as", "SYSTEM", "the actor of attestations (default system:source)"},
      {"--patience", "SECONDS", "without a proof, before an omission is raised (default 60)"},
  };
  return all;
}

int run_spooled(const Invocation& call, const std::vector<std::string>& files) {
  const auto folder = call.value("--spool");
  if (!folder) throw Error(ErrorCode::kUsage, "--spool DIR: the source's spool");
  StatementSpool spool = StatementSpool::open(*folder);
  check_source(spool, call);
  const auto connection = connect(call);
  ConnectionPort port(*connection);
  Client client(spool, port, client_options(call));
  client.meet();
  SpoolSink sink(spool, client);
  for (const std::string& file : files) EventInput(sink, file).send();
  client.drain();
  return say(call, client, sink, spool);
}

}  // namespace custody
