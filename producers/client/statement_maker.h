// Makes a source's own statement of an event: its bytes with the values committed to, and the form in which it is sent
// (POST /v1/statements). The salts are random, so the same event made again is another statement: what was made is
// kept.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "ledger/event/bodies_motion.h"

namespace custody {

struct MadeStatement {
  std::string bytes;  // canonical
  std::string sent;   // one line of JSON
  std::string source;
  std::string source_id;
};

// A CloudEvents JSON object as the source's statement number `sequence`. Of one with faults nothing is made. What the
// ledger alone can resolve (lists of customers, prospects) or wait for (`after`) is a fault.
MadeStatement make_statement(const boost::json::object& event, uint64_t sequence, std::vector<Fault>& faults);

// A source.attested as a statement of the same source, by `actor` at `time`.
MadeStatement make_attestation(const SourceAttested& body, const std::string& actor, Instant time);

}  // namespace custody
