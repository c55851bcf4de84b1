#include "tests/fault/cut.h"

#include <algorithm>
#include <stdexcept>

#include "tests/fault/process.h"

namespace custody::fault {
namespace {

constexpr size_t kRandomCuts = 3;

const char* name_of(CutStyle style) {
  switch (style) {
    case CutStyle::kAllLost:
      return "nothing that was not synced";
    case CutStyle::kOneLost:
      return "all but change ";
    case CutStyle::kOneTorn:
      return "all, but torn change ";
    case CutStyle::kOnlyOneKept:
      return "only change ";
    case CutStyle::kOnlyOneTorn:
      return "only half of change ";
    case CutStyle::kRandom:
      return "each change or not, torn or reordered, seed ";
  }
  return "";
}

}  // namespace

std::string describe(const Cut& cut) {
  std::string text = "power cut in step " + std::to_string(cut.end) + ", on the disk: " + name_of(cut.style);
  if (cut.style == CutStyle::kRandom) return text + std::to_string(cut.seed);
  return cut.style == CutStyle::kAllLost ? text : text + std::to_string(cut.which);
}

std::vector<Fate> fates_of(const Cut& cut, size_t loose) {
  std::vector<Fate> fates(loose, Fate::kLost);
  std::mt19937_64 random(cut.seed);
  switch (cut.style) {
    case CutStyle::kAllLost:
      break;
    case CutStyle::kOneLost:
    case CutStyle::kOneTorn:
      std::fill(fates.begin(), fates.end(), Fate::kKept);
      fates.at(cut.which) = cut.style == CutStyle::kOneLost ? Fate::kLost : Fate::kTorn;
      break;
    case CutStyle::kOnlyOneKept:
    case CutStyle::kOnlyOneTorn:
      fates.at(cut.which) = cut.style == CutStyle::kOnlyOneKept ? Fate::kKept : Fate::kTorn;
      break;
    case CutStyle::kRandom:
      for (Fate& fate : fates) fate = static_cast<Fate>(random() % 3);
      break;
  }
  return fates;
}

std::vector<Cut> all_cuts(const std::vector<TraceStep>& trace, size_t from, std::mt19937_64& random) {
  std::vector<Cut> cuts;
  for (size_t end = from + 1; end <= trace.size(); ++end) {
    const size_t loose = Disk(trace, end).loose().size();
    cuts.push_back({end, CutStyle::kAllLost, 0, random()});
    for (const CutStyle style :
         {CutStyle::kOneLost, CutStyle::kOneTorn, CutStyle::kOnlyOneKept, CutStyle::kOnlyOneTorn})
      for (size_t which = 0; which < loose; ++which) cuts.push_back({end, style, which, random()});
    for (size_t i = 0; loose > 1 && i < kRandomCuts; ++i) cuts.push_back({end, CutStyle::kRandom, 0, random()});
  }
  std::shuffle(cuts.begin(), cuts.end(), random);
  return cuts;
}

std::string judge_cut(Folder& folder, const std::string& name, const std::vector<TraceStep>& trace, const Cut& cut) {
  const Disk disk(trace, cut.end);
  const std::string root = folder.fresh(name);
  disk.make(root, fates_of(cut, disk.loose().size()), cut.seed, cut.style == CutStyle::kRandom);
  const std::string promises = promises_of(trace, cut.end);
  const std::string wrong = run_judge(root, seed(), promises);
  if (wrong.empty()) {
    folder.remove(name);
    return "";
  }
  folder.keep();
  return wrong + "\n" + describe(cut) + "; what was left (and then judged) is in " + root + "\n" + promises;
}

std::vector<TraceStep> record_worker(Folder& folder, uint64_t kill_at) {
  const WorkerRun run = run_worker(folder / "recorded", seed(), {kill_at, false}, folder / "trace");
  if (!run.killed && run.status != 0) throw std::runtime_error(run.promises);
  return read_trace(folder / "trace");
}

}  // namespace custody::fault
