// custody activity: what an actor, a step, a source or a dataset did, newest last.
#include <boost/json.hpp>
#include <iostream>

#include "ledger/codec/json.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

int run(const Invocation& call) {
  std::map<std::string, std::string> query{{"limit", call.value("--limit").value_or("1000")}};
  for (const char* by : {"actor", "step", "source", "dataset", "operation"})
    if (const auto name = call.value(std::string("--") + by)) {
      query["by"] = by;
      query["name"] = *name;
    }
  if (!query.contains("by"))
    throw Error(ErrorCode::kUsage, "name one of --actor, --step, --source, --dataset, --operation");
  query["as_of"] = call.value("--as-of").value_or("frontier");
  const auto connection = connect(call);
  if (connection->local()) connection->post("/v1/projections/wait", "");
  const std::string answer = connection->get("/v1/activity", query);
  if (call.json()) {
    std::cout << answer;
    return 0;
  }
  const boost::json::value document = parse_json(answer);
  const auto& object = document.as_object();
  std::cout << query["by"] << " " << query["name"] << "  " << position_text(object) << "\n\n";
  for (const auto& event : object.at("events").as_array()) std::cout << event_line(event.as_object()) << "\n";
  if (object.contains("next")) std::cout << "(more: --limit)\n";
  return 0;
}

}  // namespace

Command activity_command() {
  return {"activity",
          "",
          "what an actor, step, source, dataset or operation did",
          "",
          {{"--actor", "ID", "person:... or system:..."},
           {"--step", "ID", "step:..."},
           {"--source", "URI", "who stated the events"},
           {"--dataset", "ID", "dataset:..."},
           {"--operation", "UUID", "all events of one action"},
           {"--limit", "N", "how many (default 1000)"},
           {"--as-of", "TIME|ROUND", "as it was then"}},
          run};
}

}  // namespace custody
