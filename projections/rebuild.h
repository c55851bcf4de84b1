// Folding a whole log into an empty generation, and telling whether it equals the one in use.
#pragma once

#include "projections/crew.h"

namespace custody {

class Rebuild {
 public:
  using Report = std::function<void(const RebuildProgress&)>;

  // What `report` throws calls the rebuild off.
  Rebuild(Log& log, ViewStore& store, std::string folder, const ProjectorOptions& options, const Report& report)
      : log_(log), store_(store), folder_(std::move(folder)), options_(options), report_(report) {}

  // Folds what the log holds now, shard 0 first: the others need its registry. Stops quietly before a broken link, or
  // where a record needs more of the registry; the workers that follow go on from there. `expected_records` of all
  // shards is for the progress alone.
  void bulk(uint64_t expected_records);
  uint64_t records() const { return folded_; }
  // Digests of every view at the position, in both stores; the two sides are read at the same time.
  std::vector<RebuiltView> compare(const std::shared_ptr<const ViewStore>& live,
                                   const std::shared_ptr<const ViewStore>& rebuilt, const std::vector<uint64_t>& sizes);

 private:
  void bulk_shard(uint32_t shard);
  void tell(std::string_view phase, uint64_t done, uint64_t total);

  Log& log_;
  ViewStore& store_;
  std::string folder_;
  ProjectorOptions options_;
  const Report& report_;
  uint64_t expected_records_ = 0;
  std::atomic<uint64_t> folded_ = 0;
  std::atomic<uint64_t> rows_ = 0;    // gathered
  std::atomic<uint64_t> loaded_ = 0;  // of these, in the store
  std::mutex report_mutex_;
  std::string_view phase_;
  std::chrono::steady_clock::time_point phase_began_;
  std::chrono::steady_clock::time_point told_;
};

bool all_equal(const std::vector<RebuiltView>& views);

}  // namespace custody
