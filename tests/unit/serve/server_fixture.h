// The real server over a whole ledger in a temporary folder, on a free port of loopback.
#pragma once

#include "tests/unit/api/node_fixture.h"
#include "tests/unit/serve/raw_client.h"
#include "tools/serve/server.h"

namespace custody {

class ServerFixture : public NodeFixture {
 protected:
  // A test that wants other options starts the server itself.
  std::string serve(Server::Options options = {}) {
    options.listen = "127.0.0.1:0";
    EXPECT_EQ(node_->not_ready_after_start(std::chrono::minutes(2)), "");
    server_ = std::make_unique<Server>(*node_, *api_, std::move(options));
    return url_ = server_->start();
  }
  static Server::Options with(const Server::Limits& limits) {
    Server::Options options;
    options.limits = limits;
    return options;
  }
  void TearDown() override {
    server_.reset();
    NodeFixture::TearDown();
  }

  // One request on a connection of its own.
  Reply ask(std::string_view method, std::string_view target, std::string_view body = {},
            std::string_view headers = {}) {
    RawClient client(url_);
    client.send(request_text(method, target, body, headers));
    return client.read(method == "HEAD");
  }
  Reply stream(std::string_view lines, std::string_view target = "/v1/events?wait=sealed") {
    return ask("POST", target, lines, "Content-Type: application/x-ndjson\r\n");
  }
  // The value of one metric, with its labels where it has any.
  std::string metric(const std::string& name) {
    const std::string text = "\n" + ask("GET", "/metrics").body;
    const size_t at = text.find("\n" + name + " ");
    if (at == std::string::npos) return "";
    const size_t begin = at + name.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
  }
  template <class Condition>
  void wait_until(const Condition& holds, const char* what) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << "waited in vain until " << what;
      std::this_thread::yield();
    }
  }
  // While it is held, a request that has to make a key for somebody new keeps its worker waiting. Of this thread, which
  // states nothing meanwhile.
  KeyringBatch hold_keyring() {
    KeyringBatch batch = node_->keyring().begin();
    batch.find_or_make(DirectoryKind::kContact, "nobody");
    return batch;
  }
  // Occupies the only worker while the keyring is held, and the only place of the queue after it.
  void occupy(RawClient& working, RawClient& waiting) {
    working.send(request_text("POST", "/v1/events?wait=sealed", opened("occupies", "C-occupies")));
    wait_until([&] { return metric("custody_http_working") == "1"; }, "the worker is taken");
    waiting.send(request_text("GET", "/v1/records"));
    wait_until([&] { return metric("custody_http_waiting") == "1"; }, "the queue is full");
  }
  uint64_t records() { return node_->tails()[0]->size(); }

  std::string url_;
  std::unique_ptr<Server> server_;
};

}  // namespace custody
