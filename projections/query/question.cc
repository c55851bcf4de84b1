#include "projections/query/question.h"

namespace custody {
namespace {

Instant utc(int64_t us) {
  return {us, 0};
}

RoundAnswer round_answer(std::string_view key, std::string_view value) {
  const auto row = from_canonical<RoundRow>(value);
  return {round_of_key(key), to_text(Ref{0, seq_of_key(key)}), row.id, utc(row.closed_at_us), row.sizes};
}

// The first shard that has not reached the round, if one has not.
std::optional<uint32_t> missing_shard(const ViewSnapshot& snapshot, const RoundAnswer& round) {
  for (uint32_t shard = 0; shard < snapshot.shards(); ++shard)
    if (shard >= round.sizes.size() || snapshot.sizes()[shard] < round.sizes[shard]) return shard;
  return std::nullopt;
}

Position position_of(const RoundAnswer& round) {
  return {round.round, round.closed_at, false, round.sizes};
}

Position beginning(const ViewSnapshot& snapshot) {
  return {0, std::nullopt, false, std::vector<uint64_t>(snapshot.shards(), 0)};
}

Position newest_complete(const ViewSnapshot& snapshot) {
  const auto incomplete =
      first_round(snapshot, [&](const RoundAnswer& round) { return missing_shard(snapshot, round).has_value(); });
  const auto newest = incomplete ? find_round(snapshot, incomplete->round - 1) : newest_round(snapshot);
  return newest ? position_of(*newest) : beginning(snapshot);
}

Position complete(const ViewSnapshot& snapshot, const RoundAnswer& round) {
  const auto missing = missing_shard(snapshot, round);
  if (!missing) return position_of(round);
  if (*missing >= round.sizes.size())
    throw Error(ErrorCode::kStore,
                "round " + std::to_string(round.round) + " does not cover shard " + std::to_string(*missing));
  throw Error(ErrorCode::kUnavailable, "the views have not reached round " + std::to_string(round.round) + ": shard " +
                                           std::to_string(*missing) + " has " +
                                           std::to_string(snapshot.sizes()[*missing]) + " of " +
                                           std::to_string(round.sizes[*missing]) + " records folded");
}

Position at_round(const ViewSnapshot& snapshot, uint64_t number) {
  if (number == 0) return beginning(snapshot);
  if (const auto round = find_round(snapshot, number)) return complete(snapshot, *round);
  const auto newest = newest_round(snapshot);
  throw Error(ErrorCode::kNotFound, "there is no round " + std::to_string(number) +
                                        "; the newest that the views know is " +
                                        (newest ? std::to_string(newest->round) : "none"));
}

// At or after the newest round's time the answer is whatever is complete now; before it, it must never change.
Position at_time(const ViewSnapshot& snapshot, int64_t time_us) {
  const auto newest = newest_round(snapshot);
  if (time_us < 0 || !newest) return beginning(snapshot);
  if (time_us >= newest->closed_at.us) return newest_complete(snapshot);
  LmdbCursor cursor = snapshot.cursor(0, View::kRounds);
  const bool before = cursor.seek(round_time_bound(time_us)) ? cursor.prev() : cursor.last();
  if (!before || !is_round_time_key(cursor.key())) return beginning(snapshot);
  return at_round(snapshot, round_of_time_key(cursor.key()));
}

Position resolve_in(const ViewSnapshot& snapshot, const Moment& moment) {
  if ((moment.round ? 1 : 0) + (moment.time_us ? 1 : 0) + (moment.frontier ? 1 : 0) > 1)
    throw Error(ErrorCode::kUsage, "a moment is a round, a time or the frontier, one of them");
  if (moment.round) return at_round(snapshot, *moment.round);
  if (moment.time_us) return at_time(snapshot, *moment.time_us);
  Position position = newest_complete(snapshot);
  if (moment.frontier) {
    position.frontier = true;
    position.sizes = snapshot.sizes();
  }
  return position;
}

}  // namespace

Question::Question(std::shared_ptr<const ViewStore> store, const Moment& moment)
    : snapshot_(std::move(store)), position_(resolve_in(snapshot_, moment)) {}

std::optional<RoundAnswer> find_round(const ViewSnapshot& snapshot, uint64_t number) {
  LmdbCursor cursor = snapshot.cursor(0, View::kRounds);
  if (!cursor.seek(round_prefix(number)) || !is_round_key(cursor.key()) || round_of_key(cursor.key()) != number)
    return std::nullopt;
  return round_answer(cursor.key(), cursor.value());
}

std::optional<RoundAnswer> newest_round(const ViewSnapshot& snapshot) {
  LmdbCursor cursor = snapshot.cursor(0, View::kRounds);
  const bool found = cursor.seek(round_table_end()) ? cursor.prev() : cursor.last();
  if (!found || !is_round_key(cursor.key())) return std::nullopt;
  return round_answer(cursor.key(), cursor.value());
}

std::optional<RoundAnswer> first_round(const ViewSnapshot& snapshot,
                                       const std::function<bool(const RoundAnswer&)>& holds) {
  const auto newest = newest_round(snapshot);
  if (!newest || !holds(*newest)) return std::nullopt;
  uint64_t low = 1;
  RoundAnswer best = *newest;
  while (low < best.round) {
    const uint64_t middle = low + (best.round - low) / 2;
    const auto round = find_round(snapshot, middle);
    if (round && holds(*round))
      best = *round;
    else
      low = middle + 1;
  }
  return best;
}

std::vector<AttestedAnswer> find_attested(const ViewSnapshot& snapshot, View view, std::optional<uint64_t> round) {
  std::vector<AttestedAnswer> all;
  std::string prefix = attested_prefix(view_name(view));
  if (round) append_be64(prefix, *round);
  LmdbCursor cursor = snapshot.cursor(0, View::kRounds);
  for (bool found = cursor.seek(prefix); found && cursor.key().starts_with(prefix); found = cursor.next()) {
    auto row = from_canonical<AttestedRow>(cursor.value());
    all.push_back({to_text(Ref{0, seq_of_key(cursor.key())}), row.id, std::string(view_name(view)),
                   std::move(row.rules), attested_round_of_key(cursor.key()), row.rows, row.root});
  }
  return all;
}

std::optional<std::string> stated(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

EventAnswer event_answer(uint32_t shard, uint64_t seq, const EventSummary& summary) {
  EventAnswer out;
  out.ref = to_text(Ref{shard, seq});
  out.id = summary.id;
  out.type = summary.type;
  out.version = summary.version;
  out.time = summary.time;
  out.received_at = utc(summary.received_at_us);
  out.sealed_at = utc(summary.sealed_at_us);
  out.source = summary.source;
  out.actor = stated(summary.actor);
  out.principal = stated(summary.principal);
  out.step = stated(summary.step);
  out.grant = stated(summary.grant);
  out.purpose = stated(summary.purpose);
  out.device = stated(summary.device);
  out.place = stated(summary.place);
  out.dataset = stated(summary.dataset);
  if (!summary.operation.empty()) out.operation = summary.operation;
  if (!summary.subject.empty()) out.subject = summary.subject;
  out.values.assign(summary.values.begin(), summary.values.end());
  out.fields.assign(summary.fields.begin(), summary.fields.end());
  out.to = stated(summary.to);
  out.mode = stated(summary.mode);
  out.rows = summary.rows;
  out.understood = summary.understood;
  return out;
}

EventAnswer event_answer(uint32_t shard, uint64_t seq, std::string_view summary_bytes) {
  return event_answer(shard, seq, from_canonical<EventSummary>(summary_bytes));
}

void check_limit(size_t limit) {
  if (limit < 1 || limit > 10'000)
    throw Error(ErrorCode::kUsage, "limit is " + std::to_string(limit) + "; it must be 1 to 10000");
}

}  // namespace custody
