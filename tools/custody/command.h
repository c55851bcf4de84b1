// What a command of `custody` is: its words as data, and a function. main.cc makes the flags of them (CLI11 stays
// there).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/error.h"
#include "tools/node/home.h"

namespace custody {

struct Option {
  std::string name;   // "--as-of"
  std::string value;  // "TIME|ROUND"; empty = a switch
  std::string help;
  bool repeated = false;
  bool optional_value = false;  // may stand alone: then its value is ""
};

// How a command was called.
struct Invocation {
  std::vector<std::string> arguments;  // without the command's name
  std::map<std::string, std::vector<std::string>> options;

  bool has(const std::string& name) const { return options.contains(name); }
  std::optional<std::string> value(const std::string& name) const;
  std::vector<std::string> values(const std::string& name) const;
  bool json() const { return has("--json"); }
  Home home() const;
  // The argument at `index`; Error kUsage naming `what` when it is missing.
  const std::string& argument(size_t index, std::string_view what) const;
};

struct Command {
  std::string name;
  std::string arguments;  // "CUSTOMER", "FILE ..."; for the help
  std::string summary;
  std::string details;  // paragraphs under the options
  std::vector<Option> options;
  int (*run)(const Invocation&);
  bool needs_ledger = true;  // else it knows none of common_options() but --json
};

// Every command, in the order of the help.
const std::vector<Command>& commands();
// --data, --keys, --url, --kafka, --ledger, --single-broker, --json: known to all that need a ledger.
const std::vector<Option>& common_options();

Command init_command();
Command serve_command();
Command emit_command();
Command import_command();
Command archive_command();
Command activity_command();
Command log_command();
Command verify_command();
Command checkpoint_command();
Command prove_command();
Command bundle_command();
Command check_command();
Command export_command();
Command status_command();
Command rebuild_command();
Command attest_views_command();
Command events_command();
Command keygen_command();
Command principal_command();
Command keys_command();
Command attest_command();
Command topics_command();
Command attack_command();
Command witness_command();
Command bench_command();

}  // namespace custody
