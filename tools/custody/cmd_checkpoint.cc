// custody checkpoint: what the operator has signed last, of each shard, to be kept by somebody else.
#include <boost/json.hpp>
#include <iostream>

#include "ledger/codec/json.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

void print_shard(const boost::json::object& shard) {
  std::cout << "shard " << number_member(shard, "shard") << "    " << number_member(shard, "size") << " records, root "
            << text_member(shard, "root");
  if (!shard.contains("round")) std::cout << ", of a round beside this one";
  std::cout << "\n";
  const auto& cosigners = shard.at("cosigners").as_array();
  if (number_member(shard, "shard") == 0) {
    std::cout << "witnessed  ";
    for (const auto& name : cosigners) std::cout << std::string_view(name.as_string()) << " ";
    std::cout << (cosigners.empty() ? "UNWITNESSED: nobody but the operator has signed this" : "(not judged here)")
              << "\n";
  }
}

int run(const Invocation& call) {
  std::map<std::string, std::string> query;
  if (const auto at = call.value("--at")) query["as_of"] = *at;
  const std::string answer = connect(call)->get("/v1/checkpoints", query);
  const boost::json::value document = parse_json(answer);
  const auto& object = document.as_object();
  if (call.has("--vkey")) {
    std::cout << text_member(object, "vkey") << "\n";
    return 0;
  }
  if (call.json()) {
    std::cout << answer;
    return 0;
  }
  std::cout << "vkey       " << text_member(object, "vkey") << "\n"
            << "round      " << number_member(object, "round") << ", closed "
            << short_time(text_member(object, "closed_at")) << " by the operator's clock\n";
  for (const auto& shard : object.at("shards").as_array()) print_shard(shard.as_object());
  for (const auto& shard : object.at("shards").as_array()) std::cout << "\n" << text_member(shard.as_object(), "note");
  return 0;
}

}  // namespace

Command checkpoint_command() {
  return {"checkpoint",
          "",
          "the newest signed checkpoint of each shard, and the key to check it with",
          "Kept by somebody else, a checkpoint convicts whoever changes what it covers.\n",
          {{"--at", "TIME|ROUND", "those of the round that stood then"},
           {"--vkey", "", "the ledger's verifier key alone, for a file that `custody check --trust` takes"}},
          run};
}

}  // namespace custody
