// A power cut: where the recording ends, and what becomes of the changes that are not certain there.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/fault/disk.h"
#include "tests/fault/folder.h"

namespace custody::fault {

enum class CutStyle { kAllLost, kOneLost, kOneTorn, kOnlyOneKept, kOnlyOneTorn, kRandom };

struct Cut {
  size_t end = 0;
  CutStyle style = CutStyle::kAllLost;
  size_t which = 0;   // of the styles with one
  uint64_t seed = 0;  // tears, and decides where the style does not
};

std::string describe(const Cut& cut);
std::vector<Fate> fates_of(const Cut& cut, size_t loose);

// Every cut of the steps from `from` on that can differ: at each step every loose change lost, torn, alone kept, alone
// torn, and some at random; in an order of the generator.
std::vector<Cut> all_cuts(const std::vector<TraceStep>& trace, size_t from, std::mt19937_64& random);

// Makes the disk of the cut in folder / name and has it judged. Where there is a complaint, the disk stays there.
std::string judge_cut(Folder& folder, const std::string& name, const std::vector<TraceStep>& trace, const Cut& cut);

// Runs the worker in folder / "recorded" until it ends or is killed at a call, and appends to the recording.
std::vector<TraceStep> record_worker(Folder& folder, uint64_t kill_at);

}  // namespace custody::fault
