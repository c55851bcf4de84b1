#include <algorithm>
#include <map>
#include <set>

#include "rules.h"

namespace custody::tidy {
namespace {

// A floor may include those with a smaller number, and itself. Two of the same number do not know each other.
const std::map<std::string, int> kFloors = {
    {"ledger/base", 0}, {"ledger/codec", 1}, {"ledger/event", 2}, {"ledger/proof", 3},   {"ledger/verify", 3},
    {"ledger/keys", 4}, {"ledger/log", 4},   {"ledger/seal", 5},  {"ledger/gateway", 5}, {"projections", 6},
    {"producers", 6},   {"tools", 7},        {"tests", 8},
};

// Narrower than their height: all that they may include besides themselves.
const std::map<std::string, std::set<std::string>> kOnly = {
    {"producers",
     {"ledger/base", "ledger/codec", "ledger/event", "ledger/proof"}},   // a source machine holds no data keys
    {"ledger/verify", {"ledger/base", "ledger/codec", "ledger/event"}},  // shares only these with the writer it judges
};

// Includes that break the order and stay, each with its reason.
const std::set<std::pair<std::string, std::string>> kAllowed = {
    // The gateway gives a receipt once it has read the record back, and judges repeats as the sealer will: both through
    // the sealer's tail and its pure judge, never through the sealer.
    {"ledger/gateway", "ledger/seal/tail.h"},
    {"ledger/gateway", "ledger/seal/intake_judge.h"},
};

// The floor that a path lies on; empty where it is none of the house's.
std::string floor_of(const std::string& path) {
  for (const auto& [floor, height] : kFloors)
    if (path.starts_with(floor + "/")) return floor;
  return {};
}

void judge(const SourceFile& file, size_t line, const std::string& name, Faults& faults) {
  const std::string where = file.path + ":" + std::to_string(line) + ": ";
  const std::string from = floor_of(file.path);
  const std::string to = floor_of(name);
  if (to.empty()) {
    // Tests have helpers beside them; programs' generated and fuzzing parts too.
    if (from != "tests") faults.push_back(where + "include \"" + name + "\" from the root of the tree");
    return;
  }
  if (to == "ledger/keys" && from == "projections" && !file.path.starts_with("projections/private/"))
    faults.push_back(where + "of projections only projections/private may use keys");
  if (from == to || kAllowed.contains({from, name})) return;
  const auto only = kOnly.find(from);
  const bool below = kFloors.at(to) < kFloors.at(from) && (only == kOnly.end() || only->second.contains(to));
  if (!below) faults.push_back(where + from + " may not include " + name);
}

}  // namespace

Faults check_floors(const SourceTree& tree) {
  Faults faults;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp() || floor_of(file.path).empty()) continue;
    static const std::string kMark = "#include \"";
    for (size_t at = file.code.find(kMark); at != std::string::npos; at = file.code.find(kMark, at + 1)) {
      const size_t begin = at + kMark.size();
      judge(file, line_of(file.code, at), file.code.substr(begin, file.code.find('"', begin) - begin), faults);
    }
  }
  return faults;
}

}  // namespace custody::tidy
