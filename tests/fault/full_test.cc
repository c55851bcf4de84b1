// The disk runs full under the embedded ledger: refused with the reason, nothing acknowledged is lost, and when there
// is room it goes on by itself.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/fault/folder.h"
#include "tests/fault/process.h"

namespace custody::fault {
namespace {

TEST(Full, RefusesAndRecovers) {
  for (uint64_t i = 0; i < (run_all() ? 50U : 2U); ++i) {
    const Folder folder;
    const FullRun run = run_full(folder.fresh("disk"), seed() + i);
    if (run.skipped) GTEST_SKIP() << run.text;
    std::cout << run.text;
    ASSERT_TRUE(run.well) << "seed " << seed() + i;
  }
}

}  // namespace
}  // namespace custody::fault
