#include "ledger/event/bodies_motion.h"
#include "ledger/event/catalogue_entry.h"

namespace custody {

void add_motion(std::vector<TypeInfo>& types) {
  using enum SubjectNeed;
  using enum Authority;
  constexpr std::string_view section = "Data in motion";
  types.push_back(entry<DataCollected>(
      section, {kRequired, kSource, "R-B2 R-B3 R-B4 R-C1 R-C2 R-C3 R-C4", "values of a customer were taken down"}));
  types.push_back(
      entry<DataAccessed>(section, {kOrDataset, kSource, "R-E3 R-E4", "data was read, or a copy was made of it"}));
  types.push_back(entry<DataShared>(section, {kOrDataset, kSource, "R-F1 R-F2 R-F3 R-F4 R-F5 R-F6",
                                              "a copy went to another holder under an approved request"}));
  types.push_back(entry<DataErased>(section, {kOrDataset, kSource, "R-G1 R-G2 R-G3", "copies were erased"}));
  types.push_back(entry<DataReceived>(section, {kOrDataset, kSelf, "R-F4 R-H2", "a share or a hand-over has arrived"}));
  types.push_back(
      entry<DataReturned>(section, {kOrDataset, kSelf, "R-F5", "a share ended: its copy was given back or destroyed"}));
  types.push_back(entry<DataHandedOver>(
      section, {kOrDataset, kSelf, "R-H2", "somebody who moves or leaves gave up the data they held"}));
  types.push_back(entry<DatasetFilled>(
      section, {kNone, kSource, "R-E4 R-I2", "a container of customers' data was made or filled"}));
  types.push_back(
      entry<DatasetDropped>(section, {kNone, kSource, "R-E4 R-I2", "a container of customers' data is no more"}));
  types.push_back(
      entry<OperationClosed>(section, {kNone, kSource, "R-E4", "an action over many customers is complete"}));
  types.push_back(entry<SourceAttested>(section, {kNone, kSource, "R-J4", "a source signs what it has stated so far"}));
}

}  // namespace custody
