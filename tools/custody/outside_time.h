// When a record entered a ledger, by clocks that are not its operator's: those of witnesses, and of authorities for
// time stamps. What the operator's clock says (sealed_at) is no bound.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "ledger/proof/policy.h"
#include "ledger/proof/record_proof.h"
#include "ledger/proof/timestamps.h"
#include "tools/custody/command.h"

namespace custody {

struct OutsideTime {
  struct Bound {
    int64_t us = 0;
    std::string by;  // "the witnesses 'quorum'", "the time stamp of CN = ..."
  };
  // The witnesses had seen the ledger then, and not with this record: a cosignature of an earlier checkpoint. A time
  // stamp is none: the operator can have an old checkpoint stamped at any time.
  std::optional<Bound> not_before;
  std::optional<Bound> not_after;  // it was there then: the earliest word of any
};

// What --tsa-ca names; nullopt where it does not.
std::optional<TimeAuthorities> time_authorities_of(const Invocation& call);

// By when others had seen what a checkpoint covers: the earliest word of witnesses and authorities that are trusted.
std::optional<OutsideTime::Bound> seen_outside_by(const Invocation& call, const SignedNote& note);

// By the note of a proof that was judged, and by what --after names: a proof or a checkpoint of before, judged by the
// same keys and policy. Error kUsage where that one does not hold, or is not earlier than the record.
OutsideTime outside_time(const Invocation& call, const ProofVerdict& verdict, const std::string& evidence);

std::string outside_time_text(const OutsideTime& time);
boost::json::object outside_time_json(const OutsideTime& time);

}  // namespace custody
