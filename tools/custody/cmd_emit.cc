// custody emit: states events, from files or NDJSON on standard input, and prints their receipts.
#include <fstream>
#include <iostream>

#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/sender.h"

namespace custody {
namespace {

// The whole stream is one event unless its second non-empty line begins another.
void send_stream(Sender& sender, std::istream& in, const std::string& name) {
  std::string line, document;
  uint64_t number = 0;
  bool many = false;
  while (std::getline(in, line)) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (!many && !document.empty() && !(line.starts_with("{") && document.ends_with("}\n"))) {
      document += line + "\n";
      continue;
    }
    if (!many && document.empty()) {
      document = line + "\n";
      continue;
    }
    if (!many) sender.add(std::move(document), name, number - 1);
    many = true;
    sender.add(line, name, number);
  }
  if (!many && !document.empty()) sender.add(std::move(document), name, 1);
}

int run(const Invocation& call) {
  const auto connection = connect(call);
  SenderOptions options;
  options.json = call.json();
  options.all_or_nothing = call.has("--all-or-nothing");
  options.wait_sealed = !call.has("--no-wait");
  Sender sender(*connection, options, std::cout, std::cerr);
  if (call.arguments.empty()) send_stream(sender, std::cin, "-");
  for (const std::string& path : call.arguments) {
    if (path == "-") {
      send_stream(sender, std::cin, "-");
      continue;
    }
    std::ifstream file(path);
    if (!file) throw Error(ErrorCode::kUsage, "cannot read " + path);
    send_stream(sender, file, path);
  }
  return sender.finish();
}

}  // namespace

Command emit_command() {
  return {"emit",
          "[FILE ...]",
          "state events: CloudEvents JSON files, or NDJSON on standard input",
          "Prints a receipt an event. Of many, the good ones are sealed and each bad one is named by file and line.\n",
          {{"--all-or-nothing", "", "one wrong event refuses all of them"},
           {"--no-wait", "", "do not wait for the seal: durable in the intake is enough"}},
          run};
}

}  // namespace custody
