// Who and where, as the registry says at a position and for a time.
#include <algorithm>
#include <boost/json.hpp>

#include "ledger/event/bodies_registry.h"
#include "ledger/event/catalogue.h"
#include "projections/query/question.h"
#include "projections/views/registry.h"

namespace custody {
namespace {

struct VersionRow {
  uint64_t seq;
  RegistryVersion answer;
};

// Later ones count over earlier ones: by the time from which they are effective, then by position.
bool counts_before(const VersionRow* a, const VersionRow* b) {
  return std::pair(a->answer.effective.us, a->seq) < std::pair(b->answer.effective.us, b->seq);
}

RegistryVersion version_of_row(uint64_t seq, std::string_view value) {
  const auto row = from_canonical<RegistryRow>(value);
  const auto summary = from_canonical<EventSummary>(row.summary);
  RegistryVersion version;
  version.ref = to_text(Ref{0, seq});
  version.id = summary.id;
  version.type = summary.type;
  version.time = summary.time;
  version.effective = row.effective;
  version.source = summary.source;
  version.actor = stated(summary.actor);
  version.body.text = body_to_json(summary.type, summary.version, row.body).value_or("{}");
  return version;
}

RegistryEntry entry_of(std::string_view kind, std::string id, std::vector<VersionRow>& rows, int64_t at_us) {
  RegistryEntry entry;
  entry.kind = kind;
  entry.id = std::move(id);
  std::vector<const VersionRow*> counting;
  for (const VersionRow& row : rows)
    if (row.answer.effective.us <= at_us) counting.push_back(&row);
  std::sort(counting.begin(), counting.end(), counts_before);
  boost::json::object state;
  for (const VersionRow* row : counting) {
    const boost::json::value body = parse_json(row->answer.body.text);
    if (kind == "policy") state.clear();
    for (const auto& member : body.as_object()) state.insert_or_assign(member.key(), member.value());
    entry.last = row->answer.type;
  }
  entry.state.text = boost::json::serialize(state);
  for (VersionRow& row : rows) entry.versions.push_back(std::move(row.answer));
  return entry;
}

int64_t time_of(const Position& position, std::optional<int64_t> at_us) {
  if (at_us) return *at_us;
  return position.frontier || !position.closed_at ? INT64_MAX : position.closed_at->us;
}

// Kinds and ids have at most 255 bytes; a longer key is none that the store could be asked for.
void check_names(std::string_view kind, std::string_view id) {
  constexpr size_t kMost = 255;
  if (kind.size() > kMost || id.size() > kMost)
    throw Error(ErrorCode::kUsage, "kinds and ids of the registry have at most 255 bytes");
}

// The versions of one entry that lie before the position.
std::vector<VersionRow> rows_of(const Question& question, std::string_view kind, std::string_view id) {
  std::vector<VersionRow> rows;
  const std::string prefix = registry_entry_prefix(kind, id);
  LmdbCursor cursor = question.snapshot().cursor(0, View::kRegistry);
  for (bool found = cursor.seek(prefix); found && cursor.key().starts_with(prefix) && question.counts(0, cursor.key());
       found = cursor.next())
    rows.push_back({seq_of_key(cursor.key()), version_of_row(seq_of_key(cursor.key()), cursor.value())});
  return rows;
}

std::optional<std::string> owner_in(const RegistryRow& row, const EventSummary& summary) {
  if (summary.type == StepClosed::kType) return std::nullopt;
  return decode_body<StepRegistered>(row.body).owner.text;
}

}  // namespace

std::optional<RegistryEntry> Views::registry_entry(std::string_view kind, std::string_view id, const Moment& moment,
                                                   std::optional<int64_t> at_us) const {
  check_names(kind, id);
  const Question question(store_(), moment);
  std::vector<VersionRow> rows = rows_of(question, kind, id);
  if (rows.empty()) return std::nullopt;
  return entry_of(kind, std::string(id), rows, time_of(question.position(), at_us));
}

RegistryAnswer Views::registry(std::string_view kind, const Moment& moment, const Page& page,
                               std::optional<int64_t> at_us) const {
  check_limit(page.limit);
  check_names(kind, page.from);
  const Question question(store_(), moment);
  RegistryAnswer answer{question.position(), {}, {}};
  const std::string prefix = registry_kind_prefix(kind);
  LmdbCursor cursor = question.snapshot().cursor(0, View::kRegistry);
  bool found = cursor.seek(page.from.empty() ? prefix : registry_entry_prefix(kind, page.from));
  while (found && cursor.key().starts_with(prefix)) {
    const std::string id(registry_id_of_key(cursor.key(), kind));
    std::vector<VersionRow> rows = rows_of(question, kind, id);
    if (!rows.empty()) {
      if (answer.entries.size() == page.limit) {
        answer.next = id;
        break;
      }
      answer.entries.push_back(entry_of(kind, id, rows, time_of(question.position(), at_us)));
    }
    found = cursor.seek(registry_kind_prefix(kind) + id + '\1');
  }
  return answer;
}

OwnerAnswer Views::step_owner(std::string_view step, int64_t at_us, const Moment& moment) const {
  check_names("step", step);
  const Question question(store_(), moment);
  OwnerAnswer answer;
  answer.position = question.position();
  answer.step = step;
  answer.at = {at_us, 0};
  const std::string prefix = registry_entry_prefix("step", step);
  std::optional<std::pair<int64_t, uint64_t>> best;
  LmdbCursor cursor = question.snapshot().cursor(0, View::kRegistry);
  for (bool found = cursor.seek(prefix); found && cursor.key().starts_with(prefix) && question.counts(0, cursor.key());
       found = cursor.next()) {
    const auto row = from_canonical<RegistryRow>(cursor.value());
    const std::pair counts_from(row.effective.us, seq_of_key(cursor.key()));
    if (row.effective.us > at_us || (best && counts_from < *best)) continue;
    best = counts_from;
    const auto summary = from_canonical<EventSummary>(row.summary);
    answer.owner = owner_in(row, summary);
    answer.ref = to_text(Ref{0, counts_from.second});
    answer.id = summary.id;
    answer.since = row.effective;
  }
  return answer;
}

}  // namespace custody
