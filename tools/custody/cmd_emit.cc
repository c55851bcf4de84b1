// custody emit: states events, from files or NDJSON on standard input, and prints their receipts.
#include <iostream>

#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/event_input.h"
#include "tools/custody/spooled.h"

namespace custody {
namespace {

int run(const Invocation& call) {
  std::vector<std::string> paths = call.arguments;
  if (paths.empty()) paths.emplace_back("-");
  if (call.has("--spool")) return run_spooled(call, paths);
  SenderOptions options;
  options.json = call.json();
  options.all_or_nothing = call.has("--all-or-nothing");
  options.wait_sealed = !call.has("--no-wait");
  const auto connection = connect(call);
  Sender sender(*connection, options, std::cout, std::cerr);
  for (const std::string& path : paths) EventInput(sender, path).send();
  return sender.finish();
}

}  // namespace

Command emit_command() {
  std::vector<Option> options = {{"--all-or-nothing", "", "one wrong event refuses all of them (16 MiB at most)"},
                                 {"--no-wait", "", "do not wait for the seal: durable in the intake is enough"}};
  options.insert(options.end(), spool_options().begin(), spool_options().end());
  return {"emit",
          "[FILE ...]",
          "state events: CloudEvents JSON files, or NDJSON on standard input",
          "Prints a receipt an event. Of many, the good ones are sealed and each bad one is named by file and line.\n"
          "Exit status 2 when one was refused or in conflict, 3 when one is taken but not sealed yet.\n"
          "With --spool the source makes, keeps and attests its own statements: docs/how-to/state-events-safely.md.\n",
          std::move(options),
          run};
}

}  // namespace custody
