#include "ledger/event/bodies_storage.h"
#include "ledger/event/catalogue_entry.h"

namespace custody {

void add_storage(std::vector<TypeInfo>& types) {
  using enum SubjectNeed;
  using enum Authority;
  constexpr std::string_view section = "Storage";
  types.push_back(entry<BackupMade>(section, {kNone, kSource, "R-D2", "a backup exists"}));
  types.push_back(entry<BackupVerified>(section, {kNone, kSource, "R-D2", "a backup was read back and is good"}));
  types.push_back(entry<HoldPlaced>(
      section, {kOrCustomers, kSelf, "R-D3 R-G3", "a legal hold: nothing of these customers may be erased"}));
  types.push_back(entry<HoldReleased>(section, {kOrCustomers, kTwo, "R-D3 R-G3", "a legal hold ends"}));
  types.push_back(entry<CleanupRun>(section, {kNone, kSource, "R-D4", "expired and invalid data was cleared away"}));
  types.push_back(
      entry<ErasureRequested>(section, {kRequired, kSelf, "R-G1 R-G2 R-G3", "a customer's values are to be erased"}));
  types.push_back(entry<ErasureApproved>(section, {kRequired, kTwo, "R-G1 R-G2 R-G3", "the erasure may go ahead"}));
  types.push_back(
      entry<ErasureRefused>(section, {kRequired, kService, "R-G1 R-G2 R-G3", "the erasure meets a legal hold"}));
  types.push_back(
      entry<ErasurePlanned>(section, {kNone, kService, "R-G1 R-G2 R-G3", "the epoch whose end will make it final"}));
  types.push_back(entry<ErasureFinal>(
      section, {kRequired, kService, "R-G1 R-G2 R-G3", "the keys are destroyed: nobody can read the values"}));
}

}  // namespace custody
