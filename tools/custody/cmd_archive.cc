// custody archive: the timeline of one customer, newest last; with --reveal the values themselves, the read being
// sealed.
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "ledger/codec/json.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

std::string subject_of_customer(Connection& connection, const std::string& customer) {
  std::string body = "{\"number\":";
  append_json_string(body, customer);
  const std::string answer = connection.post("/v1/customers/lookup", body + "}");
  return text_member(parse_json(answer).as_object(), "subject");
}

void print_fields(const std::string& text) {
  const boost::json::value document = parse_json(text);
  std::cout << "\nfields:\n";
  for (const auto& item : document.at("versions").as_array()) {
    const auto& version = item.as_object();
    const std::string until = text_member(version, "until");
    std::printf("  %-20s %-25s %-25s %-20s [%s]\n", text_member(version, "field").c_str(),
                short_time(text_member(version, "from")).c_str(),
                until.empty() ? "until now" : short_time(until).c_str(), text_member(version, "actor").c_str(),
                text_member(version, "ref").c_str());
  }
}

boost::json::object reveal(Connection& connection, const Invocation& call, const std::string& subject) {
  boost::json::object request{{"subject", subject}, {"reason", call.value("--reason").value_or("not-stated")}};
  boost::json::array fields;
  for (const std::string& field : call.values("--reveal"))
    if (!field.empty()) fields.emplace_back(field);
  if (!fields.empty()) request["fields"] = fields;
  std::map<std::string, std::string> query{{"as_of", call.value("--as-of").value_or("frontier")}};
  const std::string answer =
      connection.post("/v1/customers/reveal", boost::json::serialize(request), "application/json", query);
  return parse_json(answer).as_object();
}

void print_revealed(const boost::json::object& revealed) {
  if (!revealed.contains("read")) {
    std::cout << "\nvalues: none\n";
    return;
  }
  std::cout << "\nvalues (this read is record " << text_member(revealed, "read") << "):\n";
  for (const auto& item : revealed.at("values").as_array()) {
    const auto& value = item.as_object();
    std::string shown = "(" + text_member(value, "state") + ")";
    if (const auto* found = value.if_contains("value"))
      shown = found->is_string() ? std::string(found->get_string()) : boost::json::serialize(*found);
    std::printf("  %-20s %-40s [%s]\n", text_member(value, "field").c_str(), shown.c_str(),
                text_member(value, "ref").c_str());
  }
}

// The whole timeline at one position: every page of it is asked for at that of the first.
boost::json::object timeline(Connection& connection, const std::string& path, const std::string& as_of) {
  std::map<std::string, std::string> query{{"limit", "10000"}, {"as_of", as_of}};
  boost::json::object whole;
  for (;;) {
    boost::json::object page = parse_json(connection.get(path, query)).as_object();
    const std::string next = text_member(page, "next");
    if (whole.empty()) {
      whole = std::move(page);
      whole.erase("next");
    } else {
      for (auto& event : page.at("events").as_array()) whole["events"].as_array().push_back(std::move(event));
    }
    if (next.empty()) return whole;
    query["from"] = next;
  }
}

// Newest last by the time that each event says it happened; an import may have brought it in later.
void print_events(const boost::json::array& events) {
  if (events.empty()) std::cout << "nothing had been recorded of this customer by then\n";
  std::vector<std::pair<int64_t, size_t>> order;
  for (size_t i = 0; i < events.size(); ++i) {
    const auto at = parse_rfc3339(text_member(events[i].as_object(), "time"));
    order.emplace_back(at ? at->us : 0, i);
  }
  std::sort(order.begin(), order.end());
  for (const auto& [at, i] : order) std::cout << event_line(events[i].as_object()) << "\n";
}

int run(const Invocation& call) {
  const std::string& customer = call.argument(0, "the customer's number");
  const auto connection = connect(call);
  if (connection->local() || call.has("--fresh")) connection->post("/v1/projections/wait", "");
  const std::string subject = subject_of_customer(*connection, customer);
  // What is sealed but in no round yet is shown as well, unless an earlier position is asked for.
  const std::string as_of = call.value("--as-of").value_or("frontier");
  const std::string path = "/v1/customers/" + subject;
  boost::json::object answer = timeline(*connection, path, as_of);
  std::optional<boost::json::object> revealed;
  if (call.has("--reveal")) revealed = reveal(*connection, call, subject);
  if (call.json()) {
    if (revealed) answer["revealed"] = *revealed;
    std::cout << boost::json::serialize(answer) << "\n";
    return 0;
  }
  std::cout << customer << "  subject " << subject << "  " << position_text(answer) << "\n\n";
  print_events(answer.at("events").as_array());
  print_fields(connection->get(path, {{"as_of", as_of}, {"view", "fields"}}));
  if (revealed) print_revealed(*revealed);
  return 0;
}

}  // namespace

Command archive_command() {
  return {"archive",
          "CUSTOMER",
          "the timeline of one customer, newest last",
          "Values stay encrypted unless --reveal asks for them; that read is itself a record of the ledger.\n",
          {{"--as-of", "TIME|ROUND", "as it was then: a round, a time or a date"},
           {"--fresh", "", "wait until the views have reached the end of the log"},
           {"--reveal", "FIELD", "decrypt the values (of this field; alone: of all)", true, true},
           {"--reason", "CODE", "why, for the record of the read"}},
          run};
}

}  // namespace custody
