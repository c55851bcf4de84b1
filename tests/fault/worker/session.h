// A ledger in one folder, as the worker and its judge open it.
#pragma once

#include <memory>
#include <string>

#include "tools/node/node.h"

namespace custody::fault {

inline Principal anyone() {
  return {"anyone", Method::kOpen, {}, {}};
}

inline std::unique_ptr<Node> open_node(const std::string& root) {
  NodeConfig config;
  config.home = {root + "/data", root + "/keys"};
  config.rounds.interval = std::chrono::milliseconds(10);
  return Node::open(std::move(config), [](const std::string&) {});
}

}  // namespace custody::fault
