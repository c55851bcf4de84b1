// Where events lie, by their keys alone: no summary of any is read.
#include <algorithm>

#include "projections/query/question.h"
#include "projections/views/archives.h"

namespace custody {
namespace {

// The rows under a prefix in one shard, whose keys end in a seq.
void collect(const Question& question, uint32_t shard, View view, const std::string& prefix,
             const Views::Between& between, std::vector<Ref>& out) {
  LmdbCursor cursor = question.snapshot().cursor(shard, view);
  for (bool found = cursor.seek(prefix); found && cursor.key().starts_with(prefix); found = cursor.next()) {
    const uint64_t seq = seq_of_key(cursor.key());
    if (seq < between.begin.at(shard) || !question.counts(shard, cursor.key())) continue;
    if (out.size() == between.most)
      throw Error(ErrorCode::kRefused, "these are more than the " + std::to_string(between.most) +
                                           " records that one answer may have; ask for less of the time");
    out.push_back({shard, seq});
  }
}

}  // namespace

std::vector<Ref> Views::places(const SubjectId& subject, const Between& between) const {
  const Question question(store_(), between.moment);
  const uint32_t shard = shard_of("data.collected", subject, "", question.snapshot().shards());
  std::vector<Ref> found;
  collect(question, shard, View::kArchives, timeline_prefix(subject), between, found);
  return found;
}

std::vector<Ref> Views::places(ActivityBy by, std::string_view name, const Between& between) const {
  const Question question(store_(), between.moment);
  std::vector<Ref> found;
  for (uint32_t shard = 0; shard < question.snapshot().shards(); ++shard)
    collect(question, shard, View::kActivity, activity_prefix(by, name), between, found);
  std::ranges::sort(found);
  return found;
}

}  // namespace custody
