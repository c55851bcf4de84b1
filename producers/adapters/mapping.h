// A mapping: which record becomes which event. The file format's reference is docs/adapters.md; this is what stands in
// memory after everything in it has been checked.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "producers/adapters/template.h"
#include "producers/adapters/time_format.h"

namespace custody {

// How one member of an event is made.
struct ValueSpec {
  enum class Kind {
    kText,     // the text
    kCode,     // the text, shortened to a code where it is none (code_name.h)
    kInteger,  // a decimal number
    kBoolean,  // true/false, yes/no, 1/0
    kTime,     // RFC 3339 from `format`
    kDay,      // YYYY-MM-DD from `format`
    kList,     // parts between `split`, each through `map`, none twice
    kJson,     // the value at a path, as it is
    kLiteral,  // as it stands in the mapping
    kArray,    // of `items`
    kObject,   // of `items` under `names`
  };
  Kind kind = Kind::kText;
  Template from;
  TimeFormat format;
  std::string split;
  std::string map;
  std::string path;
  boost::json::value literal;
  std::vector<ValueSpec> items;
  std::vector<std::string> names;
};

// A member must hold one of the words. "" is an absent or empty one, "*" any other, "ab*" what begins so.
struct Condition {
  std::string path;
  std::vector<std::string> words;
};

using Members = std::vector<std::pair<std::string, ValueSpec>>;

struct Rule {
  std::vector<std::string> files;  // globs over the file's name; empty: every file
  std::vector<Condition> when;     // all must hold
  std::string each;                // path of a list: one event an element; an empty list is no match
  bool goes_on = false;            // the rules after it are asked too
  std::string type;
  std::optional<ValueSpec> id;
  Members envelope;
  Members data;
  Members values;
  std::optional<ValueSpec> notes;
};

struct Leave {  // what is no event, and why
  std::vector<std::string> files;
  std::vector<Condition> when;
  std::string reason;
  bool first = false;  // asked before the rules, the others after them
};

struct Variable {
  std::string name;
  std::vector<Condition> when;
  Template text;
};

struct Mapping {
  std::string path;    // for messages
  std::string digest;  // 16 hexadecimal digits of SHA-256 over the text
  int16_t zone_min = 0;
  bool labels = true;           // *.registered events that keep the full names of shortened codes
  Template name;                // what a record is called in summaries; empty: its file's name
  std::optional<ValueSpec> id;  // of events whose rule has none; absent: made of place and content
  char delimiter = ',';
  std::vector<std::string> columns;  // of files without a header line
  std::map<std::string, std::map<std::string, std::string>> maps;
  std::vector<Variable> variables;
  std::vector<Rule> rules;
  std::vector<Leave> leaves;
};

// Error kUsage as path:line:column: what is wrong there.
Mapping parse_mapping(std::string_view text, const std::string& path);

bool glob_matches(std::string_view glob, std::string_view name);  // * any text, ? one character
bool holds(const std::vector<Condition>& when, const Scope& scope);
bool is_for(const std::vector<std::string>& globs, std::string_view file);

}  // namespace custody
