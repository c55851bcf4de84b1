#include "projections/query/views.h"

#include "projections/query/question.h"
#include "projections/store/view_tree.h"

namespace custody {

std::string_view activity_by_name(ActivityBy by) {
  switch (by) {
    case ActivityBy::kActor:
      return "actor";
    case ActivityBy::kStep:
      return "step";
    case ActivityBy::kSource:
      return "source";
    case ActivityBy::kDataset:
      return "dataset";
    case ActivityBy::kOperation:
      return "operation";
  }
  return "";
}

std::optional<ActivityBy> parse_activity_by(std::string_view name) {
  for (ActivityBy by :
       {ActivityBy::kActor, ActivityBy::kStep, ActivityBy::kSource, ActivityBy::kDataset, ActivityBy::kOperation})
    if (activity_by_name(by) == name) return by;
  return std::nullopt;
}

Views::Views(std::function<std::shared_ptr<const ViewStore>()> store) : store_(std::move(store)) {}

Position Views::resolve(const Moment& moment) const {
  return Question(store_(), moment).position();
}

std::optional<RoundAnswer> Views::latest_round() const {
  return newest_round(ViewSnapshot(store_()));
}

std::optional<RoundAnswer> Views::round(uint64_t number) const {
  return find_round(ViewSnapshot(store_()), number);
}

std::optional<RoundAnswer> Views::round_of(const Ref& ref) const {
  const ViewSnapshot snapshot(store_());
  if (ref.shard >= snapshot.shards()) return std::nullopt;
  return first_round(snapshot, [&](const RoundAnswer& round) {
    return ref.shard < round.sizes.size() && round.sizes[ref.shard] > ref.seq;
  });
}

std::vector<AttestedAnswer> Views::attested(View view, std::optional<uint64_t> round) const {
  return find_attested(ViewSnapshot(store_()), view, round);
}

std::optional<RoundAnswer> Views::first_round_from(int64_t time_us) const {
  return first_round(ViewSnapshot(store_()), [&](const RoundAnswer& round) { return round.closed_at.us >= time_us; });
}

DigestsAnswer Views::digests(const Moment& moment) const {
  const Question question(store_(), moment);
  DigestsAnswer answer{question.position(), {}};
  for (View view : kAllViews) {
    const ViewTree tree = ViewTree::of(question.snapshot(), view, question.position().sizes);
    answer.views.push_back({std::string(view_name(view)), tree.rows(), tree.root()});
  }
  return answer;
}

std::vector<UnknownType> Views::unknown_types() const {
  const std::shared_ptr<const ViewStore> store = store_();
  UnknownCounts all;
  for (uint32_t shard = 0; shard < store->shards(); ++shard)
    for (const auto& [type, count] : store->shard(shard).unknown()) all[type] += count;
  std::vector<UnknownType> answer;
  for (const auto& [type, count] : all) answer.push_back({type.first, type.second, count});
  return answer;
}

}  // namespace custody
