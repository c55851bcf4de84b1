#include "ledger/seal/tail.h"

#include <algorithm>

#include "ledger/event/bodies_ledger.h"
#include "ledger/seal/acceptance.h"
#include "ledger/seal/intake_judge.h"
#include "ledger/seal/own_records.h"

namespace custody {
namespace {

using namespace std::chrono_literals;

constexpr size_t kBatch = 1024;
constexpr auto kSaveEvery = 2s;
constexpr auto kPatience = 30s;  // of the first read

}  // namespace

Tail::Tail(Log& log, uint32_t shard, std::string folder) : log_(log), shard_(shard), folder_(std::move(folder)) {}
Tail::~Tail() {
  stop();
}

void Tail::start() {
  index_ = IdIndex::open(folder_);
  load_state();
  state_ = working_;
  size_ = working_.head.next_seq;
  saved_ = std::chrono::steady_clock::now();
  stopping_ = false;
  thread_ = std::thread([this] { run(); });
}

void Tail::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  changed_.notify_all();
}

// The saved state counts only where the log still has the record it ends with.
void Tail::load_state() {
  working_ = ChainState::start(shard_, log_.descriptor());
  const std::string saved = index_->cursor();
  if (saved.empty()) return;
  try {
    ChainState state = ChainState::decode(saved);
    if (is_of_this_log(state)) {
      working_ = std::move(state);
      return;
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kUnavailable) throw;
  }
  index_->clear();
}

bool Tail::is_of_this_log(const ChainState& state) const {
  if (state.head.shard != shard_ || state.head.next_seq == 0) return false;
  const auto reader = log_.read_sealed(shard_, state.head.next_seq - 1, state.position);
  for (const auto until = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < until;) {
    const auto item = reader->next(200ms);
    if (item) return leaf_hash(item->record) == state.head.prev;
    if (reader->caught_up()) return false;
  }
  // Slow is not gone: to make the index anew takes long.
  throw Error(ErrorCode::kUnavailable, "shard " + std::to_string(shard_) + " of the log cannot be read at the moment");
}

void Tail::run() {
  while (!stopping_) {
    try {
      read_on();
    } catch (const Error& error) {
      publish();
      set_fault(error.what());
      if (error.code() == ErrorCode::kStore) break;
      for (int i = 0; i < 10 && !stopping_; ++i) std::this_thread::sleep_for(50ms);  // the broker is away: try again
    }
  }
  try {
    save_if_due(true);
  } catch (const Error& error) {  // derived: it will be made again
    set_fault(error.what());
  }
}

void Tail::read_on() {
  const bool fresh = working_.head.next_seq == 0;
  const auto reader = log_.read_sealed(shard_, working_.head.next_seq,
                                       fresh ? std::nullopt : std::optional<uint64_t>(working_.position));
  set_fault("");
  while (!stopping_) {
    const auto item = reader->next(batch_.empty() ? 100ms : 0ms);
    if (item) take(*item);
    if (!item || batch_.size() >= kBatch || mark_) publish();
    if (!item && !caught_up_ && reader->caught_up()) {
      const std::lock_guard lock(mutex_);
      caught_up_ = true;
      changed_.notify_all();
    }
    save_if_due(false);
  }
  publish();
}

// Stands in the index beside the ids, for it is filled, kept and made anew with them. No id begins like that: all have
// a version.
EventId Tail::archive_mark(const SubjectId& subject) {
  EventId mark;
  std::copy(subject.bytes.begin() + 7, subject.bytes.end(), mark.bytes.begin() + 7);  // random, as all of a subject
  return mark;
}

void Tail::take(const SealedItem& item) {
  const auto broken = [&](const std::string& expected, const std::string& found) {
    return Error(ErrorCode::kStore, "shard " + std::to_string(shard_) + " is broken at seq " +
                                        std::to_string(working_.head.next_seq) + ": expected " + expected + ", found " +
                                        found + "; run `custody verify`");
  };
  Acceptance rule(shard_, working_.head.next_seq, working_.head.prev);
  const Acceptance::Judgement judgement = rule.judge(item.record);
  if (judgement.verdict == Acceptance::Verdict::kStale) return;
  if (judgement.verdict == Acceptance::Verdict::kBroken) throw broken(judgement.expected, judgement.found);
  try {
    const Record& record = judgement.record;
    const Accepted accepted{record.statement.id, record.seal.seq, rule.head(), record.seal.sealed_at_us,
                            half_digest(sha256(record.statement_bytes))};
    // The id first: a record that counts and whose id is not known could be sealed again.
    index_->insert(accepted.id, {accepted.seq, accepted.statement});
    if (record.statement.type == "archive.opened" && !record.stamp.subject.empty())
      index_->insert(archive_mark(record.stamp.subject), {accepted.seq, accepted.statement});
    working_.apply(record, rule.head(), item.position);
    batch_.push_back(accepted);
    if (is_own(record.statement) && record.statement.type == LedgerRound::kType)
      mark_ = RoundMark{working_.round, working_.tree, working_.head.intake,
                        working_.keys.in_force(working_.head.next_seq)};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kRefused) throw;
    throw broken("a body that can be read", error.what());
  }
}

void Tail::publish() {
  if (batch_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    state_ = working_;
    size_.store(working_.head.next_seq, std::memory_order_release);
    changed_.notify_all();
  }
  for (TailListener* listener : listeners_) {
    listener->on_accepted(shard_, batch_);
    if (mark_) listener->on_round(*mark_);
  }
  mark_.reset();
  batch_.clear();
}

void Tail::save_if_due(bool now) {
  const auto time = std::chrono::steady_clock::now();
  const bool due = time - saved_ >= kSaveEvery && index_->pending() > 0 && !index_->saving();
  if (!now && !due && !index_->full()) return;
  index_->save(working_.encode());
  saved_ = time;
  if (now) index_->wait_saved();
}

ChainState Tail::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::string Tail::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

void Tail::set_fault(const std::string& fault) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  changed_.notify_all();
}

bool Tail::wait_for(uint64_t size, std::chrono::milliseconds wait) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [&] { return state_.head.next_seq >= size || stopping_; });
  return state_.head.next_seq >= size;
}

bool Tail::wait_caught_up(std::chrono::milliseconds wait) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [&] { return caught_up_ || stopping_ || !fault_.empty(); });
  return caught_up_;
}

bool grew_beyond_round(std::span<Tail* const> tails) {
  const ChainState registry = tails[0]->state();
  if (registry.growth > registry.round_size) return true;
  for (size_t i = 1; i < tails.size(); ++i)
    if (tails[i]->state().growth > (i <= registry.named.size() ? registry.named[i - 1] : 0)) return true;
  return false;
}

}  // namespace custody
