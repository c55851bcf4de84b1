#include "ledger/event/bodies_permission.h"
#include "ledger/event/catalogue_entry.h"

namespace custody {

void add_permission(std::vector<TypeInfo>& types) {
  using enum SubjectNeed;
  using enum Authority;
  constexpr std::string_view section = "Permission";
  types.push_back(
      entry<NoticeGiven>(section, {kRequired, kSource, "R-C2", "the customer was told what is taken down, and why"}));
  types.push_back(entry<ConsentGiven>(section, {kRequired, kSource, "R-C2", "the customer agreed"}));
  types.push_back(entry<ConsentWithdrawn>(
      section, {kRequired, kSource, "R-C2", "the customer took back a consent, whole or in part"}));
  types.push_back(entry<AuthorisationGiven>(
      section, {kRequired, kSource, "R-F3", "the customer allowed in writing that data goes outside"}));
  types.push_back(
      entry<RequestSubmitted>(section, {kNone, kSelf, "R-E1 R-F1", "somebody applies to use, share or erase data"}));
  types.push_back(entry<RequestApproved>(section, {kNone, kSelf, "R-E2", "a level of approval said yes"}));
  types.push_back(entry<RequestRejected>(section, {kNone, kSelf, "R-E2", "a level of approval said no"}));
  types.push_back(entry<GrantFiled>(
      section, {kNone, kSelf, "R-E2", "the information department filed an approved request: the grant holds"}));
  types.push_back(entry<GrantRevoked>(section, {kNone, kSelf, "R-E2", "a grant ends before its term"}));
}

}  // namespace custody
