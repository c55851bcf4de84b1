// custody init: makes a ledger. Optional: the first use of a data folder makes an open trial ledger by itself.
#include <boost/json.hpp>
#include <iostream>

#include "ledger/base/file.h"
#include "ledger/codec/json.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"

namespace custody {
namespace {

// person:anna=BASE64-KEY, as custody keygen prints it.
Founder founder_of(const std::string& text) {
  const size_t equals = text.find('=');
  if (!text.starts_with("person:") || equals == std::string::npos)
    throw Error(ErrorCode::kUsage, "a founder is person:NAME=KEY; `custody keygen person:NAME` makes the key");
  return {text.substr(0, equals), array_of<32>(from_base64(text.substr(equals + 1)))};
}

int run(const Invocation& call) {
  NodeConfig config = node_config(call);
  config.create.name = call.value("--name").value_or("custody");
  config.create.origin = call.value("--origin").value_or("");
  if (const auto shards = call.value("--shards")) {
    const auto number = parse_u64(*shards);
    if (!number || *number < 1 || *number > 64) throw Error(ErrorCode::kUsage, "--shards is a number from 1 to 64");
    config.create.shards = static_cast<uint32_t>(*number);
  }
  for (const std::string& founder : call.values("--founder")) config.create.founders.push_back(founder_of(founder));
  bool made = false;
  const auto node = Node::open(config, [&](const std::string& text) {
    made = true;
    std::cerr << "custody: " << text << "\n";
  });
  const Descriptor& descriptor = node->descriptor();
  if (!made && descriptor.founders.size() != config.create.founders.size())
    throw Error(ErrorCode::kConflict, "there is a ledger already in " + config.home.data);
  node->start();
  while (!node->not_ready().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  node->stop();
  if (call.json()) {
    std::cout << to_json_text(descriptor) << "\n";
  } else {
    std::cout << "ledger     " << descriptor.name << " (" << to_hex(descriptor.ledger_id.view()) << ")\n"
              << "origin     " << descriptor.origin << "\n"
              << "shards     " << descriptor.shards << "\n"
              << "descriptor SHA-256 " << to_hex(view_of(sha256(encode_descriptor(descriptor)))) << "\n"
              << "mode       " << (descriptor.open_mode() ? "open (trial)" : "governed") << "\n"
              << "Keep the descriptor's hash: it is what a verifier trusts.\n";
  }
  return 0;
}

}  // namespace

Command init_command() {
  return {"init",
          "",
          "make a ledger (optional: the first use makes a trial one)",
          "Two founders make a governed ledger: what they and those they name may state is checked.\n"
          "Without founders it is a trial in open mode, for loopback only.\n",
          {{"--name", "N", "its name"},
           {"--origin", "O", "origin of its checkpoints, without the shard (default localhost/<id>)"},
           {"--shards", "N", "hash chains, 1 to 64, fixed for ever (default 1; on Kafka 4)"},
           {"--founder", "P=KEY", "a first person and their key; twice or more", true}},
          run};
}

}  // namespace custody
