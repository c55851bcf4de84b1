// A whole ledger in a temporary folder, spoken to through its interface as clients do.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "ledger/codec/json.h"
#include "tests/unit/base/temp_folder.h"
#include "tools/api/api.h"

namespace custody {

class NodeFixture : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void TearDown() override { close(); }

  void open(uint32_t shards = 1) {
    NodeConfig config;
    config.home = {folder_ / "data", folder_ / "keys"};
    config.create.shards = shards;
    config.rounds.interval = std::chrono::milliseconds(20);
    node_ = Node::open(config, [this](const std::string& text) { notices_ += text; });
    api_ = std::make_unique<Api>(*node_);
    node_->start();
    for (const Tail* tail : node_->tails()) ASSERT_TRUE(tail->wait_caught_up(std::chrono::seconds(10)));
  }
  void close() {
    api_.reset();
    node_.reset();
  }
  void reopen() {
    close();
    open();
  }

  ApiResponse get(const std::string& path, std::map<std::string, std::string> query = {}) {
    return api_->handle({"GET", path, std::move(query), "", "", {"anyone", Method::kOpen, {}, {}}});
  }
  ApiResponse post(const std::string& path, const std::string& body, const std::string& type = "application/json",
                   std::map<std::string, std::string> query = {}) {
    return api_->handle({"POST", path, std::move(query), type, body, {"anyone", Method::kOpen, {}, {}}});
  }
  // States an event and waits for its seal.
  ApiResponse state(const std::string& event) {
    return post("/v1/events", event, "application/cloudevents+json", {{"wait", "sealed"}});
  }
  static boost::json::object json(const ApiResponse& response) { return parse_json(response.body).as_object(); }
  void wait_for_views() { ASSERT_EQ(post("/v1/projections/wait", "").status, 200); }

  static std::string event(const std::string& id, const std::string& type, const std::string& subject,
                           const std::string& data) {
    std::string out =
        R"({"specversion":"1.0","id":")" + id + R"(","type":")" + type +
        R"(","source":"urn:crm","time":"2026-03-01T10:00:00+01:00","actor":"person:anna","step":"step:sales")";
    if (!subject.empty()) out += R"(,"subject":")" + subject + "\"";
    return out + ",\"data\":" + data + "}";
  }
  static std::string opened(const std::string& id, const std::string& subject) {
    return event(id, "archive.opened", subject, R"({"opener":"person:anna","channel":"sales"})");
  }
  static std::string collected(const std::string& id, const std::string& subject, const std::string& phone) {
    return event(id, "data.collected", subject,
                 R"({"channel":"sales","basis":"contract","values":{"phone":")" + phone + R"(","city":"Lugo"}})");
  }
  std::string subject_of(const std::string& number) {
    return std::string(json(post("/v1/customers/lookup", R"({"number":")" + number + "\"}")).at("subject").as_string());
  }

  TempFolder folder_;
  std::string notices_;
  std::unique_ptr<Node> node_;
  std::unique_ptr<Api> api_;
};

}  // namespace custody
