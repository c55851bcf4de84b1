// custody archive: the timeline of one customer, newest last; with --reveal the values themselves, the read being
// sealed.
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

void reveal(Connection& connection, const Invocation& call, const std::string& subject) {
  boost::json::object request{{"subject", subject}, {"reason", call.value("--reason").value_or("not-stated")}};
  boost::json::array fields;
  for (const std::string& field : call.values("--reveal"))
    if (!field.empty()) fields.emplace_back(field);
  if (!fields.empty()) request["fields"] = fields;
  std::map<std::string, std::string> query;
  if (const auto as_of = call.value("--as-of")) query["as_of"] = *as_of;
  const std::string answer =
      connection.post("/v1/customers/reveal", boost::json::serialize(request), "application/json", query);
  if (call.json()) {
    std::cout << answer;
    return;
  }
  const boost::json::value document = parse_json(answer);
  const auto& object = document.as_object();
  std::cout << "\nvalues (this read is record " << text_member(object, "read") << "):\n";
  for (const auto& item : object.at("values").as_array()) {
    const auto& value = item.as_object();
    std::string shown = "(" + text_member(value, "state") + ")";
    if (const auto* found = value.if_contains("value"))
      shown = found->is_string() ? std::string(found->get_string()) : boost::json::serialize(*found);
    std::printf("  %-20s %-40s [%s]\n", text_member(value, "field").c_str(), shown.c_str(),
                text_member(value, "ref").c_str());
  }
}

int run(const Invocation& call) {
  const std::string& customer = call.argument(0, "the customer's number");
  const auto connection = connect(call);
  if (connection->local() || call.has("--fresh")) connection->post("/v1/projections/wait", "");
  const std::string subject = subject_of_customer(*connection, customer);
  std::map<std::string, std::string> query{{"limit", "10000"}};
  // What is sealed but in no round yet is shown as well, unless an earlier position is asked for.
  query["as_of"] = call.value("--as-of").value_or("frontier");
  const std::string path = "/v1/customers/" + subject;
  std::string answer = connection->get(path, query);
  if (call.json()) {
    std::cout << answer;
    if (call.has("--reveal")) reveal(*connection, call, subject);
    return 0;
  }
  bool first = true;
  for (;;) {
    const boost::json::value document = parse_json(answer);
    const auto& object = document.as_object();
    if (first) std::cout << customer << "  subject " << subject << "  " << position_text(object) << "\n\n";
    first = false;
    for (const auto& event : object.at("events").as_array()) std::cout << event_line(event.as_object()) << "\n";
    query["from"] = text_member(object, "next");
    if (query["from"].empty()) break;
    answer = connection->get(path, query);
  }
  query.erase("from");
  query["view"] = "fields";
  print_fields(connection->get(path, query));
  if (call.has("--reveal")) reveal(*connection, call, subject);
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
