// custody emit: states events, from files or NDJSON on standard input, and prints their receipts.
#include <boost/json.hpp>
#include <iostream>

#include "ledger/codec/json.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/line_reader.h"
#include "tools/custody/sender.h"

namespace custody {
namespace {

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t\r") == std::string::npos;
}

bool is_json_object(const std::string& line) {
  if (!line.starts_with('{')) return false;
  try {
    return parse_json(line).is_object();
  } catch (const Error&) {
    return false;
  }
}

// One input: an event over many lines, or an event a line. It is the latter as soon as a line is a whole JSON object,
// or where it does not even begin like one; until that is known its lines are held.
class Input {
 public:
  Input(Sender& sender, const std::string& name) : sender_(sender), name_(name), reader_(name, kMaxEventBytes) {}

  void send() {
    std::string line;
    while (reader_.next(line)) {
      if (held_bytes_ + line.size() > kMaxEventBytes || (reader_.too_long() && !held_.empty()))
        return sender_.add_too_long(name_, held_.front().number);
      if (reader_.too_long()) {
        many_ = true;
        sender_.add_too_long(name_, reader_.number());
      } else if (!is_blank(line)) {
        take(std::move(line));
      }
      if (many_ && !reader_.more_at_once()) sender_.flush_unless_all_or_nothing();
    }
    if (held_.empty()) return;
    std::string document;
    for (const Held& held : held_) document += held.line + "\n";
    sender_.add(std::move(document), name_, held_.front().number);
  }

 private:
  struct Held {
    std::string line;
    uint64_t number;
  };

  void take(std::string line) {
    if (!many_ && ((held_.empty() && !line.starts_with('{')) || is_json_object(line))) begin_lines();
    if (many_) {
      sender_.add(std::move(line), name_, reader_.number());
    } else {
      held_bytes_ += line.size();
      held_.push_back({std::move(line), reader_.number()});
    }
  }
  void begin_lines() {
    many_ = true;
    for (Held& held : held_) sender_.add(std::move(held.line), name_, held.number);
    held_.clear();
    held_bytes_ = 0;
  }

  Sender& sender_;
  std::string name_;
  LineReader reader_;
  bool many_ = false;
  std::vector<Held> held_;
  size_t held_bytes_ = 0;
};

int run(const Invocation& call) {
  SenderOptions options;
  options.json = call.json();
  options.all_or_nothing = call.has("--all-or-nothing");
  options.wait_sealed = !call.has("--no-wait");
  const auto connection = connect(call);
  Sender sender(*connection, options, std::cout, std::cerr);
  std::vector<std::string> paths = call.arguments;
  if (paths.empty()) paths.emplace_back("-");
  for (const std::string& path : paths) Input(sender, path).send();
  return sender.finish();
}

}  // namespace

Command emit_command() {
  return {"emit",
          "[FILE ...]",
          "state events: CloudEvents JSON files, or NDJSON on standard input",
          "Prints a receipt an event. Of many, the good ones are sealed and each bad one is named by file and line.\n"
          "Exit status 2 when one was refused or in conflict, 3 when one is taken but not sealed yet.\n",
          {{"--all-or-nothing", "", "one wrong event refuses all of them (16 MiB at most)"},
           {"--no-wait", "", "do not wait for the seal: durable in the intake is enough"}},
          run};
}

}  // namespace custody
