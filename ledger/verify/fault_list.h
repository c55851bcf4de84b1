// The faults of one shard: the first kMaxFaultsPerShard by place and kind, and how many more there were.
#pragma once

#include <string>
#include <vector>

#include "ledger/verify/report.h"

namespace custody {

class FaultList {
 public:
  void add(VerifyFault fault);
  // In order of (shard, seq, kind).
  std::vector<VerifyFault> take();
  uint64_t left_out() const { return left_out_; }

 private:
  std::vector<VerifyFault> faults_;
  uint64_t left_out_ = 0;
};

bool before(const VerifyFault& a, const VerifyFault& b);

}  // namespace custody
