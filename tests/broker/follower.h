// Reads a shard's sealed sequence as everybody does, by the acceptance rule from the first record, and counts events by
// their source's ids: e0, e1, ...
#pragma once

#include <memory>
#include <stdexcept>
#include <unordered_set>

#include "ledger/event/record.h"
#include "ledger/log/log.h"
#include "ledger/seal/acceptance.h"

namespace custody {

class Follower {
 public:
  explicit Follower(Log& log, uint32_t shard = 0)
      : reader_(log.read_sealed(shard, 0)), acceptance_(shard, 0, sha256(encode_descriptor(log.descriptor()))) {}

  void read(std::chrono::milliseconds wait) {
    const auto item = reader_->next(wait);
    if (!item) return;
    const Acceptance::Judgement judgement = acceptance_.judge(item->record);
    if (judgement.verdict == Acceptance::Verdict::kBroken) {
      throw std::runtime_error("the chain broke: expected " + judgement.expected + ", found " + judgement.found);
    }
    if (judgement.verdict == Acceptance::Verdict::kStale) {
      ++stale_;
      return;
    }
    const Record& record = judgement.record;
    if (record.statement.type == "sealer.started") ++terms_;
    if (record.statement.type != "data.accessed") return;
    const auto number = parse_u64(record.statement.source_id.substr(1));
    if (!number || !events_.insert(*number).second) ++twice_;
  }
  // Up to what is there now.
  void read_all() {
    do read(std::chrono::milliseconds(100));
    while (!reader_->caught_up());
  }

  uint64_t missing(uint64_t count) const {
    uint64_t n = 0;
    for (uint64_t i = 0; i < count; ++i)
      if (!events_.contains(i)) ++n;
    return n;
  }
  bool has(uint64_t event) const { return events_.contains(event); }
  uint64_t events() const { return events_.size(); }
  uint64_t twice() const { return twice_; }
  uint64_t stale() const { return stale_; }
  uint64_t terms() const { return terms_; }
  uint64_t records() const { return acceptance_.next_seq(); }

 private:
  std::unique_ptr<SealedReader> reader_;
  Acceptance acceptance_;
  std::unordered_set<uint64_t> events_;
  uint64_t twice_ = 0;
  uint64_t stale_ = 0;
  uint64_t terms_ = 0;
};

}  // namespace custody
