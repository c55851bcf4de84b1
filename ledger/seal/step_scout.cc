#include "ledger/seal/step_scout.h"

#include "ledger/event/bodies_ledger.h"
#include "ledger/seal/intake_judge.h"

namespace custody {
namespace {

constexpr int kEntries = 10'000;  // at most a call, so that its caller stays attentive

}  // namespace

std::optional<uint64_t> StepScout::find(uint64_t from, const KnownIds& ids) {
  if (found_ && *found_ > from) return found_;
  found_.reset();
  if (!reader_) reader_ = log_.read_intake(shard_, from);
  for (int i = 0; i < kEntries; ++i) {
    const auto item = reader_->next(std::chrono::milliseconds(0));
    if (!item) break;
    const IntakeJudgement judged = judge_intake(item->entry, shard_, log_.descriptor().shards);
    if (!judged.refusal.empty() || judged.entry->statement.type != ClockStepped::kType) continue;
    if (item->end <= from || ids.find(judged.entry->statement.id)) continue;
    found_ = item->end;
    break;
  }
  return found_;
}

void StepScout::forget() {
  reader_.reset();
  found_.reset();
}

}  // namespace custody
