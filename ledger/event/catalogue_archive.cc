#include "ledger/event/bodies_archive.h"
#include "ledger/event/catalogue_entry.h"

namespace custody {

void add_archive(std::vector<TypeInfo>& types) {
  using enum SubjectNeed;
  using enum Authority;
  constexpr std::string_view section = "The archive and its upkeep";
  types.push_back(
      entry<ArchiveOpened>(section, {kRequired, kSource, "R-B1", "first contact: a customer's archive begins"}));
  types.push_back(
      entry<ArchiveTransferred>(section, {kRequired, kSource, "R-B1", "an archive goes to another holder"}));
  types.push_back(
      entry<ArchiveKeeperAssigned>(section, {kRequired, kSelf, "R-B1", "who keeps an archive from now on"}));
  types.push_back(entry<ArchiveGraded>(
      section, {kRequired, kSelf, "R-B5", "a customer's grade; the figures behind it are values"}));
  types.push_back(entry<ArchiveStaged>(section, {kRequired, kSelf, "R-B5", "a customer's place in the funnel"}));
  types.push_back(entry<ContactMade>(section, {kRequired, kSource, "R-B6", "a department dealt with a customer"}));
  types.push_back(entry<ContactReported>(section, {kRequired, kSelf, "R-B6", "the report owed about a contact"}));
  types.push_back(entry<ContactExempted>(
      section, {kRequired, kSelf, "R-B6", "no report is owed: confidential business, by name of an approver"}));
  types.push_back(entry<ArchiveReviewed>(
      section, {kRequired, kSelf, "R-B7 R-C4", "an archive was checked for completeness and accuracy"}));
  types.push_back(entry<EntryReviewed>(section, {kRequired, kSelf, "R-B7 R-C4", "a second person checked an entry"}));
  types.push_back(
      entry<LeadSubmitted>(section, {kNone, kSource, "R-C5", "a dealer or department reports a possible customer"}));
  types.push_back(entry<LeadJudged>(section, {kNone, kSelf, "R-C5", "whether a lead counts"}));
  types.push_back(entry<LeadConverted>(section, {kNone, kSelf, "R-C5", "a lead became business"}));
}

}  // namespace custody
