#include "ledger/seal/rounds.h"

#include <algorithm>

#include "ledger/seal/extension.h"

namespace custody {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kLastRound = 3s;  // that a stop may take for it

// What the log has from any process; what is no checkpoint of this ledger says nothing.
std::optional<Checkpoint> newest_signed(Log& log, uint32_t shard, const KeyHistory& keys) {
  const auto note = log.newest_checkpoint(shard);
  if (!note) return std::nullopt;
  try {
    const auto signed_by = open_checkpoint(*note, keys.keys());
    if (signed_by && signed_by->checkpoint.origin == shard_origin(log.descriptor(), shard))
      return signed_by->checkpoint;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kRefused) throw;
  }
  return std::nullopt;
}

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

void RoundKeeper::set_anchor(const RoundAnchor& anchor) {
  const std::lock_guard lock(mutex_);
  if (!anchor_ || anchor_->round < anchor.round) anchor_ = anchor;
}

void RoundKeeper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, options_.interval / 2, [&] { return stopping_ || !to_sign_.empty(); });
    sign_waiting(lock);
    if (!stopping_ && due(steady_clock::now())) ask();
  }
  close_last(lock);
}

// What was acknowledged is in a signed round also where the ledger was open for a moment only. What cannot be closed
// now, as brokers are away or another sealer has the place, is for the next start or for that other one.
void RoundKeeper::close_last(std::unique_lock<std::mutex>& lock) {
  for (const auto until = steady_clock::now() + kLastRound; steady_clock::now() < until; wake_.wait_for(lock, 10ms)) {
    sign_waiting(lock);
    if (!log_.trouble().empty() || !registry_.status().ready) return;
    if (asked_ || !caught_up() || !in_sight()) continue;
    if (!covers_last_round() || !grew_beyond_round(tails_)) return;
    ask();
  }
}

void RoundKeeper::sign_waiting(std::unique_lock<std::mutex>& lock) {
  while (!to_sign_.empty()) {
    const auto marks = std::exchange(to_sign_, {});
    lock.unlock();
    for (const auto& [mark, round] : marks) sign(mark, round);
    lock.lock();
  }
}

void RoundKeeper::sign(const RoundMark& mark, const MadeRound& round) {
  std::vector<ShardTree> trees = round.others;
  trees.insert(trees.begin(), {0, mark.tree});
  std::string fault;
  try {
    for (const ShardTree& tree : trees) check_first(tree);
    const std::vector<SignedCheckpoint> notes = signer_.sign(trees, mark.signers);
    for (const SignedCheckpoint& note : notes) log_.put_checkpoint(note.shard, note.size, note.note);
    for (CheckpointListener* listener : listeners_) listener->on_signed(mark.round, notes.front());  // of shard 0
    trim(0, {log_.intake_id(0), mark.intake});  // of the term that made the round
    for (size_t i = 0; i < round.others.size(); ++i) trim(round.others[i].shard, round.intake[i]);
  } catch (const Error& error) {
    fault = error.what();
  }
  const std::lock_guard lock(mutex_);
  fault_ = fault;
}

// Once a start and shard: the log may have been changed for another copy since the last one.
void RoundKeeper::check_first(const ShardTree& tree) {
  if (tree.tree.size() == 0 || extended_.contains(tree.shard)) return;
  check_extension(log_, {signer_.signed_tree(tree.shard), newest_signed(log_, tree.shard, tails_[0]->state().keys)},
                  tree);
  extended_.insert(tree.shard);
}

// A position counts in the intake that it was read from: of one made anew nothing has been consumed.
void RoundKeeper::trim(uint32_t shard, const MadeRound::Consumed& consumed) {
  if (consumed.position > 0 && consumed.intake_id == log_.intake_id(shard)) log_.trim_intake(shard, consumed.position);
}

// Whether the tail shows all that this process made: only then the number of the next round is known. What was made in
// a term that has ended is either shown by now (a term begins when the tail shows all there is) or lost.
bool RoundKeeper::in_sight() const {
  return !made_ || made_->term != registry_.status().term;
}

// A round never names fewer records of a shard than one before; a tail that was made anew, or of a process that has
// just taken over, may still know fewer.
bool RoundKeeper::covers_last_round() const {
  const std::vector<uint64_t> named = tails_[0]->state().named;
  for (size_t i = 0; i < named.size() && i + 1 < tails_.size(); ++i)
    if (tails_[i + 1]->size() < named[i]) return false;
  return true;
}

bool RoundKeeper::caught_up() const {
  return std::ranges::all_of(tails_, [](const Tail* tail) { return tail->caught_up(); });
}

bool RoundKeeper::may_ask() const {
  return !asked_ && registry_.status().ready && caught_up() && in_sight() && covers_last_round();
}

bool RoundKeeper::due(steady_clock::time_point now) {
  if (!may_ask()) return false;
  if (made_) {  // lost with its term
    made_.reset();
    owed_ = true;
  }
  const auto since = now - last_;
  if (since < options_.idle && (since < options_.interval || !(owed_ || grew_beyond_round(tails_)))) return false;
  owed_ = false;
  last_ = now;
  return true;
}

void RoundKeeper::ask() {
  asked_ = true;
  registry_.seal_own([this](Ref at, uint64_t registry, int64_t now_us) { return make(at, registry, now_us); });
}

// In the sealer's thread: the cut is taken when the round gets its place.
std::string RoundKeeper::make(Ref at, uint64_t registry, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  asked_ = false;
  if (!in_sight() || !covers_last_round()) {  // it was asked for in an earlier term
    owed_ = true;
    return {};
  }
  LedgerRound round;
  round.round = tails_[0]->state().round + 1;
  round.closed_at.us = now_us;
  round.anchor = anchor_;
  MadeRound made{round.round, at.seq + 1, registry_.status().term, {}, {}};
  for (size_t shard = 1; shard < tails_.size(); ++shard) {
    ChainState state = tails_[shard]->state();
    round.shards.push_back({static_cast<uint32_t>(shard), state.tree.size(), state.tree.root()});
    made.intake.push_back({state.intake_id, state.head.intake});
    made.others.push_back({static_cast<uint32_t>(shard), std::move(state.tree)});
  }
  made_ = std::move(made);
  return own_record({"custody", "sealer"}, round, at, registry, now_us);
}

void RoundKeeper::on_round(const RoundMark& mark) {
  const std::lock_guard lock(mutex_);
  // Another process's round is signed by that process.
  if (!made_ || made_->round != mark.round || made_->size != mark.tree.size()) return;
  to_sign_.emplace_back(mark, std::move(*made_));
  made_.reset();
  wake_.notify_all();
}

}  // namespace custody
