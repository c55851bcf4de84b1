// What members of a body must agree on among themselves.
#include <algorithm>

#include "ledger/event/bodies_archive.h"
#include "ledger/event/bodies_audit.h"
#include "ledger/event/bodies_incident.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/event/bodies_motion.h"
#include "ledger/event/bodies_permission.h"
#include "ledger/event/bodies_policy.h"
#include "ledger/event/bodies_registry.h"
#include "ledger/event/bodies_storage.h"

namespace custody {
namespace {

using Faults = std::vector<Fault>;

// `items` must be strictly ascending by key(item).
template <class Items, class Key>
void require_ascending(const Items& items, const char* pointer, Key key, Faults& faults) {
  const auto falls = [&](const auto& a, const auto& b) { return !(key(a) < key(b)); };
  const auto at = std::adjacent_find(items.begin(), items.end(), falls);
  if (at != items.end())
    faults.push_back({pointer + ("/" + std::to_string(at - items.begin() + 1)),
                      "must come after the item before it: items are ascending and none is named twice"});
}

template <class Items, class Key>
void require_ascending(const std::optional<Items>& items, const char* pointer, Key key, Faults& faults) {
  if (items) require_ascending(*items, pointer, key, faults);
}

void require_counts(const std::optional<std::vector<NamedCount>>& counts, Faults& faults) {
  require_ascending(counts, "/counts", [](const NamedCount& c) { return c.what; }, faults);
}

}  // namespace

void refuse_body(std::string_view type, const Fault& fault) {
  throw Error(ErrorCode::kRefused, std::string(type) + ": " + fault.pointer + " " + fault.message);
}

void DataCollected::check(Faults& faults) const {
  const auto is_value = [](const std::string& name) { return name != "subject" && name != "notes"; };
  if (std::none_of(values.items.begin(), values.items.end(), is_value))
    faults.push_back({"/values", "must hold what was collected"});
}

void DataErased::check(Faults& faults) const {
  if (all && !*all) faults.push_back({"/all", "must be true or left out"});
  if (holders.has_value() == all.has_value())
    faults.push_back({"/holders", "either the holders whose copies were erased, or all, must be stated"});
}

void DataReceived::check(Faults& faults) const {
  if (share.has_value() == handover.has_value())
    faults.push_back({"/share", "either the share or the hand-over must be stated"});
}

void DataReturned::check(Faults& faults) const {
  if (!share && !holder) faults.push_back({"/share", "the share or the holder must be stated"});
}

void DatasetFilled::check(Faults& faults) const {
  if (roster && count.known && *count.known < roster->entries)
    faults.push_back({"/count", "must not be below the number of entries of the roster"});
}

void SourceAttested::check(Faults& faults) const {
  if (from_sequence == 0) faults.push_back({"/from_sequence", "must be 1 or more"});
  if (to_sequence < from_sequence) faults.push_back({"/to_sequence", "must not be below from_sequence"});
}

void PolicyAdopted::check(Faults& faults) const {
  require_ascending(fields, "/fields", [](const PolicyField& f) { return f.field_name; }, faults);
  require_ascending(
      retention, "/retention", [](const PolicyRetention& r) { return std::pair(r.category, r.grade); }, faults);
  require_ascending(purposes, "/purposes", [](const PolicyPurpose& p) { return p.purpose; }, faults);
  require_ascending(levels, "/levels", [](const PolicyLevel& l) { return l.level; }, faults);
  require_ascending(delegates, "/delegates", [](const PolicyDelegate& d) { return d.system; }, faults);
  require_ascending(thresholds, "/thresholds", [](const PolicyThreshold& t) { return t.name; }, faults);
  require_ascending(deadlines, "/deadlines", [](const PolicyDeadline& d) { return d.name; }, faults);
  require_ascending(lead_targets, "/lead_targets", [](const PolicyLeadTarget& t) { return t.reporter; }, faults);
  if (calendar)
    require_ascending(calendar->holidays, "/calendar/holidays", [](const Day& d) { return d.days; }, faults);
}

void RequestSubmitted::check(Faults& faults) const {
  if (set && !count) faults.push_back({"/count", "is required with a described set"});
  if (!customers && !set) faults.push_back({"/customers", "either customers, or a described set, must be stated"});
}

void CleanupRun::check(Faults& faults) const {
  require_counts(counts, faults);
}

void ErasureFinal::check(Faults& faults) const {
  require_ascending(keys, "/keys", [](const KeyId& k) { return k; }, faults);
}

void LeakTraced::check(Faults& faults) const {
  require_ascending(parameters, "/parameters", [](const TraceParameter& p) { return p.name; }, faults);
}

void AuditOpened::check(Faults& faults) const {
  if (period && period->until.days < period->from.days)
    faults.push_back({"/period/until", "must not be before the period's first day"});
}

void FindingRaised::check(Faults& faults) const {
  require_ascending(evidence, "/evidence", [](const Ref& r) { return r; }, faults);
}

void LedgerCreated::check(Faults& faults) const {
  try {
    decode_descriptor(encode_descriptor(*this));
  } catch (const Error& error) {
    faults.push_back({"", error.what()});
  }
}

void LedgerRound::check(Faults& faults) const {
  if (round == 0) faults.push_back({"/round", "must be 1 or more"});
  for (size_t i = 0; i < shards.size(); ++i)
    if (shards[i].shard != i + 1)
      faults.push_back({"/shards/" + std::to_string(i), "must be shard " + std::to_string(i + 1)});
}

void ImportBegun::check(Faults& faults) const {
  require_counts(counts, faults);
}

}  // namespace custody
