// The embedded ledger killed at its write and sync calls: whatever was acknowledged is there, once, and verifies.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>
#include <random>

#include "tests/fault/folder.h"
#include "tests/fault/process.h"

namespace custody::fault {
namespace {

struct Case {
  Kill first;
  Kill second;  // .at = 0: none; else the worker is started again on what is left and killed again, in its recovery
};

std::string describe(const Case& c) {
  std::string text = "killed at call " + std::to_string(c.first.at) + (c.first.half ? ", half written" : "");
  if (c.second.at != 0)
    text += ", again at call " + std::to_string(c.second.at) + (c.second.half ? ", half written" : "");
  return text;
}

// Every call, whole and half, once and followed by a second kill somewhere in the recovery; in an order of the seed.
std::vector<Case> cases_of(uint64_t calls, std::mt19937_64& random) {
  std::vector<Case> cases;
  for (uint64_t at = 1; at <= calls; ++at)
    for (const bool half : {false, true}) {
      cases.push_back({{at, half}, {}});
      cases.push_back({{at, half}, {1 + random() % (calls / 2), random() % 2 == 0}});
    }
  std::shuffle(cases.begin(), cases.end(), random);
  return cases;
}

class KillRun {
 public:
  // The judge's complaint, or empty.
  std::string run(const Case& c, const std::string& name) {
    const std::string root = folder_.fresh(name);
    WorkerRun run = run_worker(root, seed(), c.first);
    std::string promises = run.promises;
    if (!run.killed && run.status != 0) return run.promises;
    killed_ += run.killed ? 1U : 0U;
    if (c.second.at != 0) {
      run = run_worker(root, seed(), c.second);
      promises += run.promises;
      if (!run.killed && run.status != 0) return run.promises;
      killed_ += run.killed ? 1U : 0U;
    }
    const std::string wrong = run_judge(root, seed(), promises);
    if (wrong.empty()) {
      folder_.remove(name);
      return "";
    }
    folder_.keep();
    return wrong + "\n" + describe(c) + "; what is left is in " + root + "\n" + promises;
  }
  Folder& folder() { return folder_; }
  uint64_t killed() const { return killed_; }

 private:
  Folder folder_;
  std::atomic<uint64_t> killed_{0};
};

TEST(Kill, AtEachWriteAndSync) {
  KillRun kills;
  const WorkerRun whole = run_worker(kills.folder().fresh("whole"), seed(), {});
  ASSERT_EQ(whole.status, 0) << whole.promises;
  ASSERT_GT(whole.calls, 100U);
  ASSERT_EQ(run_judge(kills.folder() / "whole", seed(), whole.promises), "");

  std::mt19937_64 random(seed());
  const std::vector<Case> cases = cases_of(whole.calls, random);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(run_all() ? 86'400 : 20);
  std::mutex mutex;
  std::string wrong;
  uint64_t done = 0;
  in_parallel(cases.size(), [&](size_t i) {
    const std::string complaint = kills.run(cases[i], "case-" + std::to_string(i));
    const std::lock_guard lock(mutex);
    if (wrong.empty()) wrong = complaint;
    ++done;
    return wrong.empty() && std::chrono::steady_clock::now() < until;
  });
  std::cout << whole.calls << " calls, " << done << " of " << cases.size() << " cases, " << kills.killed()
            << " kills\n";
  EXPECT_EQ(wrong, "") << "seed " << seed();
  EXPECT_GE(kills.killed(), std::min<uint64_t>(done, 10) / 2);
}

}  // namespace
}  // namespace custody::fault
