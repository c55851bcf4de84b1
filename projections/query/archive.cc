// The customer's archive: timeline and versions of fields.
#include <algorithm>
#include <map>

#include "projections/query/question.h"
#include "projections/views/archives.h"

namespace custody {
namespace {

uint32_t shard_of_subject(const ViewSnapshot& snapshot, const SubjectId& subject) {
  return shard_of("data.collected", subject, "", snapshot.shards());
}

struct Change {
  int64_t time_us;
  uint64_t seq;
  FieldChange what;
  bool operator<(const Change& other) const { return std::tie(time_us, seq) < std::tie(other.time_us, other.seq); }
};

// By field, the empty one for changes of every field.
std::map<std::string, std::vector<Change>, std::less<>> changes_of(const Question& question, uint32_t shard,
                                                                   const SubjectId& subject) {
  std::map<std::string, std::vector<Change>, std::less<>> changes;
  const std::string prefix = field_changes_prefix(subject);
  LmdbCursor cursor = question.snapshot().cursor(shard, View::kArchives);
  for (bool found = cursor.seek(prefix); found && cursor.key().starts_with(prefix); found = cursor.next()) {
    if (!question.counts(shard, cursor.key())) continue;
    const FieldChangeKey key = parse_field_change_key(cursor.key());
    if (cursor.value().size() != 1) throw Error(ErrorCode::kStore, "a malformed row in the view archives");
    changes[std::string(key.field)].push_back({key.time_us, key.seq, static_cast<FieldChange>(cursor.value()[0])});
  }
  return changes;
}

class VersionWriter {
 public:
  VersionWriter(const Question& question, uint32_t shard, const SubjectId& subject, std::vector<FieldVersion>& out)
      : question_(question), shard_(shard), subject_(subject), out_(out) {}

  void field(const std::string& name, std::vector<Change> changes, const std::vector<Change>& of_all) {
    changes.insert(changes.end(), of_all.begin(), of_all.end());
    std::sort(changes.begin(), changes.end());
    bool open = false;
    for (const Change& change : changes) {
      const EventAnswer event = event_at(change.seq);
      if (open) {
        FieldVersion& version = out_.back();
        version.until = event.time;
        version.ended_by = event.ref;
        version.ended_by_id = event.id;
        version.ended_how = change.what == FieldChange::kErased ? "erased" : "replaced";
      }
      open = change.what == FieldChange::kBrought;
      if (open) begin(name, event);
    }
  }

 private:
  void begin(const std::string& name, const EventAnswer& event) {
    FieldVersion version;
    version.field = name;
    version.from = event.time;
    version.ref = event.ref;
    version.id = event.id;
    version.type = event.type;
    version.source = event.source;
    version.actor = event.actor;
    version.step = event.step;
    out_.push_back(std::move(version));
  }
  EventAnswer event_at(uint64_t seq) const {
    const auto row = question_.snapshot().get(shard_, View::kArchives, timeline_key(subject_, seq));
    if (!row) throw Error(ErrorCode::kStore, "the view archives lacks the event of a field");
    return event_answer(shard_, seq, *row);
  }

  const Question& question_;
  uint32_t shard_;
  const SubjectId& subject_;
  std::vector<FieldVersion>& out_;
};

}  // namespace

TimelineAnswer Views::timeline(const SubjectId& subject, const Moment& moment, const Page& page) const {
  check_limit(page.limit);
  const auto from = parse_u64(page.from.empty() ? "0" : page.from);
  if (!from) throw Error(ErrorCode::kUsage, "`from` is none of a timeline: " + page.from);
  const Question question(store_(), moment);
  const uint32_t shard = shard_of_subject(question.snapshot(), subject);
  TimelineAnswer answer{question.position(), subject, {}, {}};
  const std::string prefix = timeline_prefix(subject);
  LmdbCursor cursor = question.snapshot().cursor(shard, View::kArchives);
  for (bool found = cursor.seek(timeline_key(subject, *from));
       found && cursor.key().starts_with(prefix) && question.counts(shard, cursor.key()); found = cursor.next()) {
    const uint64_t seq = seq_of_key(cursor.key());
    if (answer.events.size() == page.limit) {
      answer.next = std::to_string(seq);
      break;
    }
    answer.events.push_back(event_answer(shard, seq, cursor.value()));
  }
  return answer;
}

TimelineAnswer Views::timeline_tail(const SubjectId& subject, size_t limit, const Moment& moment) const {
  check_limit(limit);
  const Question question(store_(), moment);
  const uint32_t shard = shard_of_subject(question.snapshot(), subject);
  TimelineAnswer answer{question.position(), subject, {}, {}};
  const std::string prefix = timeline_prefix(subject);
  LmdbCursor cursor = question.snapshot().cursor(shard, View::kArchives);
  bool found = cursor.seek(timeline_key(subject, question.position().sizes[shard])) ? cursor.prev() : cursor.last();
  for (; found && cursor.key().starts_with(prefix) && answer.events.size() < limit; found = cursor.prev())
    answer.events.push_back(event_answer(shard, seq_of_key(cursor.key()), cursor.value()));
  std::reverse(answer.events.begin(), answer.events.end());
  return answer;
}

FieldsAnswer Views::fields(const SubjectId& subject, const Moment& moment) const {
  const Question question(store_(), moment);
  const uint32_t shard = shard_of_subject(question.snapshot(), subject);
  FieldsAnswer answer{question.position(), subject, {}};
  auto changes = changes_of(question, shard, subject);
  const std::vector<Change> of_all = changes[""];
  changes.erase("");
  VersionWriter writer(question, shard, subject, answer.versions);
  for (const auto& [name, its_changes] : changes) writer.field(name, its_changes, of_all);
  return answer;
}

}  // namespace custody
