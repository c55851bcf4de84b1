#include "tools/bench/running.h"

#include <thread>

namespace custody {
namespace {

using std::chrono::steady_clock;

void no_notice(const std::string&) {}

}  // namespace

std::unique_ptr<Node> start_node(const std::string& folder, std::set<Role> roles) {
  NodeConfig config;
  config.home = {folder, folder + ".keys"};
  config.roles = std::move(roles);
  auto node = Node::open(std::move(config), no_notice);
  node->start();
  wait_ready(*node);
  return node;
}

std::unique_ptr<Node> open_kafka_node(const std::string& folder, const std::string& brokers,
                                      const std::string& ledger) {
  NodeConfig config;
  config.home = {folder, folder + ".keys"};
  config.roles = {Role::kSealer};
  config.kafka.emplace();
  config.kafka->connection.bootstrap = brokers;
  config.kafka->ledger = ledger;
  config.kafka->single_broker = true;
  config.create.shards = 1;
  return Node::open(std::move(config), no_notice);
}

void wait_ready(const Node& node) {
  const auto until = steady_clock::now() + std::chrono::seconds(60);
  for (std::string reason = node.not_ready(); !reason.empty(); reason = node.not_ready()) {
    if (steady_clock::now() > until) throw Error(ErrorCode::kUnavailable, "the ledger does not get ready: " + reason);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void wait_for_sealed(const Node& node, uint64_t events) {
  const Tail& tail = *node.tails()[0];
  const auto until = steady_clock::now() + std::chrono::minutes(10);
  for (ChainState state = tail.state(); state.grown < events; state = tail.state()) {
    tail.wait_for(state.head.next_seq + (events - state.grown), std::chrono::seconds(1));
    if (steady_clock::now() > until)
      throw Error(ErrorCode::kUnavailable, "only " + std::to_string(state.grown) + " of " + std::to_string(events) +
                                               " events were sealed in time");
  }
}

}  // namespace custody
