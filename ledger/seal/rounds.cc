#include "ledger/seal/rounds.h"

#include "ledger/event/bodies_ledger.h"

namespace custody {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// A round asked for and not seen by then was lost with its term.
constexpr auto kLost = 5s;

}  // namespace

RoundKeeper::RoundKeeper(Log& log, std::vector<Tail*> tails, ShardSealer& registry, Signer signer, RoundOptions options)
    : log_(log), tails_(std::move(tails)), registry_(registry), signer_(std::move(signer)), options_(options) {}
RoundKeeper::~RoundKeeper() {
  stop();
}

void RoundKeeper::start() {
  stopping_ = false;
  last_ = steady_clock::now();
  thread_ = std::thread([this] { run(); });
}

void RoundKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::string RoundKeeper::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

void RoundKeeper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, options_.interval / 2, [&] { return stopping_ || !to_sign_.empty(); });
    const auto marks = std::exchange(to_sign_, {});
    lock.unlock();
    for (const auto& [mark, round] : marks) sign(mark, round);
    lock.lock();
    if (!stopping_ && due(steady_clock::now())) ask();
  }
}

void RoundKeeper::sign(const RoundMark& mark, const PendingRound& round) {
  std::vector<ShardRoot> roots = round.others;
  roots.insert(roots.begin(), {0, mark.size, mark.root});
  std::string fault;
  try {
    for (const SignedCheckpoint& note : signer_.sign(roots)) log_.put_checkpoint(note.shard, note.size, note.note);
    log_.trim_intake(0, mark.intake);
    for (size_t i = 0; i < round.others.size(); ++i) log_.trim_intake(round.others[i].shard, round.intake[i]);
  } catch (const Error& error) {
    fault = error.what();
  }
  const std::lock_guard lock(mutex_);
  fault_ = fault;
}

uint64_t RoundKeeper::grown() const {
  uint64_t grown = 0;
  for (const Tail* tail : tails_) grown += tail->state().grown;
  return grown;
}

bool RoundKeeper::due(steady_clock::time_point now) {
  if (asked_ && pending_ && now - pending_->since > kLost) asked_ = false;
  if (asked_ || !registry_.status().ready || !tails_[0]->caught_up()) return false;
  const uint64_t grown_now = grown();
  const bool grew = grown_now != grown_at_last_ && now - last_ >= options_.interval;
  if (!grew && now - last_ < options_.idle) return false;
  grown_at_last_ = grown_now;
  last_ = now;
  return true;
}

void RoundKeeper::ask() {
  asked_ = true;
  pending_.emplace();
  pending_->since = steady_clock::now();
  registry_.seal_own([this](Ref at, uint64_t registry, int64_t now_us) { return make(at, registry, now_us); });
}

// In the sealer's thread: the cut is taken when the round gets its place.
std::string RoundKeeper::make(Ref at, uint64_t registry, int64_t now_us) {
  PendingRound pending;
  pending.since = steady_clock::now();
  LedgerRound round;
  round.round = pending.round = tails_[0]->state().round + 1;
  round.closed_at.us = now_us;
  for (size_t shard = 1; shard < tails_.size(); ++shard) {
    const ChainState state = tails_[shard]->state();
    const ShardRoot root{static_cast<uint32_t>(shard), state.tree.size(), state.tree.root()};
    round.shards.push_back({root.shard, root.size, root.root});
    pending.others.push_back(root);
    pending.intake.push_back(state.head.intake);
  }
  {
    const std::lock_guard lock(mutex_);
    pending_ = std::move(pending);
  }
  return own_record({"custody", "sealer"}, round, at, registry, now_us);
}

void RoundKeeper::on_round(const RoundMark& mark) {
  const std::lock_guard lock(mutex_);
  if (!pending_ || pending_->round != mark.round) return;  // another process's round: it signs it
  to_sign_.emplace_back(mark, std::move(*pending_));
  pending_.reset();
  asked_ = false;
  wake_.notify_all();
}

}  // namespace custody
