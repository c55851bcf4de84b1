// One record through the rules of a mapping: the events it becomes, or the reason why it becomes none.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "producers/adapters/mapping.h"
#include "producers/adapters/record_reader.h"

namespace custody {

struct MappedEvent {
  std::string type;
  std::string source;
  std::string time;  // RFC 3339
  std::string json;
  bool label = false;  // made for a name that is no code, not for the record itself
};

struct Mapped {
  std::string name;                 // of the record in summaries
  std::vector<MappedEvent> events;  // in order; empty: left out
  std::string reason;               // then why
};

class Mapper {
 public:
  explicit Mapper(const Mapping& mapping) : mapping_(mapping) {}
  // RecordFault where a rule is for the record and the record lacks what the rule asks for; the mapper stays usable.
  Mapped map(const SourceRecord& record, std::string_view file_name);

 private:
  struct Draft;
  struct LongName {
    std::string member, code, full;
  };
  std::optional<std::string> reason_to_leave(const Scope& scope, bool first) const;
  void apply(const Rule& rule, Scope scope, std::vector<Draft>& drafts);
  Draft draft(const Rule& rule, const Scope& scope);
  boost::json::object members(const Members& members, const Scope& scope, std::vector<LongName>* long_names) const;
  static void name_nameless(std::vector<Draft>& drafts, const Scope& scope);
  std::vector<MappedEvent> finish(std::vector<Draft>& drafts);
  void add_labels(const Draft& draft, size_t& number, std::vector<MappedEvent>& events);
  void add_notes(Draft& draft) const;

  const Mapping& mapping_;
  std::unordered_set<std::string> labelled_;  // codes whose full name was given in this run
};

}  // namespace custody
