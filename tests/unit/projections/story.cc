// Stories for the views, and everything the views say about them.
#include <map>
#include <random>

#include "ledger/event/bodies_archive.h"
#include "ledger/event/bodies_motion.h"
#include "ledger/event/bodies_permission.h"
#include "ledger/event/bodies_registry.h"
#include "tests/unit/projections/world.h"

namespace custody {
namespace {

constexpr uint32_t kCustomers = 9;
const std::vector<std::string> kPeople = {"person:anna", "person:bert", "person:cleo"};
const std::vector<std::string> kSteps = {"step:intake", "step:billing"};
const std::vector<std::string> kSources = {"urn:crm", "urn:shop", "urn:db"};
const std::vector<std::string> kDatasets = {"dataset:orders", "dataset:backup"};
const std::vector<std::string> kFields = {"address", "email", "name", "phone"};

class Teller {
 public:
  explicit Teller(uint64_t seed) : random_(seed) {}
  Told next() {
    Told event = any();
    event.source_id = "story-" + std::to_string(told_++);
    event.source = pick(kSources);
    event.actor = pick(kPeople);
    event.step = event.type.starts_with("data") ? pick(kSteps) : "";
    event.time_us = kBegin + static_cast<int64_t>(below(500)) * kSecond;
    return event;
  }

 private:
  uint64_t below(uint64_t bound) { return random_() % bound; }
  const std::string& pick(const std::vector<std::string>& from) { return from[below(from.size())]; }
  uint32_t customer() { return static_cast<uint32_t>(below(kCustomers)); }
  std::vector<std::string> some_fields() {
    std::vector<std::string> some;
    for (const std::string& field : kFields)
      if (below(2) == 0) some.push_back(field);
    if (some.empty()) some.push_back(kFields.front());
    return some;
  }
  FieldNames field_names() {
    FieldNames names;
    for (const std::string& field : some_fields()) names.items.emplace_back(field);
    return names;
  }

  Told any() {
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        return collected(customer(), some_fields());
      case 3:
      case 4: {
        DataAccessed body;
        body.mode = "read";
        body.fields = field_names();
        if (below(2) == 0) body.dataset = DatasetId(pick(kDatasets));
        return told(body, customer());
      }
      case 5: {
        DatasetFilled body;
        body.dataset = pick(kDatasets);
        body.fields = field_names();
        body.count.known = below(1000);
        return told(body);
      }
      case 6: {
        DataErased body;
        body.cause = "expiry";
        if (below(3) == 0)
          body.holders = SetOf<HolderId>{"person:bert"};
        else
          body.all = true;
        if (below(2) == 0) body.fields = field_names();
        return told(body, customer());
      }
      case 7: {
        StepOwnerAssigned body;
        body.step = pick(kSteps);
        body.owner = pick(kPeople);
        if (below(2) == 0) body.effective = Instant{kBegin + static_cast<int64_t>(below(900)) * kSecond, 0};
        return told(body);
      }
      case 8: {
        PersonAssigned body;
        body.person = pick(kPeople);
        body.department = DepartmentId(below(2) == 0 ? "dept:sales" : "dept:it");
        return told(body);
      }
      default: {
        Told unknown = collected(customer(), {"name"});
        unknown.type = below(2) == 0 ? "data.teleported" : "archive.transferred";
        unknown.version = 9;
        unknown.body = "not a body";
        return unknown;
      }
    }
  }

  std::mt19937_64 random_;
  uint64_t told_ = 0;
};

void plain(EventAnswer& event) {
  event.ref = to_text(event.id);
  event.sealed_at = {};
}

template <class Answer>
void print(std::string& out, Answer answer) {
  answer.position = {};
  out += to_json_text(answer) + "\n";
}

}  // namespace

std::vector<Told> random_story(uint64_t seed, size_t events) {
  Teller teller(seed);
  std::vector<Told> story;
  for (size_t i = 0; i < events; ++i) story.push_back(teller.next());
  return story;
}

std::string lane_of(const Told& event) {
  if (event.subject) return "customer " + std::to_string(*event.subject);
  return event.type.starts_with("data") ? "source " + event.source : "registry";
}

std::vector<Told> interleaved(const std::vector<Told>& events, uint64_t seed) {
  std::map<std::string, std::vector<const Told*>> lanes;
  for (const Told& event : events) lanes[lane_of(event)].push_back(&event);
  std::vector<std::vector<const Told*>> open;
  for (auto& [name, lane] : lanes) open.emplace_back(lane.rbegin(), lane.rend());
  std::mt19937_64 random(seed);
  std::vector<Told> order;
  while (!open.empty()) {
    auto& lane = open[random() % open.size()];
    order.push_back(*lane.back());
    lane.pop_back();
    if (lane.empty()) std::swap(lane, open.back()), open.pop_back();
  }
  return order;
}

void tell(World& world, const std::vector<Told>& story, uint64_t order_seed) {
  const size_t step = story.size() / kSegments;
  for (size_t segment = 0; segment < kSegments; ++segment) {
    const auto begin = story.begin() + static_cast<std::ptrdiff_t>(segment * step);
    const std::vector<Told> part(begin,
                                 segment + 1 == kSegments ? story.end() : begin + static_cast<std::ptrdiff_t>(step));
    std::mt19937_64 random(order_seed + segment);
    for (const Told& event : interleaved(part, order_seed + segment)) {
      world.seal(event);
      if (random() % 16 == 0) world.flush();
    }
    world.round(kBegin + static_cast<int64_t>(1000 * (segment + 1)) * kSecond);
  }
}

std::string all_answers(const Views& views, const Moment& moment) {
  std::string out;
  for (uint32_t customer = 0; customer < kCustomers; ++customer) {
    TimelineAnswer timeline = views.timeline(subject_of(customer), moment, {.from = "", .limit = 10'000});
    timeline.next.reset();
    for (EventAnswer& event : timeline.events) plain(event);
    print(out, timeline);
    FieldsAnswer fields = views.fields(subject_of(customer), moment);
    for (FieldVersion& version : fields.versions) {
      version.ref = to_text(version.id);
      if (version.ended_by) version.ended_by = to_text(*version.ended_by_id);
    }
    print(out, fields);
  }
  const auto activity = [&](ActivityBy by, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      ActivityAnswer answer = views.activity(by, name, moment, {.from = "", .limit = 10'000});
      for (EventAnswer& event : answer.events) plain(event);
      print(out, answer);
    }
  };
  activity(ActivityBy::kActor, kPeople);
  activity(ActivityBy::kStep, kSteps);
  activity(ActivityBy::kSource, kSources);
  activity(ActivityBy::kDataset, kDatasets);
  for (const char* kind : {"step", "person"}) {
    RegistryAnswer registry = views.registry(kind, moment, {}, kBegin + 600 * kSecond);
    for (RegistryEntry& entry : registry.entries)
      for (RegistryVersion& version : entry.versions) version.ref = to_text(version.id);
    print(out, registry);
  }
  for (const std::string& step : kSteps)
    for (int64_t at : {100, 400, 800}) {
      OwnerAnswer owner = views.step_owner(step, kBegin + at * kSecond, moment);
      if (owner.id) owner.ref = to_text(*owner.id);
      print(out, owner);
    }
  return out;
}

}  // namespace custody
