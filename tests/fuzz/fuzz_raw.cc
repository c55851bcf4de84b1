// Raw logs: never a crash, and the naive twin finds the same faults, all of them.
#include <sstream>

#include "ledger/verify/raw.h"
#include "tests/fuzz/fuzz.h"
#include "tests/reference/twin.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes = fuzz::bytes(data, size);
  std::istringstream in(bytes);
  VerifyOptions options;
  options.threads = 1;
  const VerifyReport report = verify_raw(in, options);
  report_text(report);
  report_json(report);
  const twin::Verdict verdict = twin::judge(bytes);
  fuzz::require(report.ok() == verdict.faults.empty(), "both find a fault or none");
  if (report.ok()) return 0;
  const VerifyFault& first = report.faults[0];
  fuzz::require(twin::Fault{std::string(fault_name(first.kind)), first.shard, first.seq} == verdict.faults[0],
                "both name the same first fault");
  for (size_t i = 0; i < report.shards.size(); ++i)
    fuzz::require(view_of(report.shards[i].root) == verdict.shards[i].root, "both compute the same roots");
  return 0;
}
