// Events out of files: one event over many lines, or an event a line. It is the latter as soon as a line is a whole
// JSON object, or where it does not even begin like one; until that is known its lines are held.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "ledger/codec/json.h"
#include "tools/custody/line_reader.h"
#include "tools/custody/sender.h"

namespace custody {

// Where events go: a Sender, or what has its add, add_too_long and flush_unless_all_or_nothing.
template <class Sink>
class EventInput {
 public:
  EventInput(Sink& sink, const std::string& name) : sink_(sink), name_(name), reader_(name, kMaxEventBytes) {}

  void send() {
    std::string line;
    while (reader_.next(line)) {
      if (held_bytes_ + line.size() > kMaxEventBytes || (reader_.too_long() && !held_.empty()))
        return sink_.add_too_long(name_, held_.front().number);
      if (reader_.too_long()) {
        many_ = true;
        sink_.add_too_long(name_, reader_.number());
      } else if (line.find_first_not_of(" \t\r") != std::string::npos) {
        take(std::move(line));
      }
      if (many_ && !reader_.more_at_once()) sink_.flush_unless_all_or_nothing();
    }
    if (held_.empty()) return;
    std::string document;
    for (const Held& held : held_) document += held.line + "\n";
    sink_.add(std::move(document), name_, held_.front().number);
  }

 private:
  struct Held {
    std::string line;
    uint64_t number;
  };

  static bool is_json_object(const std::string& line) {
    if (!line.starts_with('{')) return false;
    try {
      return parse_json(line).is_object();
    } catch (const Error&) {
      return false;
    }
  }
  void take(std::string line) {
    if (!many_ && ((held_.empty() && !line.starts_with('{')) || is_json_object(line))) begin_lines();
    if (many_) {
      sink_.add(std::move(line), name_, reader_.number());
    } else {
      held_bytes_ += line.size();
      held_.push_back({std::move(line), reader_.number()});
    }
  }
  void begin_lines() {
    many_ = true;
    for (Held& held : held_) sink_.add(std::move(held.line), name_, held.number);
    held_.clear();
    held_bytes_ = 0;
  }

  Sink& sink_;
  std::string name_;
  LineReader reader_;
  bool many_ = false;
  std::vector<Held> held_;
  size_t held_bytes_ = 0;
};

}  // namespace custody
