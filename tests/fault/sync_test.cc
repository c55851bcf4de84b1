// Each sync of the product is there for a reason: a disk on which one of them never happened breaks a promise.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <map>
#include <mutex>
#include <set>

#include "tests/fault/cut.h"
#include "tests/fault/process.h"

namespace custody::fault {
namespace {

// Points whose loss breaks no promise, and why the product has them all the same.
const std::map<std::string, std::string>& needless() {
  static const std::string kDerived = "the index of ids is derived: a lost folder is made again from the log";
  static const std::string kDerivedTree = "the stored tree is derived: a lost folder is made again from the log";
  static const std::map<std::string, std::string> kPoints{
      {"sync data/tail", kDerived},
      {"sync data/tail/0", kDerived},
      {"synced write data/tail/0/data.mdb", "the save before the last one is as good: the tail reads on from there"},
      {"sync data/trees", kDerivedTree},
      {"sync data/trees/0", kDerivedTree},
      {"sync data/trees/0/data.mdb.new", kDerivedTree},
      {"synced write data/trees/0/data.mdb",
       "the tree before the last commit is as good: the log is read from there on"},
      {"sync data/views/gen-2/shard-0/data.mdb.new",
       "nobody opens a rebuilt generation before CURRENT names it, and it is synced whole before that; a generation "
       "that is folded live has no such sync"}};
  return kPoints;
}

std::set<std::string> sync_points(const std::vector<TraceStep>& trace) {
  std::set<std::string> points;
  for (const TraceStep& step : trace)
    if (std::string point = sync_point(step); !point.empty()) points.insert(std::move(point));
  return points;
}

// What the ignored syncs had made certain has the fate `worst`, all else is kept: what their absence does alone.
std::vector<Fate> losses_of(const Disk& without, const Disk& with, Fate worst) {
  std::vector<Fate> fates;
  for (const Disk::Loose& change : without.loose())
    fates.push_back(std::ranges::binary_search(with.loose(), change) ? Fate::kKept : worst);
  return fates;
}

// Where the power goes: in the steps after the point's last syncs, where it may be missed before another sync makes up
// for it, then in the last step of all, and evenly spread before that. Fewer where nobody is expected to miss it.
std::vector<size_t> ends_of(const std::vector<TraceStep>& trace, const std::string& point) {
  constexpr size_t kStepsAfter = 8;
  const bool few = needless().contains(point) && !run_all();
  const size_t most_occurrences = few ? 1 : 4, spread = few ? 4 : 30;
  std::vector<size_t> ends;
  size_t occurrences = 0;
  for (size_t i = trace.size(); i-- > 0 && occurrences < most_occurrences;) {
    if (sync_point(trace[i]) != point) continue;
    ++occurrences;
    for (size_t end = i + 2; end <= std::min(i + 1 + kStepsAfter, trace.size()); ++end) ends.push_back(end);
  }
  for (size_t i = 0; i < spread; ++i) ends.push_back(trace.size() - i * (trace.size() - 1) / spread);
  return ends;
}

// The first complaint about a disk where the point's syncs never happened; empty = nobody missed them.
std::string complaint_without(const Folder& folder, const std::vector<TraceStep>& trace, const std::string& point,
                              const std::string& name) {
  for (const size_t end : ends_of(trace, point)) {
    const Disk without(trace, end, point), with(trace, end);
    if (without.loose().size() == with.loose().size()) continue;
    for (uint64_t attempt = 0; attempt < 4; ++attempt) {  // torn several ways: one of them may be harmless
      const Fate worst = attempt == 0 ? Fate::kLost : Fate::kTorn;
      const std::string root = folder.fresh(name);
      without.make(root, losses_of(without, with, worst), seed() + 4 * end + attempt, false);
      if (const std::string wrong = run_judge(root, seed(), promises_of(trace, end)); !wrong.empty())
        return wrong.substr(0, wrong.find('\n')) + " (power cut in step " + std::to_string(end) + ")";
    }
  }
  return "";
}

TEST(Sync, NoneCanBeLeftOut) {
  Folder folder;
  folder.fresh("recorded");
  const auto trace = record_worker(folder, 0);
  const std::set<std::string> all = sync_points(trace);
  const std::vector<std::string> points(all.begin(), all.end());
  ASSERT_GE(points.size(), 15U);
  std::map<std::string, std::string> found;
  std::mutex mutex;
  in_parallel(points.size(), [&](size_t i) {
    const std::string complaint = complaint_without(folder, trace, points[i], "point-" + std::to_string(i));
    const std::lock_guard lock(mutex);
    found[points[i]] = complaint;
    return true;
  });
  for (const auto& [point, complaint] : found) {
    std::cout << "without " << point << ": " << (complaint.empty() ? "nothing is lost" : complaint) << "\n";
    EXPECT_EQ(complaint.empty(), needless().contains(point)) << point;
  }
  for (const auto& [point, reason] : needless()) EXPECT_TRUE(all.contains(point)) << point << " is no sync any more";
}

}  // namespace
}  // namespace custody::fault
