#include "ledger/verify/fault_list.h"

#include <algorithm>
#include <tuple>

namespace custody {

bool before(const VerifyFault& a, const VerifyFault& b) {
  return std::tie(a.shard, a.seq, a.kind) < std::tie(b.shard, b.seq, b.kind);
}

void FaultList::add(VerifyFault fault) {
  // Mostly they come in order; what is found at the end about an early record still takes its place.
  if (faults_.size() == kMaxFaultsPerShard) {
    ++left_out_;
    if (!before(fault, faults_.back())) return;
    faults_.pop_back();
  }
  const auto at = std::upper_bound(faults_.begin(), faults_.end(), fault, before);
  faults_.insert(at, std::move(fault));
}

std::vector<VerifyFault> FaultList::take() {
  return std::move(faults_);
}

}  // namespace custody
