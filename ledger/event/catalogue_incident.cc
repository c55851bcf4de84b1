#include "ledger/event/bodies_incident.h"
#include "ledger/event/catalogue_entry.h"

namespace custody {

void add_incident(std::vector<TypeInfo>& types) {
  using enum SubjectNeed;
  using enum Authority;
  constexpr std::string_view section = "When things go wrong";
  types.push_back(entry<IncidentOpened>(section, {kNone, kSelf, "R-I1", "an incident is known"}));
  types.push_back(entry<IncidentIsolated>(section, {kNone, kSelf, "R-I1", "what was affected is cut off"}));
  types.push_back(entry<IncidentInvestigated>(section, {kNone, kSelf, "R-I1", "its cause and extent are known"}));
  types.push_back(entry<IncidentRecovered>(section, {kNone, kSelf, "R-I1", "normal work goes on"}));
  types.push_back(entry<IncidentReported>(section, {kNone, kSelf, "R-I1", "the authority was told"}));
  types.push_back(entry<IncidentNotified>(section, {kNone, kSelf, "R-I1", "the customers affected were told"}));
  types.push_back(entry<IncidentClosed>(section, {kNone, kSelf, "R-I1", "an incident is over"}));
  types.push_back(entry<LeakSampled>(section, {kNone, kSelf, "R-I2 R-I4", "data was seen where it must not be"}));
  types.push_back(
      entry<LeakTraced>(section, {kNone, kService, "R-I2 R-I4", "which holders could and probably did leak it"}));
  types.push_back(entry<CanaryPlanted>(section, {kRequired, kSelf, "R-I3", "a marked customer went to one recipient"}));
  types.push_back(entry<CanarySeen>(section, {kNone, kSelf, "R-I3", "a marked customer turned up"}));
  types.push_back(entry<ShareChecked>(
      section, {kOrDataset, kSelf, "R-F5 R-F6", "how a recipient uses and keeps a share was checked"}));
  types.push_back(entry<OnwardReported>(section, {kOrDataset, kSelf, "R-F5 R-F6", "a recipient passed a share on"}));
  types.push_back(
      entry<DisclosureMade>(section, {kOrDataset, kSelf, "R-F6", "data was disclosed because the law demands it"}));
  types.push_back(entry<SanctionApplied>(section, {kNone, kSelf, "R-A3", "a person was sanctioned"}));
  types.push_back(entry<MarkGiven>(section, {kNone, kSelf, "R-A3", "a leak cost a person a mark of integrity"}));
  types.push_back(entry<MarkCleared>(section, {kNone, kTwo, "R-A3", "a mark no longer counts"}));
}

}  // namespace custody
