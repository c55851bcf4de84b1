#include "projections/attested_check.h"

#include <algorithm>
#include <map>

#include "projections/query/question.h"
#include "projections/store/view_tree.h"

namespace custody {
namespace {

using Rounds = std::map<uint64_t, std::vector<uint64_t>>;  // number to sizes

// The rounds that the attestations speak of, as far as they stand before them.
Rounds rounds_of(const ViewSnapshot& snapshot, const std::vector<AttestedAnswer>& stated) {
  Rounds rounds;
  for (const AttestedAnswer& answer : stated)
    if (const auto round = find_round(snapshot, answer.round))
      if (parse_ref(round->ref)->seq < parse_ref(answer.ref)->seq) rounds[answer.round] = round->sizes;
  return rounds;
}

void check_view(const ViewSnapshot& snapshot, View view, bool all, const std::function<void(uint64_t)>& read,
                AttestedChecks& out) {
  std::vector<AttestedAnswer> stated = find_attested(snapshot, view);
  out.other_rules += std::erase_if(stated, [](const AttestedAnswer& answer) { return answer.rules != kViewRules; });
  if (stated.empty()) return;
  if (!all) {
    const uint64_t newest = stated.back().round;
    out.older += std::erase_if(stated, [&](const AttestedAnswer& answer) { return answer.round != newest; });
  }
  const Rounds rounds = rounds_of(snapshot, stated);
  std::vector<std::vector<uint64_t>> positions;
  for (const auto& [round, sizes] : rounds) positions.push_back(sizes);
  const std::vector<ViewRoot> roots = roots_at(snapshot, view, positions, read);
  for (AttestedAnswer& answer : stated) {
    AttestedCheck check{std::move(answer), false, std::nullopt};
    if (const auto round = rounds.find(check.stated.round); round != rounds.end()) {
      const ViewRoot& root = roots[static_cast<size_t>(std::distance(rounds.begin(), round))];
      check.holds = root.rows == check.stated.rows && root.root == check.stated.root;
      check.replayed = ViewDigest{std::string(view_name(view)), root.rows, root.root};
    }
    out.checked.push_back(std::move(check));
  }
}

}  // namespace

bool AttestedChecks::all_hold() const {
  return std::ranges::all_of(checked, &AttestedCheck::holds);
}

AttestedChecks check_attested(const ViewSnapshot& snapshot, bool all, const std::function<void(uint64_t)>& read) {
  AttestedChecks checks;
  for (View view : kAllViews) check_view(snapshot, view, all, read, checks);
  return checks;
}

}  // namespace custody
