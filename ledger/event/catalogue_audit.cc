#include "ledger/event/bodies_audit.h"
#include "ledger/event/catalogue_entry.h"

namespace custody {

void add_audit(std::vector<TypeInfo>& types) {
  using enum Authority;
  constexpr std::string_view section = "When things are checked";
  constexpr SubjectNeed none = SubjectNeed::kNone;
  types.push_back(entry<AuditOpened>(section, {none, kSelf, "R-J1", "an audit begins"}));
  types.push_back(entry<AuditFound>(section, {none, kSelf, "R-J1", "an audit found something"}));
  types.push_back(entry<AuditRecommended>(section, {none, kSelf, "R-J1", "what an audit wants done, and by when"}));
  types.push_back(entry<AuditRectified>(section, {none, kSelf, "R-J1", "it was done"}));
  types.push_back(entry<AuditClosed>(section, {none, kSelf, "R-J1", "an audit is over"}));
  types.push_back(entry<FindingRaised>(section, {none, kService, "R-A4 R-E6", "recorded events break a rule"}));
  types.push_back(entry<FindingAcknowledged>(section, {none, kSelf, "R-A4 R-E6", "somebody answers for a finding"}));
  types.push_back(entry<FindingDismissed>(section, {none, kTwo, "R-A4 R-E6", "a finding is judged to be none"}));
  types.push_back(entry<ActConfirmed>(section, {none, kSelf, "R-A4", "the second person's yes to a record"}));
  types.push_back(
      entry<EventDismissed>(section, {none, kTwo, "R-J4", "what becomes of an event that no view can fold"}));
}

}  // namespace custody
