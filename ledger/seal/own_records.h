// Records that the ledger makes of itself: source custody:<role>, actor system:custody, in process, id from
// type:shard:seq.
#pragma once

#include <string>
#include <string_view>

#include "ledger/event/body.h"
#include "ledger/event/record.h"

namespace custody {

// What names the process that makes them.
struct OwnIdentity {
  std::string gateway;  // in the stamp: who took the event
  std::string role;     // sealer, projector, keyring
};

// Stamp ‖ statement of an event of the ledger itself whose place is not known yet: the source id and the time are the
// caller's. The same ones again, with the same body, are the same event.
std::string own_event(const OwnIdentity& identity, std::string_view type, uint16_t version, std::string_view body,
                      const std::string& source_id, int64_t time_us, uint64_t registry, int64_t now_us);

// Stamp ‖ statement of a record that will stand at `at`; `registry` is the registry size known (at most its reg).
std::string own_record(const OwnIdentity& identity, std::string_view type, uint16_t version, std::string_view body,
                       Ref at, uint64_t registry, int64_t now_us);

template <class Body>
std::string own_record(const OwnIdentity& identity, const Body& body, Ref at, uint64_t registry, int64_t now_us) {
  return own_record(identity, Body::kType, version_of<Body>(), encode_body(body), at, registry, now_us);
}

template <class Body>
std::string own_event(const OwnIdentity& identity, const Body& body, const std::string& source_id, int64_t time_us,
                      uint64_t registry, int64_t now_us) {
  return own_event(identity, Body::kType, version_of<Body>(), encode_body(body), source_id, time_us, registry, now_us);
}

// Types that nobody but the sealer makes, for the place where they stand.
bool made_by_sealer(std::string_view type);
// Whether a statement has the form of the ledger's own.
bool is_own(const Statement& statement);

}  // namespace custody
