// custody witness: vouches for other people's logs. Needs no ledger.
#include <iostream>

#include "tools/custody/command.h"
#include "tools/custody/trusted_keys.h"
#include "tools/witness/witness_server.h"

namespace custody {
namespace {

int run(const Invocation& call) {
  if (call.argument(0, "what to do (serve)") != "serve")
    throw Error(ErrorCode::kUsage, "witness knows serve, not '" + call.arguments[0] + "'");
  const auto folder = call.value("--state");
  if (!folder) throw Error(ErrorCode::kUsage, "--state DIR is where the witness keeps its key and what it has seen");
  const std::vector<VerifierKey> logs = keys_of(call, "--log");
  if (logs.empty()) throw Error(ErrorCode::kUsage, "--log VKEYFILE names the logs that it may vouch for");
  Witness witness = Witness::open(*folder, call.value("--name").value_or(""), logs, system_clock());
  WitnessServer server(witness, {});
  const std::string url = server.bind(call.value("--listen").value_or("127.0.0.1:8421"));
  std::cout << "listening " << url << "\nvkey " << witness.vkey().text() << std::endl;
  server.run();
  std::cerr << "custody: stopping\n";
  return 0;
}

}  // namespace

Command witness_command() {
  return {"witness",
          "serve",
          "run a witness for logs of others (C2SP tlog-witness)",
          "It cosigns a checkpoint that it has seen grow out of the one before, and never two histories of one log.\n"
          "Its key and what it has seen lie in --state; without them nobody can go on as this witness.\n"
          "POST /add-checkpoint without TLS: put a proxy before it where it is reached over a network.\n",
          {{"--state", "DIR", "the witness's folder, made where there is none"},
           {"--name", "NAME", "the witness's name for ever, when the folder is made: witness.example/w1"},
           {"--log", "VKEYFILE,...", "files of verifier keys of the logs that it vouches for", true},
           {"--listen", "HOST:PORT", "where to listen (default 127.0.0.1:8421; port 0 = any free one)"}},
          run};
}

}  // namespace custody
