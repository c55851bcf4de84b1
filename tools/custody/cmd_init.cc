// custody init: makes a ledger. Optional: the first use of a data folder makes an open trial ledger by itself.
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "ledger/base/file.h"
#include "ledger/codec/json.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/succession.h"
#include "tools/custody/trusted_keys.h"

namespace custody {
namespace {

// person:anna=BASE64-KEY, as custody keygen prints it.
Founder founder_of(const std::string& text) {
  const size_t equals = text.find('=');
  if (!text.starts_with("person:") || equals == std::string::npos)
    throw Error(ErrorCode::kUsage, "a founder is person:NAME=KEY; `custody keygen person:NAME` makes the key");
  return {text.substr(0, equals), array_of<32>(from_base64(text.substr(equals + 1)))};
}

NewLedger wanted_ledger(const Invocation& call, NewLedger wanted) {
  wanted.name = call.value("--name").value_or(wanted.name);
  wanted.origin = call.value("--origin").value_or("");
  if (const auto shards = call.value("--shards")) {
    const auto number = parse_u64(*shards);
    if (!number || *number < 1 || *number > 64) throw Error(ErrorCode::kUsage, "--shards is a number from 1 to 64");
    wanted.shards = static_cast<uint32_t>(*number);
  }
  if (const auto file = call.value("--succeeds")) wanted.predecessor = predecessor_in(*file, keys_of(call, "--trust"));
  wanted.token = call.value("--token").value_or("");
  for (const std::string& founder : call.values("--founder")) wanted.founders.push_back(founder_of(founder));
  return wanted;
}

std::optional<Descriptor> existing_ledger(const Invocation& call) {
  try {
    return open_log_for_reading(call)->descriptor();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
    return std::nullopt;
  }
}

// What was asked for is what is there; nothing of a ledger can be changed by making it again.
void check_same(const Invocation& call, const NewLedger& wanted, const Descriptor& found) {
  const auto same_founder = [](const Founder& a, const Founder& b) {
    return a.principal == b.principal && a.key == b.key;
  };
  std::string other;
  if (call.has("--name") && wanted.name != found.name) other = "its name is " + found.name;
  if (call.has("--origin") && wanted.origin + "/0" != found.origin) other = "its origin is " + found.origin;
  if (call.has("--shards") && wanted.shards != found.shards)
    other = "it has " + std::to_string(found.shards) + " shards";
  const auto same_predecessor = [&] {
    return found.predecessor && wanted.predecessor->origin == found.predecessor->origin &&
           wanted.predecessor->size == found.predecessor->size && wanted.predecessor->root == found.predecessor->root;
  };
  if (call.has("--succeeds") && !same_predecessor()) other = "it does not succeed that one";
  if (call.has("--founder") && !std::equal(wanted.founders.begin(), wanted.founders.end(), found.founders.begin(),
                                           found.founders.end(), same_founder))
    other = found.open_mode() ? "it is a trial ledger without founders" : "its founders are others";
  if (!other.empty())
    throw Error(ErrorCode::kConflict, "there is a ledger already, and " + other + "; it stays as it is");
}

Descriptor make_ledger(const NodeConfig& config) {
  const auto node = Node::open(config, [](const std::string& text) { std::cerr << "custody: " << text << "\n"; });
  node->start();
  const std::string reason = node->not_ready_after_start(std::chrono::minutes(1));
  node->stop();
  if (!reason.empty()) throw Error(ErrorCode::kUnavailable, "the ledger is made, but not ready: " + reason);
  return node->descriptor();
}

std::string ledger_json(const Descriptor& descriptor) {
  boost::json::array founders;
  for (const Founder& founder : descriptor.founders)
    founders.push_back(boost::json::object{{"principal", founder.principal}, {"key", to_base64(view_of(founder.key))}});
  return boost::json::serialize(
      boost::json::object{{"id", to_hex(descriptor.ledger_id.view())},
                          {"name", descriptor.name},
                          {"origin", descriptor.origin},
                          {"shards", descriptor.shards},
                          {"mode", descriptor.open_mode() ? "open" : "governed"},
                          {"created_at", to_rfc3339(descriptor.created_at_us)},
                          {"descriptor", to_base64(view_of(sha256(encode_descriptor(descriptor))))},
                          {"signer", to_base64(view_of(descriptor.signer))},
                          {"founders", founders}});
}

int run(const Invocation& call) {
  NodeConfig config = node_config(call);
  config.create = wanted_ledger(call, config.create);
  const auto found = existing_ledger(call);
  if (found) check_same(call, config.create, *found);
  const Descriptor descriptor = found ? *found : make_ledger(config);
  if (call.json()) {
    std::cout << ledger_json(descriptor) << "\n";
    return 0;
  }
  if (const auto& before = descriptor.predecessor)
    std::cout << "succeeds    " << before->origin << ", the first " << before->size << " records of its shard 0\n";
  std::cout << "ledger      " << descriptor.name << " (" << to_hex(descriptor.ledger_id.view()) << ")\n"
            << "origin      " << descriptor.origin << "\n"
            << "shards      " << descriptor.shards << "\n"
            << "mode        " << (descriptor.open_mode() ? "open (trial)" : "governed") << "\n"
            << "descriptor  " << to_base64(view_of(sha256(encode_descriptor(descriptor)))) << "\n"
            << "Keep the descriptor's hash: it is what a verifier trusts (custody verify --descriptor).\n";
  return 0;
}

}  // namespace

Command init_command() {
  return {
      "init",
      "",
      "make a ledger (optional: the first use makes a trial one)",
      "Two founders make a governed ledger: what they and those they name may state is checked.\n"
      "Without founders it is a trial in open mode, for loopback only.\n",
      {{"--name", "N", "its name"},
       {"--origin", "O", "origin of its checkpoints, without the shard (default localhost/<id>)"},
       {"--shards", "N", "hash chains, 1 to 64, fixed for ever (default 1; on Kafka 4)"},
       {"--succeeds", "CHECKPOINT", "a ledger whose key is lost: a file with its last checkpoint that is kept outside"},
       {"--trust", "VKEYFILE,...", "with --succeeds: whose signature that checkpoint must carry", true},
       {"--token", "URI", "sign with the key in a PKCS #11 token: pkcs11:...;object=NAME?module-path=FILE"},
       {"--founder", "P=KEY", "a first person and their key; twice or more", true}},
      run};
}

}  // namespace custody
