// What it costs that a view proves its answers complete: its tree made, and ranges proved from it.
#include <random>

#include "projections/store/bulk_load.h"
#include "projections/store/view_tree.h"
#include "tools/bench/benches.h"
#include "tools/bench/scratch.h"

namespace custody {
namespace {

constexpr uint64_t kRowsASubject = 10;
constexpr size_t kSummaryBytes = 220;

// Timelines as the view archives has them: about ten rows a customer, whose ids are random.
SubjectId subject_of(uint64_t number) {
  const Digest digest = sha256(std::to_string(number));
  return SubjectId{array_of<16>(view_of(digest).substr(0, 16))};
}

std::string timeline_prefix_of(uint64_t number) {
  return std::string(1, '\1').append(subject_of(number).view());
}

std::shared_ptr<ViewStore> timelines(const std::string& folder, uint64_t rows) {
  Descriptor descriptor;
  descriptor.name = "bench";
  descriptor.origin = "localhost/bench/0";
  descriptor.shards = 1;
  auto store = ViewStore::open(folder, descriptor, true);
  BulkLoad load(store->shard(0), folder, uint64_t{64} << 20);
  for (uint64_t seq = 0; seq < rows; ++seq) {
    std::string key = timeline_prefix_of(seq % (rows / kRowsASubject));
    append_be64(key, seq);
    load.batch().add(View::kArchives, key, std::string(kSummaryBytes, static_cast<char>('a' + seq % 26)));
    load.batch_grew();
  }
  FoldCursor cursor;
  cursor.next_seq = rows;
  load.finish(cursor, {}, {});
  return store;
}

struct MadeRange {
  KeyRange keys;
  RangeProof proof;
};

}  // namespace

std::vector<Figure> bench_completeness(const BenchOptions& options) {
  const Scratch scratch(options.folder);
  const uint64_t rows = options.count(1'000'000, 2'000);
  const auto store = timelines(scratch / "views", rows);
  const std::vector<uint64_t> sizes{rows};
  ViewTree tree;
  const Sample made = timed([&] {
    tree = ViewTree::of(ViewSnapshot(store), View::kArchives, sizes);
    return static_cast<double>(rows);
  });
  std::mt19937_64 random(1);
  std::vector<MadeRange> kept(options.smoke ? 50 : 2'000);
  const auto make = [&] {
    Sample sample = timed([&] {
      for (MadeRange& range : kept) {
        const ViewSnapshot snapshot(store);  // as each question takes its own
        range.keys = keys_with_prefix(timeline_prefix_of(random() % (rows / kRowsASubject)));
        range.proof = tree.prove(snapshot, View::kArchives, sizes, range.keys, rows);
      }
      return static_cast<double>(kept.size());
    });
    sample.value = sample.work / sample.cpu_seconds;
    return sample;
  };
  const auto check = [&] {
    Sample sample = timed([&] {
      for (const MadeRange& range : kept) {
        const RangeVerdict verdict = judge_range(range.proof, range.keys, rows, tree.root());
        if (!verdict.fault.empty() || verdict.end - verdict.begin != kRowsASubject)
          throw Error(ErrorCode::kStore, "a proof does not hold");
      }
      return static_cast<double>(kept.size());
    });
    sample.value = sample.work / sample.cpu_seconds;
    return sample;
  };
  Figure figure;
  figure.name = "completeness";
  figure.work =
      "all ten rows of a customer with the proof that there are no others, out of a view whose tree keeps a"
      " root for 256 rows; rates are of a second of processor time";
  figure.unit = "proofs/s";
  figure.baseline = "the same proofs judged";
  make();  // so that the first turn has proofs to judge
  in_turns(options.turns(3), figure, make, check);
  figure.facts = {{"rows", static_cast<double>(rows)},
                  {"the tree made, rows/s of a processor", made.work / made.cpu_seconds},
                  {"bytes kept of it", static_cast<double>(tree.encode().size())}};
  return {figure};
}

}  // namespace custody
