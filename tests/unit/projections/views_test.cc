// What is asked of the views, and what they answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/event/bodies_motion.h"
#include "ledger/event/bodies_policy.h"
#include "ledger/event/bodies_registry.h"
#include "tests/unit/base/caught_error.h"
#include "tests/unit/projections/world.h"

namespace custody {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t at(int64_t second) {
  return kBegin + second * kSecond;
}

Told erased(uint32_t subject, const std::vector<std::string>& fields, int64_t time_us) {
  DataErased body;
  body.cause = "request";
  body.all = true;
  if (!fields.empty()) body.fields.emplace();
  for (const std::string& name : fields) body.fields->items.emplace_back(name);
  return told(body, subject, time_us);
}

// "name 10-30 replaced"
std::vector<std::string> spans(const FieldsAnswer& answer) {
  std::vector<std::string> out;
  for (const FieldVersion& version : answer.versions) {
    const auto second = [](const Instant& instant) { return std::to_string((instant.us - kBegin) / kSecond); };
    out.push_back(version.field + " " + second(version.from) + "-" +
                  (version.until ? second(*version.until) + " " + *version.ended_how : ""));
  }
  return out;
}

class ViewsTest : public testing::Test {
 protected:
  const Views& fold() {
    if (!projector_) projector_ = world_.projector();
    world_.flush();
    fold_all(*projector_, world_);
    return projector_->views();
  }
  World world_{2};
  std::unique_ptr<Projector> projector_;
};

TEST_F(ViewsTest, VersionsOfFieldsStandFromOneEventToTheNext) {
  world_.seal(collected(1, {"email", "name"}, at(10)));
  world_.seal(collected(1, {"name"}, at(30)));
  world_.seal(collected(2, {"name"}, at(35)));
  world_.round(at(40));
  world_.seal(collected(1, {"name"}, at(20)));  // late
  world_.seal(erased(1, {"email"}, at(50)));
  world_.round(at(60));
  world_.seal(erased(1, {}, at(70)));
  world_.seal(collected(1, {"email"}, at(80)));
  world_.round(at(90));
  const Views& views = fold();
  EXPECT_THAT(spans(views.fields(subject_of(1), at_round(1))),
              ElementsAre("email 10-", "name 10-30 replaced", "name 30-"));
  EXPECT_THAT(spans(views.fields(subject_of(1), at_round(2))),
              ElementsAre("email 10-50 erased", "name 10-20 replaced", "name 20-30 replaced", "name 30-"));
  EXPECT_THAT(spans(views.fields(subject_of(1))), ElementsAre("email 10-50 erased", "email 80-", "name 10-20 replaced",
                                                              "name 20-30 replaced", "name 30-70 erased"));
  const FieldsAnswer answer = views.fields(subject_of(1), at_round(1));
  EXPECT_EQ(answer.versions[1].ref, "1:0");
  EXPECT_EQ(answer.versions[1].ended_by, "1:1");
  EXPECT_EQ(answer.versions[1].actor, "person:anna");
  EXPECT_TRUE(views.fields(subject_of(99)).versions.empty());
}

TEST_F(ViewsTest, ATimelineHasEveryEventOfTheCustomerInPages) {
  for (int i = 0; i < 25; ++i) {
    world_.seal(read_by("person:anna", 1, at(i)));
    world_.seal(read_by("person:bert", 2, at(i)));
  }
  world_.round(at(100));
  world_.seal(read_by("person:cleo", 1, at(101)));
  const Views& views = fold();
  std::vector<std::string> refs;
  Page page{"", 7};
  for (int pages = 0;; ++pages) {
    ASSERT_LT(pages, 5);
    const TimelineAnswer answer = views.timeline(subject_of(1), {}, page);
    EXPECT_EQ(answer.position.round, 1u);
    EXPECT_LE(answer.events.size(), 7u);
    for (const EventAnswer& event : answer.events) refs.push_back(event.ref);
    if (!answer.next) break;
    page.from = *answer.next;
  }
  ASSERT_EQ(refs.size(), 25u) << "what no round covers is not there yet";
  for (size_t i = 0; i < refs.size(); ++i) EXPECT_EQ(refs[i], "1:" + std::to_string(2 * i));
  EXPECT_EQ(views.timeline(subject_of(1), at_frontier()).events.back().actor, "person:cleo");
  const TimelineAnswer tail = views.timeline_tail(subject_of(1), 2);
  EXPECT_EQ(tail.events[0].ref, "1:46");
  EXPECT_EQ(tail.events[1].ref, "1:48");
  EXPECT_THAT(to_json_text(tail), HasSubstr(R"("ref":"1:46")"));
  EXPECT_EQ(error_of([&] { views.timeline(subject_of(1), {}, {"x", 5}); }).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of([&] { views.timeline(subject_of(1), {}, {"", 0}); }).code, ErrorCode::kUsage);
}

TEST(Activity, PagesInBothDirectionsGiveTheWholeOnce) {
  World world(4);
  for (const Told& event : random_story(77, 200)) world.seal(event);
  world.round(at(1000));
  const auto projector = world.projector();
  fold_all(*projector, world);
  const Views& views = projector->views();
  const ActivityAnswer whole = views.activity(ActivityBy::kActor, "person:anna", {}, {"", 10'000});
  ASSERT_GT(whole.events.size(), 30u);
  for (size_t i = 1; i < whole.events.size(); ++i) EXPECT_LE(whole.events[i - 1].time.us, whole.events[i].time.us);
  const auto paged = [&](bool newest_first) {
    std::vector<std::string> refs;
    Page page{"", 7};
    for (;;) {
      const ActivityAnswer part = newest_first ? views.activity_newest(ActivityBy::kActor, "person:anna", {}, page)
                                               : views.activity(ActivityBy::kActor, "person:anna", {}, page);
      for (const EventAnswer& event : part.events) refs.push_back(event.ref);
      if (!part.next) return refs;
      page.from = *part.next;
    }
  };
  std::vector<std::string> refs;
  for (const EventAnswer& event : whole.events) refs.push_back(event.ref);
  EXPECT_EQ(paged(false), refs);
  std::reverse(refs.begin(), refs.end());
  EXPECT_EQ(paged(true), refs);
  EXPECT_EQ(error_of([&] { views.activity(ActivityBy::kStep, "step:a", {}, {"zz", 5}); }).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of([&] { views.activity(ActivityBy::kStep, ""); }).code, ErrorCode::kUsage);
  EXPECT_TRUE(views.activity(ActivityBy::kStep, "step:nobody").events.empty());
}

TEST_F(ViewsTest, AStepHadTheOwnerThatWasKnownAndInForce) {
  StepRegistered step;
  step.step = "step:intake";
  step.owner = "person:anna";
  step.label = "Intake";
  world_.seal(told(step, std::nullopt, at(10)));
  world_.round(at(11));
  world_.seal(owned("step:intake", "person:bert", at(100), at(20)));  // announced
  world_.round(at(21));
  world_.seal(owned("step:intake", "person:cleo", at(50), at(60)));  // said afterwards
  world_.round(at(61));
  StepClosed closed;
  closed.step = "step:intake";
  world_.seal(told(closed, std::nullopt, at(200)));
  world_.round(at(201));
  const Views& views = fold();
  const auto owner = [&](int64_t second, uint64_t round) {
    return views.step_owner("step:intake", at(second), at_round(round)).owner.value_or("nobody");
  };
  EXPECT_EQ(owner(5, 4), "nobody");
  EXPECT_EQ(owner(10, 1), "person:anna");
  EXPECT_EQ(owner(70, 2), "person:anna");
  EXPECT_EQ(owner(70, 3), "person:cleo");
  EXPECT_EQ(owner(100, 3), "person:bert");
  EXPECT_EQ(owner(250, 3), "person:bert") << "the ledger did not know better";
  EXPECT_EQ(owner(250, 4), "nobody");
  EXPECT_EQ(views.step_owner("step:intake", at(70), at_round(3)).ref, "0:4");

  const auto entry = views.registry_entry("step", "step:intake", at_round(3));
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->versions.size(), 3u);
  EXPECT_THAT(entry->state.text, HasSubstr(R"("owner":"person:cleo")")) << "bert comes at 100, the round closed at 61";
  EXPECT_THAT(entry->state.text, HasSubstr(R"("label":"Intake")"));
  EXPECT_EQ(views.registry_entry("step", "step:intake", at_round(4))->last, "step.closed");
  EXPECT_FALSE(views.registry_entry("step", "step:other"));
  EXPECT_FALSE(views.registry_entry("step", "step:intake", at_round(0)));
}

TEST_F(ViewsTest, TheRegistryListsAKindInPages) {
  for (const char* name : {"person:dora", "person:anna", "person:bert", "person:bertha"}) world_.seal(joined(name));
  PolicyAdopted policy;
  policy.version = "v1";
  policy.rules = "r1";
  world_.seal(told(policy));
  policy.version = "v2";
  policy.rules.reset();
  world_.seal(told(policy, std::nullopt, at(5)));
  const Views& views = fold();
  std::vector<std::string> ids;
  Page page{"", 2};
  for (;;) {
    const RegistryAnswer answer = views.registry("person", at_frontier(), page);
    for (const RegistryEntry& entry : answer.entries) ids.push_back(entry.id);
    if (!answer.next) break;
    page.from = *answer.next;
  }
  EXPECT_THAT(ids, ElementsAre("person:anna", "person:bert", "person:bertha", "person:dora"));
  const auto adopted = views.registry_entry("policy", "policy", at_frontier());
  ASSERT_TRUE(adopted);
  EXPECT_EQ(adopted->versions.size(), 2u);
  EXPECT_THAT(adopted->state.text, HasSubstr(R"("version":"v2")"));
  EXPECT_THAT(adopted->state.text, testing::Not(HasSubstr("r1"))) << "a policy replaces the one before it";
  EXPECT_TRUE(views.registry("device", at_frontier()).entries.empty());
}

TEST_F(ViewsTest, MomentsAreRoundsTimesOrTheFrontier) {
  const Views& empty = fold();
  EXPECT_EQ(empty.resolve({}).round, 0u);
  EXPECT_THAT(empty.resolve({}).sizes, ElementsAre(0u, 0u));
  EXPECT_FALSE(empty.latest_round());

  world_.seal(collected(1, {"name"}));
  world_.round(at(10));
  world_.seal(joined("person:anna"));
  world_.round(at(20));
  world_.round(at(20));
  world_.seal(collected(1, {"email"}));
  const Views& views = fold();
  EXPECT_THAT(views.resolve(at_round(1)).sizes, ElementsAre(0u, 1u));
  EXPECT_THAT(views.resolve(at_round(2)).sizes, ElementsAre(2u, 1u));
  EXPECT_THAT(views.resolve(at_frontier()).sizes, ElementsAre(4u, 2u));
  EXPECT_EQ(views.resolve({}).round, 3u);
  EXPECT_EQ(views.resolve(at_time(at(9))).round, 0u);
  EXPECT_EQ(views.resolve(at_time(at(10))).round, 1u);
  EXPECT_EQ(views.resolve(at_time(at(20) - 1)).round, 1u);
  EXPECT_EQ(views.resolve(at_time(at(20))).round, 3u) << "the last one closed by then";
  EXPECT_EQ(views.resolve(at_time(at(9999))).round, 3u);
  EXPECT_EQ(error_of([&] { views.resolve(at_round(4)); }).code, ErrorCode::kNotFound);
  Moment both = at_round(1);
  both.frontier = true;
  EXPECT_EQ(error_of([&] { views.resolve(both); }).code, ErrorCode::kUsage);

  EXPECT_EQ(views.round_of({1, 0})->round, 1u);
  EXPECT_EQ(views.round_of({0, 0})->round, 2u) << "a round's own record lies in the next one";
  EXPECT_EQ(views.round_of({0, 1})->round, 2u);
  EXPECT_EQ(views.round_of({0, 2})->round, 3u);
  EXPECT_FALSE(views.round_of({1, 1}));
  EXPECT_FALSE(views.round_of({7, 0}));
  EXPECT_EQ(views.latest_round()->ref, "0:3");
}

TEST_F(ViewsTest, WhatIsNotUnderstoodIsFoldedByItsEnvelopeAndCounted) {
  Told newer = collected(1, {"name"});
  newer.version = 7;
  Told broken = collected(1, {"name"});
  broken.body = "no body";
  Told unheard = collected(1, {"name"});
  unheard.type = "data.teleported";
  for (const Told& event : {newer, broken, unheard, unheard}) world_.seal(event);
  const Views& views = fold();
  const TimelineAnswer timeline = views.timeline(subject_of(1), at_frontier());
  ASSERT_EQ(timeline.events.size(), 4u);
  for (const EventAnswer& event : timeline.events) {
    EXPECT_FALSE(event.understood);
    EXPECT_EQ(event.step, "step:intake");
    EXPECT_TRUE(event.values.empty());
  }
  EXPECT_EQ(to_json_text(views.unknown_types()),
            R"([{"type":"data.collected","version":1,"count":1},{"type":"data.collected","version":7,"count":1},)"
            R"({"type":"data.teleported","version":1,"count":2}])");
  EXPECT_TRUE(views.fields(subject_of(1), at_frontier()).versions.empty());
}

}  // namespace
}  // namespace custody
