#include "ledger/seal/batch_maker.h"

#include <algorithm>

#include "ledger/event/bodies_ledger.h"

namespace custody {

BatchMaker::BatchMaker(Surroundings around, const Head& head, int64_t now_us)
    : around_(std::move(around)), shard_(head.shard), next_seq_(head.next_seq), intake_(head.intake), now_us_(now_us) {}

// On shard 0 the registry known is what stands before the record itself.
uint64_t BatchMaker::registry_at(Ref at) const {
  return shard_ == 0 ? std::min(around_.registry(0), at.seq) : around_.registry(0);
}

bool BatchMaker::ahead_of_registry(uint64_t seen) const {
  return seen > (shard_ == 0 ? next().seq : around_.registry(seen));
}

void BatchMaker::take(std::string entry, uint64_t end) {
  texts_.push_back(std::move(entry));
  intake_ = end;
  IntakeJudgement judged = judge_intake(texts_.back(), shard_, around_.shards);
  if (judged.refusal.empty() && ahead_of_registry(judged.entry->stamp.seen)) judged.refusal = "ahead-of-registry";
  if (!judged.refusal.empty()) return refuse(judged);

  const Statement& statement = judged.entry->statement;
  const auto known = around_.ids.find(statement.id);
  switch (judge_repetition(known, judged.statement)) {
    case Repetition::kRepeat:
      return;
    case Repetition::kConflict:
      return note_conflict(statement, judged.statement, known->seq);
    case Repetition::kNew:
      steps_clock_ = statement.type == ClockStepped::kType;
      around_.ids.remember(statement.id, {next().seq, half_digest(judged.statement)});
      candidates_.push_back({judged.entry->stamp_and_statement, judged.entry->blob, end, steps_clock_});
  }
}

void BatchMaker::refuse(const IntakeJudgement& judged) {
  EventRefused refused;
  refused.reason = judged.refusal;
  refused.statement = judged.statement;
  if (judged.entry && UriRule::ok(judged.entry->statement.source)) refused.source = Uri(judged.entry->statement.source);
  if (judged.entry && SourceIdRule::ok(judged.entry->statement.source_id))
    refused.id = SourceId(judged.entry->statement.source_id);
  add_body(refused);
}

void BatchMaker::note_conflict(const Statement& statement, const Digest& digest, uint64_t first_seq) {
  EventConflicted conflicted;
  conflicted.source = Uri(statement.source);
  conflicted.id = SourceId(statement.source_id);
  conflicted.statement = digest;
  conflicted.first = Ref{shard_, first_seq};
  add_body(conflicted);
}

void BatchMaker::add_own(const OwnMaker& maker) {
  std::string text = maker(next(), registry_at(next()), now_us_);
  if (!text.empty()) add(std::move(text));
}

template <class Body>
void BatchMaker::add_body(const Body& body) {
  add(own_record(around_.identity, body, next(), registry_at(next()), now_us_));
}

void BatchMaker::add(std::string text) {
  texts_.push_back(std::move(text));
  candidates_.push_back({texts_.back(), {}, intake_, false});
}

}  // namespace custody
