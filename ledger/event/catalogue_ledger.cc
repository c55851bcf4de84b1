#include "ledger/event/bodies_ledger.h"
#include "ledger/event/catalogue_entry.h"

namespace custody {

void add_ledger(std::vector<TypeInfo>& types) {
  using enum SubjectNeed;
  using enum Authority;
  constexpr std::string_view section = "The ledger's own";
  types.push_back(
      entry<LedgerCreated>(section, {kNone, kService, "R-J4", "the first record of shard 0: the ledger's descriptor"}));
  types.push_back(entry<LedgerRound>(
      section, {kNone, kService, "R-J2 R-J4", "a closed cut over all shards: their sizes and roots"}));
  types.push_back(entry<SealerStarted>(section, {kNone, kService, "R-J4", "a sealer's term on a shard begins"}));
  types.push_back(
      entry<EventConflicted>(section, {kNone, kService, "R-J4", "an id came again with another statement"}));
  types.push_back(
      entry<EventRefused>(section, {kNone, kService, "R-J4", "an entry of the intake that could not be sealed"}));
  types.push_back(entry<ClockStepped>(section, {kNone, kTwo, "R-J4", "the sealer's clock was set back on purpose"}));
  types.push_back(entry<KeyAdded>(section, {kNone, kTwo, "R-J3 R-J4", "a key signs for the ledger from now on"}));
  types.push_back(entry<KeyRetired>(section, {kNone, kTwo, "R-J3 R-J4", "a key no longer signs for the ledger"}));
  types.push_back(entry<ViewAttested>(section, {kNone, kService, "R-J2", "the digest of a view at a round"}));
  types.push_back(
      entry<LedgerRead>(section, {kOrDataset, kService, "R-E5", "values were revealed through the service"}));
  types.push_back(entry<ImportBegun>(section, {kNone, kService, "R-E4", "a file of events is being read in"}));
  types.push_back(entry<ImportEnded>(section, {kNone, kService, "R-E4", "a file of events was read in"}));
  types.push_back(entry<LedgerSucceeded>(section, {kNone, kTwo, "R-J4", "the ledger goes on in another one"}));
}

}  // namespace custody
