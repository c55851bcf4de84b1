#include "ledger/event/bodies_policy.h"
#include "ledger/event/bodies_registry.h"
#include "ledger/event/catalogue_entry.h"

namespace custody {

void add_registry(std::vector<TypeInfo>& types) {
  using enum Authority;
  constexpr std::string_view section = "Who and where (registry)";
  constexpr SubjectNeed none = SubjectNeed::kNone;
  types.push_back(entry<StepRegistered>(
      section, {none, kSelf, "R-A1", "a stage of the data's flow, and the one person responsible"}));
  types.push_back(
      entry<StepOwnerAssigned>(section, {none, kSelf, "R-A1", "another person is responsible for a step from now on"}));
  types.push_back(entry<StepClosed>(section, {none, kSelf, "R-A1", "a step is no longer part of the flow"}));
  types.push_back(
      entry<DepartmentRegistered>(section, {none, kSelf, "R-A4 R-E2", "a department, its head and its place"}));
  types.push_back(entry<PersonJoined>(section, {none, kSelf, "R-A4 R-H2", "a person begins to work here"}));
  types.push_back(entry<PersonAssigned>(
      section, {none, kSelf, "R-A4 R-H2", "a person's department, role, clearance or manager changes"}));
  types.push_back(entry<PersonLeft>(section, {none, kSelf, "R-A4 R-H2", "a person leaves"}));
  types.push_back(entry<SystemRegistered>(section, {none, kSelf, "R-C1 R-E4", "a system that holds or moves data"}));
  types.push_back(entry<DeviceRegistered>(section, {none, kSelf, "R-C1 R-E4", "a device that data is used from"}));
  types.push_back(entry<SourceRegistered>(
      section, {none, kSelf, "R-C1 R-E4", "a source of events, its key and the steps it speaks for"}));
  types.push_back(
      entry<PartnerRegistered>(section, {none, kSelf, "R-F2", "an organisation outside that data may go to"}));
  types.push_back(entry<AgreementSigned>(
      section, {none, kSelf, "R-F2 R-H1", "a confidentiality agreement with a partner or a person"}));
  types.push_back(entry<AgreementEnded>(section, {none, kSelf, "R-F2 R-H1", "an agreement no longer holds"}));
  types.push_back(entry<TrainingCompleted>(section, {none, kSelf, "R-H1", "a person passed a course"}));
  types.push_back(
      entry<PolicyAdopted>(section, {none, kTwo, "R-C3 R-D3 R-E2 R-I1", "the policy in force from here on, whole"}));
}

}  // namespace custody
