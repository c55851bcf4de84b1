// custody: one binary, one command a file (cmd_*.cc). This file finds the command and reads its flags.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "tools/custody/command.h"

namespace custody {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      init_command(),         serve_command(),      emit_command(),    import_command(),    archive_command(),
      activity_command(),     log_command(),        verify_command(),  status_command(),    rebuild_command(),
      attest_views_command(), checkpoint_command(), prove_command(),   bundle_command(),    check_command(),
      export_command(),       events_command(),     keygen_command(),  principal_command(), keys_command(),
      topics_command(),       attack_command(),     witness_command(), attest_command(),    bench_command(),
  };
  return all;
}

const std::vector<Option>& common_options() {
  static const std::vector<Option> all = {
      {"--data", "DIR", "the data folder (CUSTODY_DATA, else ~/.local/share/custody)"},
      {"--keys", "DIR", "the folder of signing and epoch keys (CUSTODY_KEYS, else ~/.config/custody/keys)"},
      {"--url", "URL",
       "a running service (CUSTODY_URL), else the one on the data folder, if one runs; who asks is known by the token"
       " in CUSTODY_TOKEN, or by the certificate in the file CUSTODY_CERT with its key in CUSTODY_CERT_KEY; CUSTODY_CA "
       "is"
       " a file of whom to trust"},
      {"--kafka", "HOST:PORT,...", "the ledger's log is on these brokers"},
      {"--ledger", "NAME", "prefix of its topics there (default custody)"},
      {"--single-broker", "", "accept topics with one replica"},
      {"--json", "", "one JSON document, or one a line for lists, on standard output"},
  };
  return all;
}

namespace {

std::vector<Option> common_options_of(const Command& command) {
  std::vector<Option> options = common_options();
  if (!command.needs_ledger) std::erase_if(options, [](const Option& option) { return option.name != "--json"; });
  return options;
}

constexpr std::string_view kExitHelp =
    "0  done\n"
    "1  a fault was found in what was judged\n"
    "2  usage, or refused input\n"
    "3  not available now: try again\n"
    "4  damaged or foreign store\n"
    "5  of `check`: no evidence that the trusted keys can judge: no proof or bundle, cut off, of a newer version, of "
    "another ledger, signed by an "
    "unknown key, or not seen by the witnesses of the policy\n";

void add_options(CLI::App& app, const std::vector<Option>& options, Invocation& call) {
  for (const Option& option : options) {
    if (option.value.empty()) {
      app.add_flag_callback(
          option.name, [&call, name = option.name] { call.options[name].emplace_back(); }, option.help);
      continue;
    }
    const auto take = [&call, name = option.name](const std::vector<std::string>& values) {
      auto& kept = call.options[name];
      kept.insert(kept.end(), values.begin(), values.end());
      return true;
    };
    CLI::Option* added = app.add_option(option.name, take, option.help)->type_name(option.value);
    if (option.optional_value)
      added->expected(0, 1);
    else if (option.repeated)
      added->expected(1, 1000);
    else
      added->expected(1);
  }
}

int help(const std::vector<std::string>& words, const std::vector<std::unique_ptr<CLI::App>>& apps) {
  if (words.size() > 1 && words[1] == "exit") {
    std::cout << kExitHelp;
    return 0;
  }
  for (size_t i = 0; i < apps.size(); ++i)
    if (words.size() > 1 && commands()[i].name == words[1]) {
      std::cout << apps[i]->help() << "\n" << commands()[i].details;
      return 0;
    }
  std::cout << "custody: a chain-of-custody ledger for customer data\n\nusage: custody COMMAND [arguments] [flags]\n\n";
  for (const Command& command : commands()) std::printf("  %-10s %s\n", command.name.c_str(), command.summary.c_str());
  std::cout << "\n`custody help COMMAND` tells its flags, `custody help exit` the exit statuses.\n";
  return words.size() > 1 && words[1] != "help" ? 2 : 0;
}

int run(const Command& command, CLI::App& app, Invocation& call, const std::vector<std::string>& words) {
  std::vector<std::string> reversed(words.rbegin(), words.rend() - 1);  // CLI11 takes them from the back
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help() << "\n" << command.details;
    return 0;
  } catch (const CLI::ParseError& error) {
    std::cerr << "custody " << command.name << ": " << error.what() << "; see `custody help " << command.name << "`\n";
    return 2;
  }
  try {
    return command.run(call);
  } catch (const Error& error) {
    std::cerr << "custody " << command.name << ": " << error.what() << "\n";
    return exit_status(error.code());
  } catch (const std::exception& error) {
    std::cerr << "custody " << command.name << ": " << error.what() << "\n";
    return 4;
  }
}

int main_with(const std::vector<std::string>& words) {
  std::vector<Invocation> calls(commands().size());
  std::vector<std::unique_ptr<CLI::App>> apps;
  for (size_t i = 0; i < commands().size(); ++i) {
    const Command& command = commands()[i];
    apps.push_back(std::make_unique<CLI::App>(command.summary, "custody " + command.name));
    apps.back()->add_option("arguments", calls[i].arguments, command.arguments)->type_name("");
    add_options(*apps.back(), command.options, calls[i]);
    add_options(*apps.back(), common_options_of(command), calls[i]);
  }
  if (words.empty() || words[0] == "help" || words[0] == "--help" || words[0] == "-h") return help(words, apps);
  if (words[0] == "--version" || words[0] == "version") {
    std::cout << "custody 0.1.0\n";
    return 0;
  }
  for (size_t i = 0; i < apps.size(); ++i)
    if (commands()[i].name == words[0]) return run(commands()[i], *apps[i], calls[i], words);
  std::cerr << "custody: there is no command '" << words[0] << "'; see `custody help`\n";
  return 2;
}

}  // namespace
}  // namespace custody

int main(int argc, char** argv) {
  return custody::main_with({argv + 1, argv + argc});
}
