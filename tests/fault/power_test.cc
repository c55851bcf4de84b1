// The power goes while the embedded ledger writes: the disk is rebuilt from a recording with each unsynced write and
// name dropped, torn or reordered, and judged like the kills.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>

#include "tests/fault/cut.h"
#include "tests/fault/process.h"

namespace custody::fault {
namespace {

using Files = std::map<std::string, std::string>;

Files files_below(const std::string& root) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name == "lock" || name == "lock.mdb") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files[entry.path().lexically_relative(root).string()] = {std::istreambuf_iterator<char>(in), {}};
  }
  return files;
}

// A write that escaped the recording would be a write that is never lost.
void expect_whole(const Folder& folder, const std::vector<TraceStep>& trace) {
  const Disk disk(trace, trace.size());
  disk.make(folder.fresh("rebuilt"), std::vector<Fate>(disk.loose().size(), Fate::kKept), 0, false);
  const Files real = files_below(folder / "recorded"), rebuilt = files_below(folder / "rebuilt");
  ASSERT_GE(real.size(), 7U);
  for (const auto& [name, bytes] : real) {
    ASSERT_TRUE(rebuilt.contains(name)) << name;
    ASSERT_TRUE(rebuilt.at(name) == bytes) << name << " differs from what was recorded";
  }
  ASSERT_EQ(real.size(), rebuilt.size());
}

// Judges cuts until one is wrong, all are done, or the time is over.
void judge_cuts(Folder& folder, const std::vector<TraceStep>& trace, const std::vector<Cut>& cuts,
                std::chrono::seconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  std::mutex mutex;
  std::string wrong;
  uint64_t done = 0;
  in_parallel(cuts.size(), [&](size_t i) {
    const std::string complaint = judge_cut(folder, "cut-" + std::to_string(i), trace, cuts[i]);
    const std::lock_guard lock(mutex);
    if (wrong.empty()) wrong = complaint;
    ++done;
    return wrong.empty() && std::chrono::steady_clock::now() < until;
  });
  std::cout << trace.size() << " steps, " << done << " of " << cuts.size() << " disks\n";
  EXPECT_EQ(wrong, "") << "seed " << seed();
  EXPECT_GT(done, 0U);
}

TEST(Power, WhatIsNotSyncedMayBeLost) {
  Folder folder;
  folder.fresh("recorded");
  const auto trace = record_worker(folder, 0);
  expect_whole(folder, trace);
  ASSERT_FALSE(HasFatalFailure());
  std::mt19937_64 random(seed());
  judge_cuts(folder, trace, all_cuts(trace, 0, random), std::chrono::seconds(run_all() ? 86'400 : 15));
}

// So many of the cuts that lose everything loose, and of the others.
std::vector<Cut> some_of(const std::vector<Cut>& cuts, size_t each) {
  std::vector<Cut> chosen;
  std::array<size_t, 2> taken{};
  for (const Cut& cut : cuts)
    if (taken[cut.style == CutStyle::kAllLost ? 0 : 1]++ < each) chosen.push_back(cut);
  return chosen;
}

// Whoever goes on after a kill builds on names and bytes that the dead process had not synced yet. Half of the kills
// fall into the making of the ledger, where most names are made.
TEST(Power, AfterAKillToo) {
  constexpr uint64_t kMaking = 110, kCalls = 320;
  std::mt19937_64 random(seed());
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(run_all() ? 86'400 : 12);
  for (uint64_t i = 0; i < (run_all() ? kCalls : 6U) && std::chrono::steady_clock::now() < until; ++i) {
    Folder folder;
    folder.fresh("recorded");
    const uint64_t kill_at = run_all() ? i + 1 : 1 + random() % (i % 2 == 0 ? kMaking : kCalls);
    const size_t killed = record_worker(folder, kill_at).size();
    const auto trace = record_worker(folder, 0);
    const std::vector<Cut> cuts = some_of(all_cuts(trace, killed, random), 12);
    std::cout << "killed at call " << kill_at << ": ";
    judge_cuts(folder, trace, cuts, std::chrono::seconds(run_all() ? 86'400 : 3));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace custody::fault
