// An event from outside, as CloudEvents 1.0 JSON: everything that is wrong with it at once, or its parts and its body
// in canonical bytes.
//
// Personal values stand under data.values (name -> value), prose under data.notes, lists of customers in the members
// that the type attaches; all of them are handed out beside the body for encryption, and the body keeps their names.
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/catalogue.h"
#include "ledger/event/record.h"
#include "ledger/event/values.h"

namespace custody {

// A value to be committed to and encrypted. `customers`: the attached list holds customers' numbers (strings), which
// the ledger keeps as subject ids.
struct EventValue {
  std::string_view name;
  ValueType type;
  bool customers;
  const boost::json::value* json;
};

// Views and pointers go into the JSON document (or, for `name` and `type`, into the catalogue).
struct ParsedEvent {
  const TypeInfo* type = nullptr;
  std::string_view id;
  std::string_view source;
  std::string_view subject;  // the customer's number as the operator knows it; empty = none
  Instant time;
  std::string_view actor;
  std::string_view step;
  std::string_view grant;
  std::string_view purpose;
  std::string_view operation;
  std::string_view device;
  std::string_view place;
  std::string_view traceparent;
  uint64_t sequence = 0;  // 0 = none
  std::optional<Ref> after;
  std::string body;  // canonical
  std::vector<EventValue>
      values;             // ascending by name: exactly the names in the body; with "subject" where there is one
  std::string key_owner;  // whose data key encrypts the values of an event without a subject; else empty
};

struct ReadOptions {
  // Turns the contact of a third party (data.values.prospect of a lead) into its subject id. Without it such an event
  // validates, and its body holds zeros there.
  std::function<ByteArray<16>(std::string_view contact)> resolve;
  // Types that only the ledger itself states, and sources that begin with "custody:".
  bool allow_service = false;
};

// nullopt when anything was appended to `faults`. Pointers are RFC 6901, from the event's top.
std::optional<ParsedEvent> read_event(const boost::json::object& event, const ReadOptions& options,
                                      std::vector<Fault>& faults);

// The statement of an event with what its values were committed to. Views go where the event's go.
Statement statement_of(const ParsedEvent& event, const EventId& id, const Digest& values_commit);

// The faults alone; empty = valid.
std::vector<Fault> validate_event(const boost::json::object& event, const ReadOptions& options = {});

}  // namespace custody
