// custody events: the catalogue of what can be stated.
#include <cstdio>
#include <iostream>

#include "ledger/event/catalogue.h"
#include "tools/custody/command.h"

namespace custody {
namespace {

void print_list(const Invocation& call) {
  if (call.json()) std::cout << "[";
  bool first = true;
  for (const TypeInfo& type : all_types()) {
    if (call.json())
      std::cout << (first ? "" : ",") << "\"" << type.type << "\"";
    else
      std::printf("%-24s %-8s %s\n", std::string(type.type).c_str(),
                  std::string(authority_name(type.authority)).c_str(), std::string(type.meaning).c_str());
    first = false;
  }
  if (call.json()) std::cout << "]\n";
}

int run(const Invocation& call) {
  if (call.has("--markdown")) {
    std::cout << reference_markdown();
    return 0;
  }
  if (call.arguments.empty()) {
    print_list(call);
    return 0;
  }
  const TypeInfo* type = find_type(call.arguments[0]);
  if (type == nullptr)
    throw Error(ErrorCode::kNotFound, "there is no event type '" + call.arguments[0] + "'; see `custody events`");
  if (call.json()) {
    std::cout << "{\"schema\":" << schema_json(*type) << ",\"example\":" << example_event(*type) << "}\n";
    return 0;
  }
  std::cout << type->type << ": " << type->meaning << "\nauthority: " << authority_name(type->authority)
            << "\nrules: " << type->rules << "\n\nschema:\n"
            << pretty_json(schema_json(*type)) << "\n\nexample:\n"
            << pretty_json(example_event(*type)) << "\n";
  return 0;
}

}  // namespace

Command events_command() {
  return {"events",
          "[TYPE]",
          "what can be stated: all types, or the schema and an example of one",
          "",
          {{"--markdown", "", "the reference, as docs/events has it"}},
          run};
}

}  // namespace custody
