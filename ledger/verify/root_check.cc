#include "ledger/verify/root_check.h"

#include <algorithm>

namespace custody {
namespace {

constexpr size_t kWaitingBytes = 256 * 1024;
constexpr size_t kClaimBytes = 64 * 1024;
constexpr uint64_t kSettleEvery = 256;

FaultKind root_fault(RootClaim::Source source) {
  switch (source) {
    case RootClaim::kRound:
      return FaultKind::kRoundRoot;
    default:
      return FaultKind::kExtension;
  }
}

FaultKind size_fault(RootClaim::Source source) {
  switch (source) {
    case RootClaim::kRound:
      return FaultKind::kRoundSize;
    case RootClaim::kCheckpoint:
      return FaultKind::kCheckpointSize;
    default:
      return FaultKind::kExtension;
  }
}

}  // namespace

RootCheck::RootCheck(uint32_t shard, bool lags, const Digest& start, const std::string& temp_folder, FaultList& faults)
    : shard_(shard),
      lags_(lags),
      faults_(faults),
      tree_head_{start, 0},
      waiting_(temp_folder, kWaitingBytes),
      claims_(temp_folder, kClaimBytes) {}

void RootCheck::expect(const RootClaim& claim) {
  const auto at = std::upper_bound(known_.begin(), known_.end(), claim,
                                   [](const RootClaim& a, const RootClaim& b) { return a.size < b.size; });
  known_.insert(at, claim);
}

void RootCheck::claim(const RootClaim& claim) {
  const std::lock_guard lock(mutex_);
  claims_.push(claim);
  claimed_size_ = claim.size;
}

void RootCheck::append(const Digest& leaf, uint64_t reg) {
  ++appended_;
  if (!lags_) {
    judge_known();
    put({leaf, reg});
    return;
  }
  waiting_.push({leaf, reg});
  if (appended_ % kSettleEvery == 0) settle();
}

void RootCheck::finish(bool cut_off, const Holds& holds) {
  settle();
  grow(appended_);
  judge_known();
  judge_checkpoints(holds);
  for (; next_known_ < known_.size(); ++next_known_) {
    const RootClaim& claim = known_[next_known_];
    const bool says = claim.source != RootClaim::kCheckpoint || holds(claim, tree_head_.reg);
    if (says && !cut_off) out_of_reach(claim);
  }
  if (cut_off) return;
  const std::lock_guard lock(mutex_);
  for (; !claims_.empty(); claims_.drop_front()) out_of_reach(claims_.front());
}

void RootCheck::settle() {
  while (true) {
    RootClaim claim;
    {
      const std::lock_guard lock(mutex_);
      if (claims_.empty() || claims_.front().size > appended_) return;
      claim = claims_.front();
      claims_.drop_front();
    }
    grow(claim.size);
    judge(claim);
  }
}

void RootCheck::grow(uint64_t size) {
  while (tree_.size() < size) {
    judge_known();
    put(waiting_.front());
    waiting_.drop_front();
  }
}

void RootCheck::put(const Leaf& leaf) {
  tree_.append(leaf.digest);
  tree_head_ = leaf;
}

void RootCheck::judge_known() {
  for (; next_known_ < known_.size() && known_[next_known_].size == tree_.size(); ++next_known_)
    judge(known_[next_known_]);
}

void RootCheck::judge(const RootClaim& claim) {
  // Every record before the cut knew no more of shard 0 than stands before the round.
  if (claim.source == RootClaim::kRound && tree_head_.reg > claim.round_seq)
    faults_.add({FaultKind::kRoundCut, 0, claim.round_seq,
                 "at most " + std::to_string(claim.round_seq) + " as reg of " + to_text(Ref{shard_, claim.size - 1}),
                 std::to_string(tree_head_.reg)});
  const Digest root = tree_.root();
  if (claim.source == RootClaim::kCheckpoint)
    return met_.push_back({claim, root, tree_head_.reg, good_size_, refuted_});
  if (claim.root != root)
    return refute(claim, root_fault(claim.source), to_base64(view_of(root)), to_base64(view_of(claim.root)));
  if (claim.source == RootClaim::kSaved) {
    if (claim.head != tree_head_.digest)
      return refute(claim, FaultKind::kExtension, to_base64(view_of(claim.head)),
                    to_base64(view_of(tree_head_.digest)));
    extends_saved_ = true;
  }
  if (!refuted_) good_size_ = claim.size;
}

// As if each had been judged in its place: what was confirmed beyond one that refutes was so in vain.
void RootCheck::judge_checkpoints(const Holds& holds) {
  uint64_t confirmed = 0;
  bool wrong = false;
  for (const Met& met : met_) {
    const RootClaim& claim = met.claim;
    if (!holds(claim, met.reg)) continue;
    if (claim.root != met.root) {
      faults_.add({FaultKind::kCheckpointRoot, shard_, claim.size, to_base64(view_of(met.root)),
                   to_base64(view_of(claim.root))});
      good_size_ = std::min(good_size_, std::max(met.good_size, confirmed));
      refuted_ = wrong = true;
      continue;
    }
    ++checkpoints_;
    signed_size_ = claim.size;
    if (met.refuted || wrong || saved_refuted_) continue;
    confirmed = claim.size;
    good_size_ = std::max(good_size_, claim.size);
  }
}

void RootCheck::refute(const RootClaim& claim, FaultKind kind, std::string expected, std::string found) {
  refuted_ = true;
  // The roots that this log confirms itself say nothing for a log that is not the one seen before.
  if (claim.source == RootClaim::kSaved) {
    saved_refuted_ = true;
    good_size_ = 0;
  }
  const std::string at = " at size " + std::to_string(claim.size) + " of shard " + std::to_string(shard_);
  // A saved head is what was there before: there the log is what was found.
  if (claim.source == RootClaim::kSaved && claim.root != tree_.root()) std::swap(expected, found);
  if (claim.source == RootClaim::kRound)
    faults_.add({kind, 0, claim.round_seq, "root " + expected + at, "root " + found});
  else
    faults_.add({kind, shard_, claim.size, expected, found});
}

void RootCheck::out_of_reach(const RootClaim& claim) {
  const std::string expected = std::to_string(claim.size) + " records on shard " + std::to_string(shard_);
  const std::string found = std::to_string(appended_) + " records";
  if (claim.source == RootClaim::kRound)
    faults_.add({size_fault(claim.source), 0, claim.round_seq, expected, found});
  else
    faults_.add({size_fault(claim.source), shard_, claim.size, expected, found});
}

}  // namespace custody
