// What the ledger attests of its views is compared with the views as they are folded anew, and a false record is named.
#include <gtest/gtest.h>

#include "ledger/event/bodies_ledger.h"
#include "tests/unit/projections/world.h"

namespace custody {
namespace {

using std::chrono::seconds;

class Attested : public testing::TestWithParam<uint32_t> {
 protected:
  Attested() : world_(GetParam()) {
    tell(world_, random_story(17, 200), 3);
    projector_ = world_.projector();
    projector_->start();
  }
  uint64_t newest() {
    EXPECT_TRUE(projector_->wait_until(world_.sizes(), seconds(60)));
    return projector_->views().resolve({}).round;
  }
  // What is true of the view at the round.
  ViewAttested truth(std::string_view view, uint64_t round) {
    ViewAttested body;
    body.view = view;
    body.rules = kViewRules;
    body.round = round;
    for (const ViewDigest& digest : projector_->views().digests(at_round(round)).views)
      if (digest.view == view) {
        body.rows = digest.rows;
        body.root = digest.root;
      }
    return body;
  }
  Ref state(const ViewAttested& body) {
    Told event = told(body);
    event.source = "custody:projector";
    event.actor = "system:custody";
    const Ref ref = world_.seal(event);
    world_.flush();
    EXPECT_TRUE(projector_->wait_until(world_.sizes(), seconds(60)));
    return ref;
  }

  World world_;
  std::unique_ptr<Projector> projector_;
};

TEST_P(Attested, TrueOnesHold) {
  const uint64_t round = newest();
  state(truth("archives", round - 1));
  const Ref second = state(truth("archives", round));
  state(truth("activity", round));
  const RebuildReport newest_only = projector_->rebuild();
  ASSERT_TRUE(newest_only.swapped);
  EXPECT_TRUE(newest_only.attested.all_hold());
  EXPECT_EQ(newest_only.attested.checked.size(), 2u);
  EXPECT_EQ(newest_only.attested.older, 1u);
  const auto shown = projector_->views().attested(View::kArchives);
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_EQ(shown[1].ref, to_text(second));
  const RebuildReport all = projector_->rebuild({}, true);
  EXPECT_TRUE(all.attested.all_hold());
  EXPECT_EQ(all.attested.checked.size(), 3u);
  EXPECT_EQ(all.attested.older, 0u);
}

TEST_P(Attested, AFalseOneIsNamed) {
  const uint64_t round = newest();
  ViewAttested root = truth("activity", round);
  root.root[7] ^= 1;
  ViewAttested rows = truth("archives", round);
  rows.rows = rows.rows + 1;
  ViewAttested future = truth("rounds", round);
  future.round = round + 5;
  const std::vector<Ref> lies = {state(rows), state(root), state(future)};
  state(truth("registry", round));
  const RebuildReport report = projector_->rebuild({}, true);
  EXPECT_TRUE(report.swapped) << "the views are right, the statements are not";
  std::vector<std::string> named;
  for (const AttestedCheck& check : report.attested.checked)
    if (!check.holds) named.push_back(check.stated.ref);
  EXPECT_EQ(named, (std::vector<std::string>{to_text(lies[0]), to_text(lies[1]), to_text(lies[2])}));
  EXPECT_FALSE(report.attested.all_hold());
}

// A lie about the past is found as well, where all are checked.
TEST_P(Attested, AnOlderFalseOneIsFoundAmongAll) {
  const uint64_t round = newest();
  ViewAttested lie = truth("archives", round - 1);
  lie.root[0] ^= 1;
  const Ref ref = state(lie);
  state(truth("archives", round));
  EXPECT_TRUE(projector_->rebuild().attested.all_hold());
  const RebuildReport report = projector_->rebuild({}, true);
  ASSERT_EQ(report.attested.checked.size(), 2u);
  EXPECT_EQ(report.attested.checked[0].stated.ref, to_text(ref));
  EXPECT_FALSE(report.attested.checked[0].holds);
  EXPECT_TRUE(report.attested.checked[1].holds);
}

TEST_P(Attested, OtherRulesCannotBeJudgedAndOutsidersSayNothing) {
  const uint64_t round = newest();
  ViewAttested other = truth("archives", round);
  other.rules = "custody-views-1";
  state(other);
  Told outsider = told(truth("archives", round));
  world_.seal(outsider);
  world_.flush();
  EXPECT_TRUE(projector_->wait_until(world_.sizes(), seconds(60)));
  const RebuildReport report = projector_->rebuild({}, true);
  EXPECT_TRUE(report.attested.checked.empty());
  EXPECT_EQ(report.attested.other_rules, 1u);
}
INSTANTIATE_TEST_SUITE_P(Shards, Attested, testing::Values(1u, 3u));

}  // namespace
}  // namespace custody
