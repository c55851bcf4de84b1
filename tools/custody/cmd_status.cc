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

bool attested_hold(const boost::json::object& answer) {
  for (const auto& check : answer.at("attested").at("checked").as_array())
    if (!check.at("holds").as_bool()) return false;
  return true;
}

// One line for each attestation that does not hold, one for those that were looked at, one for the new ones.
void show_attested(const boost::json::object& answer) {
  const auto& attested = answer.at("attested").as_object();
  size_t held = 0;
  const auto& checked = attested.at("checked").as_array();
  for (const auto& item : checked) {
    const auto& check = item.as_object();
    if (check.at("holds").as_bool()) {
      ++held;
      continue;
    }
    const auto& stated = check.at("stated").as_object();
    const auto* replayed = check.if_contains("replayed");
    std::cout << "FALSE ATTESTATION  record " << text_member(stated, "ref") << " states for "
              << text_member(stated, "view") << " at round " << number_member(stated, "round") << ": "
              << number_member(stated, "rows") << " rows, " << text_member(stated, "root") << "; replayed it is ";
    if (replayed != nullptr && replayed->is_object())
      std::cout << number_member(replayed->get_object(), "rows") << " rows, "
                << text_member(replayed->get_object(), "root") << "\n";
    else
      std::cout << "of no round before that record\n";
  }
  std::cout << held << " of " << checked.size() << " attestations of the views checked by replay hold";
  if (const uint64_t older = number_member(attested, "older"); older > 0)
    std::cout << "; " << older << " older ones were not checked (--check-attested)";
  if (const uint64_t other = number_member(attested, "other_rules"); other > 0)
    std::cout << "; " << other << " are by rules that this program does not have";
  std::cout << "\n";
  for (const auto& stated : answer.at("stated").as_array())
    std::cout << "  " << attested_line(stated.as_object()) << "\n";
  if (const std::string why = text_member(answer, "not_attested"); !why.empty())
    std::cout << "the new views were not attested: " << why << "\n";
}

int rebuild(const Invocation& call) {
  const auto connection = connect(call);
  if (connection->local()) connection->post("/v1/projections/wait", "");
  std::map<std::string, std::string> query;
  if (call.has("--check-attested")) query["attested"] = "all";
  auto rebuilt = std::async(std::launch::async,
                            [&] { return connection->post("/v1/projections/rebuild", "", "application/json", query); });
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
    show_attested(object);
  }
  return swapped && attested_hold(object) ? 0 : 1;
}

}  // namespace

Command status_command() {
  return {"status", "", "how the ledger is", "", {}, status};
}

Command rebuild_command() {
  return {"rebuild",
          "",
          "fold the whole log anew, compare digests, change over",
          "What the ledger attests of its views (view.attested) is compared with the views as they are folded anew,\n"
          "and the new ones are attested. Exit status 1 when the digests differ (then the views in use were wrong, or\n"
          "the program changed), or when an attestation is false: its record convicts whoever stated it.\n",
          {{"--check-attested", "", "compare all attestations there ever were, not the newest of each view alone"}},
          rebuild};
}

}  // namespace custody
