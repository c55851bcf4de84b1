// One sealed record to the rows it adds to the views of its shard. Pure: the rows depend on the record's bytes alone.
#pragma once

#include "projections/store/view_store.h"
#include "projections/views/body_facts.h"
#include "projections/views/summary.h"

namespace custody {

// What each view's fold is given.
struct FoldInput {
  const Record& record;
  const BodyFacts& facts;
  const EventSummary& summary;
  std::string_view summary_bytes;  // canonical
};

// archives.h, activity.h, registry.h and rounds.h say what the rows are.
void fold_archives(const FoldInput& in, RowBatch& out);
void fold_activity(const FoldInput& in, RowBatch& out);
void fold_registry(const FoldInput& in, RowBatch& out);
void fold_rounds(const FoldInput& in, RowBatch& out);

// Folds the records of one shard, in order. Keeps its buffers from record to record.
class Fold {
 public:
  void record(const Record& record, RowBatch& out);
  // Added to by record(); starts with what the store knows.
  UnknownCounts unknown;

 private:
  BodyFacts facts_;
  EventSummary summary_;
  std::string summary_bytes_;
};

}  // namespace custody
