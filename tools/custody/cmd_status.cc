// custody status: how the ledger is. custody rebuild: folds the log anew and compares.
#include <boost/json.hpp>
#include <future>
#include <iostream>

#include "ledger/codec/json.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/progress.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

std::string part_text(const boost::json::object& status, const char* name) {
  const auto& part = status.at(name).as_object();
  return part.at("ready").as_bool() ? "ready" : "not ready: " + text_member(part, "reason");
}

void print_witnesses(const boost::json::object& status) {
  const auto* part = status.if_contains("witnessing");
  if (part == nullptr || !part->is_object()) return;
  const auto& witnessing = part->get_object();
  const uint64_t lacking = number_member(witnessing, "lacking_s");
  std::cout << "witnessed  ";
  if (witnessing.contains("round"))
    std::cout << "round " << number_member(witnessing, "round") << ", " << number_member(witnessing, "size")
              << " records of shard 0, by the quorum '" << text_member(witnessing, "quorum") << "'";
  else
    std::cout << "UNWITNESSED: the quorum '" << text_member(witnessing, "quorum") << "' has seen no checkpoint";
  if (lacking > 0) std::cout << "; UNWITNESSED for " << lacking << " s since";
  std::cout << "\n";
  for (const auto& item : witnessing.at("witnesses").as_array()) {
    const auto& witness = item.as_object();
    const std::string owner = text_member(witness, "owner"), trouble = text_member(witness, "trouble");
    std::cout << "witness    " << text_member(witness, "name") << (owner.empty() ? "" : " (" + owner + ")") << ", ";
    if (witness.contains("at"))
      std::cout << number_member(witness, "size") << " records at " << short_time(text_member(witness, "at"));
    else
      std::cout << "has not cosigned in this run";
    std::cout << (trouble.empty() ? "" : ": " + trouble) << "\n";
  }
}

int status(const Invocation& call) {
  const auto connection = connect(call);
  const std::string answer = connection->get("/v1/status");
  if (call.json()) {
    std::cout << answer;
    return 0;
  }
  const boost::json::value document = parse_json(answer);
  const auto& object = document.as_object();
  const auto& ledger = object.at("ledger").as_object();
  std::cout << "ledger     " << text_member(ledger, "name") << " (" << text_member(ledger, "id") << "), "
            << text_member(ledger, "mode") << ", " << text_member(ledger, "log") << "\n"
            << "round      " << number_member(object.at("round").as_object(), "round") << "\n"
            << "sealer     " << part_text(object, "sealer") << "\n"
            << "projector  " << part_text(object, "projector") << "\n";
  for (const auto& item : object.at("shards").as_array()) {
    const auto& shard = item.as_object();
    std::cout << "shard " << number_member(shard, "shard") << "    " << number_member(shard, "size") << " records, "
              << number_member(shard, "sealer_lag") << " waiting to be sealed, "
              << number_member(shard, "projector_lag") << " to be folded, head " << text_member(shard, "head") << "\n";
  }
  print_witnesses(object);
  for (const auto& notice : object.at("notices").as_array())
    std::cout << "notice     " << std::string_view(notice.as_string()) << "\n";
  return 0;
}

// Asks how far the rebuild is until it is done.
void show_rebuild(Connection& connection, const std::future<std::string>& done) {
  std::optional<ProgressLine> line;
  std::string phase;
  while (done.wait_for(std::chrono::milliseconds(200)) != std::future_status::ready) {
    const ApiResponse answer = connection.call({"GET", "/v1/projections", {}, "", "", {}});
    if (answer.status != 200) continue;
    const boost::json::value document = parse_json(answer.body);
    const auto* progress = document.as_object().if_contains("rebuild");
    if (progress == nullptr || !progress->is_object()) continue;
    const auto& object = progress->get_object();
    if (const std::string now = text_member(object, "phase"); now != phase) {
      phase = now;
      if (line) line->clear();
      line.emplace(phase == "load"     ? "rows loaded"
                   : phase == "fold"   ? "records folded"
                   : phase == "digest" ? "rows digested"
                                       : phase);
    }
    const uint64_t total = number_member(object, "total");
    line->show(number_member(object, "done"), total == 0 ? std::nullopt : std::optional(total));
  }
  if (line) line->clear();
}

int rebuild(const Invocation& call) {
  const auto connection = connect(call);
  if (connection->local()) connection->post("/v1/projections/wait", "");
  auto rebuilt = std::async(std::launch::async, [&] { return connection->post("/v1/projections/rebuild", ""); });
  const auto beside = connection->local() ? nullptr : connect(call);  // the other one waits for its answer
  show_rebuild(beside ? *beside : *connection, rebuilt);
  const std::string answer = rebuilt.get();
  const boost::json::value document = parse_json(answer);
  const auto& object = document.as_object();
  const bool swapped = object.at("swapped").as_bool();
  if (call.json()) {
    std::cout << answer;
  } else {
    std::cout << number_member(object, "records") << " records folded in " << number_member(object, "milliseconds")
              << " ms; "
              << (swapped ? "digests are equal, the new views are in use" : "DIGESTS DIFFER, the old views stay")
              << "\n";
    for (const auto& item : object.at("views").as_array()) {
      const auto& view = item.as_object();
      std::cout << "  " << text_member(view, "view") << "  " << number_member(view, "rows") << " rows  "
                << text_member(view, "live") << (swapped ? "" : "  against " + text_member(view, "rebuilt")) << "\n";
    }
  }
  return swapped ? 0 : 1;
}

}  // namespace

Command status_command() {
  return {"status", "", "how the ledger is", "", {}, status};
}

Command rebuild_command() {
  return {"rebuild",
          "",
          "fold the whole log anew, compare digests, change over",
          "Exit status 1 when the digests differ: then the views in use were wrong, or the program changed.\n",
          {},
          rebuild};
}

}  // namespace custody
