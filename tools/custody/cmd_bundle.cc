// custody bundle: what is recorded about one question, with its proof, as one file to carry away.
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <sstream>

#include "ledger/base/file.h"
#include "ledger/codec/json.h"
#include "ledger/proof/bundle.h"
#include "ledger/proof/policy.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

std::string what_of(Connection& connection, const std::string& by, const std::string& what) {
  if (by != "customer") return what;
  std::string body = "{\"number\":";
  append_json_string(body, what);
  return text_member(parse_json(connection.post("/v1/customers/lookup", body + "}")).as_object(), "subject");
}

boost::json::object question_of(Connection& connection, const Invocation& call) {
  boost::json::object order;
  for (const std::string by : {"customer", "actor", "operation", "range"}) {
    const auto what = call.value("--" + by);
    if (!what) continue;
    if (order.contains("by")) throw Error(ErrorCode::kUsage, "a bundle is of one question: --" + by + " is a second");
    order["by"] = by;
    order["what"] = what_of(connection, by, *what);
  }
  if (order.empty()) throw Error(ErrorCode::kUsage, "name one of --customer, --actor, --operation, --range");
  return order;
}

boost::json::array fields_of(const Invocation& call) {
  boost::json::array fields;
  for (const std::string& list : call.values("--disclose")) {
    std::istringstream names(list);
    for (std::string name; std::getline(names, name, ',');)
      if (!name.empty()) fields.emplace_back(name);
  }
  return fields;
}

std::string policy_text(const std::string& file) {
  std::string text = read_file(file, kMaxPolicyBytes);
  parse_policy(text);
  return text;
}

boost::json::object order_of(Connection& connection, const Invocation& call) {
  boost::json::object order = question_of(connection, call);
  for (const std::string name : {"from", "to", "reason"})
    if (const auto value = call.value("--" + name)) order[name] = *value;
  if (const auto fields = fields_of(call); !fields.empty()) order["disclose"] = fields;
  if (order.contains("disclose") && !order.contains("reason"))
    throw Error(ErrorCode::kUsage, "values are disclosed for a reason, which is recorded: --reason CODE");
  if (const auto file = call.value("--policy")) order["policy"] = policy_text(*file);
  return order;
}

size_t disclosed_values(const Bundle& bundle) {
  size_t count = 0;
  if (bundle.disclosed)
    for_each_disclosure(*bundle.disclosed, [&](const Disclosure& one) {
      count += static_cast<size_t>(
          std::ranges::count_if(one.fields, [](const auto& field) { return field.opened.has_value(); }));
    });
  return count;
}

uint64_t withheld_records(const ApiResponse& response) {
  for (const auto& [name, value] : response.headers)
    if (name == "Custody-Withheld") return parse_u64(value).value_or(0);
  return 0;
}

void tell(const std::string& file, const std::string& bytes, uint64_t withheld, bool as_json) {
  const Bundle bundle = decode_bundle(bytes);
  const size_t values = disclosed_values(bundle);
  if (as_json) {
    std::cout << boost::json::serialize(boost::json::object{{"file", file},
                                                            {"bytes", bytes.size()},
                                                            {"records", bundle.records.size()},
                                                            {"round", bundle.question.to},
                                                            {"values", values},
                                                            {"withheld", withheld}})
              << "\n";
    return;
  }
  std::cout << file << " holds " << bundle.records.size() << (bundle.records.size() == 1 ? " record" : " records")
            << " up to round " << bundle.question.to;
  if (bundle.disclosed) std::cout << " and " << values << (values == 1 ? " value" : " values");
  std::cout << "; `custody check " << file << " --trust VKEYFILE` needs nothing else\n";
  if (withheld > 0)
    std::cerr << "custody: the values of " << withheld << (withheld == 1 ? " record were" : " records were")
              << " left out: not all of them can be opened any more, and a part of them proves nothing\n";
}

int run(const Invocation& call) {
  const auto file = call.value("-o");
  if (!file) throw Error(ErrorCode::kUsage, "-o FILE is where it goes");
  const auto connection = connect(call);
  if (connection->local()) connection->post("/v1/projections/wait", "");
  ApiRequest request{"POST", "/v1/bundles", {}, "application/json", boost::json::serialize(order_of(*connection, call)),
                     {}};
  const ApiResponse response = connection->call(request);
  if (response.status != 200) throw problem_error(response);
  write_file_durably(*file, response.body);
  tell(*file, response.body, withheld_records(response), call.json());
  return 0;
}

}  // namespace

Command bundle_command() {
  return {"bundle",
          "",
          "what is recorded about a customer, an actor, ..., with its proof, as one file",
          "The file holds records and what proves them, and of encrypted values those alone that --disclose names\n"
          "(docs/formats/bundle.md). That they are read is itself a record of the ledger, as with `archive --reveal`.\n"
          "Whoever has it checks it with `custody check`, without this ledger.\n",
          {{"--customer", "NUMBER", "everything about a customer"},
           {"--actor", "ID", "everything that person:... or system:... did"},
           {"--operation", "UUID", "all events of one action"},
           {"--range", "SHARD:FROM-TO", "records by their numbers, both included"},
           {"--from", "DAY|TIME|ROUND", "sealed since then (default: from the first record)"},
           {"--to", "DAY|TIME|ROUND", "sealed until then (default: now)"},
           {"--disclose", "FIELD,...", "the values of these fields go along, each with what proves it", true},
           {"--reason", "CODE", "why, for the record of that"},
           {"--policy", "FILE", "a C2SP tlog-policy that goes along: which witnesses you name"},
           {"-o", "FILE", "where to"}},
          run};
}

}  // namespace custody
