#include "projections/rebuild.h"

#include <algorithm>
#include <future>

#include "projections/store/bulk_load.h"
#include "projections/store/view_tree.h"

namespace custody {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kReportEvery{200};
constexpr uint64_t kRecordsPerTell = 4096;

}  // namespace

void Rebuild::tell(std::string_view phase, uint64_t done, uint64_t total) {
  if (!report_) return;
  const std::lock_guard lock(report_mutex_);
  const auto now = steady_clock::now();
  if (phase != phase_) {
    phase_ = phase;
    phase_began_ = now;
  } else if (now - told_ < kReportEvery) {
    return;
  }
  told_ = now;
  RebuildProgress progress{phase, done, std::max(done, total), 0, 0};
  const auto ms = std::chrono::duration_cast<milliseconds>(now - phase_began_).count();
  if (ms > 0) progress.per_second = done * 1000 / static_cast<uint64_t>(ms);
  if (progress.per_second > 0) progress.seconds_left = (progress.total - done) / progress.per_second;
  report_(progress);
}

void Rebuild::bulk(uint64_t expected_records) {
  expected_records_ = expected_records;
  bulk_shard(0);
  std::vector<std::future<void>> others;
  for (uint32_t shard = 1; shard < store_.shards(); ++shard)
    others.push_back(std::async(std::launch::async, [this, shard] { bulk_shard(shard); }));
  for (auto& other : others) other.get();  // the destructors of the rest wait for their threads
}

void Rebuild::bulk_shard(uint32_t shard) {
  ShardStore& store = store_.shard(shard);
  const uint64_t registry_size = store_.shard(0).cursor().next_seq;
  BulkLoad load(store, folder_ + "/shard-" + std::to_string(shard),
                options_.rebuild_memory_bytes / std::max<uint32_t>(1, store_.shards() - (shard == 0 ? 0 : 1)));
  Fold fold;
  FoldCursor folded = store.cursor();
  RecordSource source(log_, shard, folded);
  for (;;) {
    const auto kind = source.next(milliseconds(10));
    if (kind == RecordSource::Kind::kBroken) break;
    if (kind == RecordSource::Kind::kNothing) {
      if (source.caught_up()) break;
      continue;
    }
    if (shard != 0 && source.record().seal.reg > registry_size) break;
    fold.record(source.record(), load.batch());
    folded = source.cursor();
    load.batch_grew();
    if (folded.next_seq % kRecordsPerTell == 0) tell("fold", folded_ += kRecordsPerTell, expected_records_);
    if (source.caught_up()) break;
  }
  folded_ += folded.next_seq % kRecordsPerTell;
  rows_ += load.rows();
  uint64_t before = 0;
  load.finish(folded, fold.unknown, [&](uint64_t rows) {
    loaded_ += rows - before;
    before = rows;
    tell("load", loaded_, rows_);
  });
}

std::vector<RebuiltView> Rebuild::compare(const std::shared_ptr<const ViewStore>& live,
                                          const std::shared_ptr<const ViewStore>& rebuilt,
                                          const std::vector<uint64_t>& sizes) {
  std::atomic<uint64_t> read{0};
  std::atomic<bool> called_off{false};  // neither side reads on for nothing
  const auto digests = [&](const std::shared_ptr<const ViewStore>& store) {
    try {
      const ViewSnapshot snapshot(store);
      std::vector<ViewTree> all;
      for (View view : kAllViews)
        all.push_back(ViewTree::of(snapshot, view, sizes, [&](uint64_t rows) {
          if (called_off) throw Error(ErrorCode::kUnavailable, "the rebuild was called off");
          tell("digest", read += rows, 2 * rows_);
        }));
      return all;
    } catch (...) {
      called_off = true;
      throw;
    }
  };
  auto of_live = std::async(std::launch::async, digests, live);
  const std::vector<ViewTree> b = digests(rebuilt);
  const std::vector<ViewTree> a = of_live.get();
  std::vector<RebuiltView> views;
  for (size_t i = 0; i < kViewCount; ++i)
    views.push_back({std::string(view_name(kAllViews[i])), a[i].rows(), b[i].rows(), a[i].root(), b[i].root()});
  return views;
}

bool all_equal(const std::vector<RebuiltView>& views) {
  return std::all_of(views.begin(), views.end(),
                     [](const RebuiltView& v) { return v.rows == v.rebuilt_rows && v.live == v.rebuilt; });
}

}  // namespace custody
