// Who did what, where: rows of all shards merged into the order of their keys.
#include "projections/query/question.h"
#include "projections/views/activity.h"

namespace custody {
namespace {

// Behind the prefix of every activity row: time, half an id, seq.
constexpr size_t kTailBytes = 24;

// Where a row stands among the rows of all shards.
struct Place {
  std::string tail;
  uint32_t shard = 0;
  auto operator<=>(const Place&) const = default;
};

std::string token_of(const Place& place) {
  std::string bytes = place.tail;
  bytes.push_back(static_cast<char>(place.shard));
  return to_hex(bytes);
}

Place parse_token(const std::string& token) {
  std::string bytes;
  try {
    bytes = from_hex(token);
  } catch (const Error&) {  // said below
  }
  if (bytes.size() != kTailBytes + 1) throw Error(ErrorCode::kUsage, "`from` is none of an activity: " + token);
  return {bytes.substr(0, kTailBytes), static_cast<uint8_t>(bytes[kTailBytes])};
}

// The rows of one name in one shard, in one direction, those before the position.
class Rows {
 public:
  Rows(const Question& question, uint32_t shard, std::string prefix, bool newest_first)
      : question_(question),
        shard_(shard),
        prefix_(std::move(prefix)),
        newest_first_(newest_first),
        cursor_(question.snapshot().cursor(shard, View::kActivity)) {}

  // Goes to the first row at or behind `from` in the direction.
  void begin(const std::optional<Place>& from) {
    const std::string start = from ? prefix_ + from->tail : prefix_;
    if (!newest_first_) {
      settle(cursor_.seek(start));
    } else {
      const std::string above = from ? start + std::string(1, '\0') : prefix_ + std::string(kTailBytes + 1, '\xff');
      settle(cursor_.seek(above) ? cursor_.prev() : cursor_.last());
    }
    if (!from) return;
    while (valid_ && (newest_first_ ? place() > *from : place() < *from)) advance();
  }
  void advance() { settle(step()); }
  bool valid() const { return valid_; }
  const Place& place() const { return place_; }

 private:
  bool step() { return newest_first_ ? cursor_.prev() : cursor_.next(); }
  void settle(bool found) {
    while (found && cursor_.key().starts_with(prefix_) && cursor_.key().size() == prefix_.size() + kTailBytes &&
           !question_.counts(shard_, cursor_.key()))
      found = step();
    valid_ = found && cursor_.key().starts_with(prefix_) && cursor_.key().size() == prefix_.size() + kTailBytes;
    if (valid_) place_ = {std::string(cursor_.key().substr(prefix_.size())), shard_};
  }

  const Question& question_;
  uint32_t shard_;
  std::string prefix_;
  bool newest_first_;
  LmdbCursor cursor_;
  bool valid_ = false;
  Place place_;
};

Rows* next_of(std::vector<Rows>& shards, bool newest_first) {
  Rows* next = nullptr;
  for (Rows& rows : shards)
    if (rows.valid() &&
        (next == nullptr || (newest_first ? rows.place() > next->place() : rows.place() < next->place())))
      next = &rows;
  return next;
}

EventAnswer event_at(const Question& question, const Place& place) {
  const uint64_t seq = seq_of_key(place.tail);
  const auto row = question.snapshot().get(place.shard, View::kActivity, activity_event_key(seq));
  if (!row) throw Error(ErrorCode::kStore, "the view activity lacks event " + to_text(Ref{place.shard, seq}));
  return event_answer(place.shard, seq, *row);
}

ActivityAnswer ask(std::shared_ptr<const ViewStore> store, ActivityBy by, std::string_view name, const Moment& moment,
                   const Page& page, bool newest_first) {
  check_limit(page.limit);
  if (name.empty() || name.size() > 255)
    throw Error(ErrorCode::kUsage, "the name of the " + std::string(activity_by_name(by)) + " must be 1 to 255 bytes");
  std::optional<Place> from;
  if (!page.from.empty()) from = parse_token(page.from);
  const Question question(std::move(store), moment);
  ActivityAnswer answer{question.position(), std::string(activity_by_name(by)), std::string(name), {}, {}};
  std::vector<Rows> shards;
  shards.reserve(question.snapshot().shards());
  for (uint32_t shard = 0; shard < question.snapshot().shards(); ++shard)
    shards.emplace_back(question, shard, activity_prefix(by, name), newest_first).begin(from);
  while (Rows* rows = next_of(shards, newest_first)) {
    if (answer.events.size() == page.limit) {
      answer.next = token_of(rows->place());
      break;
    }
    answer.events.push_back(event_at(question, rows->place()));
    rows->advance();
  }
  return answer;
}

}  // namespace

ActivityAnswer Views::activity(ActivityBy by, std::string_view name, const Moment& moment, const Page& page) const {
  return ask(store_(), by, name, moment, page, false);
}

ActivityAnswer Views::activity_newest(ActivityBy by, std::string_view name, const Moment& moment,
                                      const Page& page) const {
  return ask(store_(), by, name, moment, page, true);
}

}  // namespace custody
