// The attributes of an event: those of CloudEvents 1.0 and the extensions of this ledger.
#pragma once

#include <boost/json/fwd.hpp>
#include <vector>

#include "ledger/event/validate.h"

namespace custody {

// One attribute: its JSON name, what it must be, and whether every event has it.
struct Attribute {
  const char* name;
  bool required;
  const char* schema;   // JSON
  const char* meaning;  // for the reference
};
std::span<const Attribute> attributes();

// Where `subject` and `data` stand in the event; null when absent.
struct Envelope {
  const boost::json::value* subject = nullptr;
  const boost::json::value* data = nullptr;
};

// Fills the attributes of `parsed` and appends what is wrong with them.
Envelope read_envelope(const boost::json::object& event, bool allow_service, ParsedEvent& parsed,
                       std::vector<Fault>& faults);

// W3C Trace Context, version 00's form: 00-<32 hex>-<16 hex>-<2 hex>, neither id all zeros.
bool is_traceparent(std::string_view text);

}  // namespace custody
