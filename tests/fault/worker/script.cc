#include "tests/fault/worker/script.h"

#include <random>

#include "tests/fault/worker/calls.h"
#include "tests/fault/worker/session.h"

namespace custody::fault {
namespace {

using namespace std::chrono_literals;

ScriptEvent event(size_t index, const std::string& type, const std::string& subject, const std::string& step,
                  const std::string& data, std::map<std::string, std::string> values) {
  char id[40];
  snprintf(id, sizeof id, "e-%06zu", index);
  char time[40];
  snprintf(time, sizeof time, "2026-03-02T09:%02zu:%02zuZ", index / 60 % 60, index % 60);
  std::string json = std::string(R"({"specversion":"1.0","id":")") + id + R"(","type":")" + type +
                     R"(","source":"urn:crm","time":")" + time + R"(","subject":")" + subject +
                     R"(","actor":"person:ana",)" + step + R"("data":)" + data + "}";
  return {id, std::move(json), std::move(values)};
}

// Submits events [from, to), every third batch without waiting for the seal.
void submit(Node& node, const std::vector<ScriptEvent>& events, size_t from, size_t to, std::mt19937_64& random,
            int pipe) {
  size_t batches = 0;
  for (size_t at = from; at < to;) {
    const size_t size = std::min<size_t>(1 + random() % 4, to - at);
    std::vector<std::string_view> batch;
    for (size_t i = at; i < at + size; ++i) batch.push_back(events[i].json);
    SubmitOptions options;
    options.wait = ++batches % 3 == 0 ? Wait::kIntake : Wait::kSealed;
    const auto outcomes = node.gateway().submit(batch, anyone(), options);
    for (size_t i = 0; i < size; ++i) {
      if (const auto& receipt = outcomes[i].receipt)
        promise(pipe, "sealed " + std::to_string(at + i) + " " + std::to_string(receipt->at.seq) + " " +
                          to_hex(view_of(receipt->leaf)));
      else if (outcomes[i].status == OutcomeStatus::kTaken)
        promise(pipe, "taken " + std::to_string(at + i));
      else
        throw Error(ErrorCode::kRefused, "event " + std::to_string(at + i) + " was not taken: " +
                                             (outcomes[i].faults.empty() ? "" : outcomes[i].faults[0].message));
    }
    at += size;
  }
  const uint64_t size = node.tails()[0]->size();
  if (node.projector().wait_until({size}, 30s)) promise(pipe, "folded " + std::to_string(size));
}

}  // namespace

std::vector<ScriptEvent> script(uint64_t seed, size_t events) {
  constexpr size_t kCustomers = 5;
  std::mt19937_64 random(seed);
  std::vector<ScriptEvent> all;
  for (size_t i = 0; i < events; ++i) {
    const std::string number = "C-" + std::to_string(i < kCustomers ? i : random() % kCustomers);
    if (i < kCustomers) {
      const std::string name = "Ines " + std::to_string(i);
      all.push_back(event(i, "archive.opened", number, "",
                          R"({"opener":"person:ana","values":{"name":")" + name + R"("}})", {{"name", name}}));
    } else if (random() % 2 == 0) {
      const std::string phone = "+34 600 " + std::to_string(random() % 1000);
      all.push_back(event(i, "data.collected", number, R"("step":"step:registration",)",
                          R"({"channel":"exhibition","basis":"consent","values":{"phone":")" + phone +
                              R"("},"notes":"in the afternoon"})",
                          {{"phone", phone}, {"notes", "in the afternoon"}}));
    } else {
      all.push_back(event(i, "data.accessed", number, R"("step":"step:support",)",
                          R"({"mode":"read","fields":["name","phone"]})", {}));
    }
  }
  return all;
}

int work(const std::string& root, uint64_t seed, size_t events, int pipe) {
  const auto all = script(seed, events);
  std::mt19937_64 random(seed + 1);
  {
    const auto node = open_node(root);
    node->start();
    submit(*node, all, 0, events / 2, random, pipe);
    node->stop();
  }
  const auto node = open_node(root);
  node->start();
  submit(*node, all, events / 2, events, random, pipe);
  node->projector().rebuild();
  node->stop();
  promise(pipe, "calls " + std::to_string(calls_so_far()));
  return 0;
}

}  // namespace custody::fault
