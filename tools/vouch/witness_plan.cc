#include "tools/vouch/witness_plan.h"

#include <algorithm>
#include <utility>

namespace custody {
namespace {

constexpr unsigned kMostConflicts = 2;  // in a turn: one tells the size, a second may come of another submitter

std::string records(uint64_t size) {
  return std::to_string(size) + (size == 1 ? " record" : " records");
}

}  // namespace

WitnessPlan::WitnessPlan(Policy policy, const WitnessPace& pace)
    : policy_(std::move(policy)), pace_(pace), going_(policy_.witnesses.size()), states_(policy_.witnesses.size()) {}

void WitnessPlan::offer(uint64_t round, uint64_t size, const std::string& note, Time now) {
  if (size <= newest_size_) return;
  newest_round_ = round;
  newest_size_ = size;
  newest_note_ = note;
  if (!lacking_since_) lacking_since_ = now;
}

void WitnessPlan::remember(size_t witness, uint64_t size) {
  states_.at(witness).size = size;
}

bool WitnessPlan::someone_is_busy() const {
  return std::ranges::any_of(going_, [](const Going& going) { return going.busy; });
}

bool WitnessPlan::may_begin(Time now) const {
  if (turn_.open || newest_size_ == 0) return false;
  if (turn_.size > 0 && now < turn_.began + pace_.turn) return false;
  const bool again = newest_size_ == turn_.size;
  if (again && turn_.quorum) return false;
  if (going_.empty()) return true;  // for those who add lines
  for (size_t i = 0; i < going_.size(); ++i)
    if (!going_[i].busy && now >= going_[i].not_before && !(again && going_[i].cosigned == turn_.size)) return true;
  return false;
}

void WitnessPlan::begin_turn(Time now) {
  if (turn_.size != newest_size_)
    turn_ = {newest_round_, newest_size_, newest_note_, now, std::nullopt, false, false, true};
  turn_.open = true;
  turn_.began = now;
  for (Going& going : going_) going.conflicts = 0;
  if (!policy_.quorum) {  // nobody need be asked
    turn_.quorum = true;
    turn_.quorum_at = now;
  }
}

bool WitnessPlan::wants(size_t witness, Time now) const {
  const Going& going = going_[witness];
  return turn_.open && !going.busy && now >= going.not_before && going.cosigned != turn_.size &&
         states_[witness].size <= turn_.size;
}

std::vector<WitnessPlan::Errand> WitnessPlan::due(Time now) {
  if (may_begin(now)) begin_turn(now);
  std::vector<Errand> errands;
  for (size_t i = 0; i < going_.size(); ++i) {
    if (!wants(i, now)) continue;
    going_[i].busy = true;
    errands.push_back({i, states_[i].size, turn_.round, turn_.size, turn_.note});
  }
  return errands;
}

void WitnessPlan::answer(const Errand& errand, const WitnessAnswer& answer, Time now) {
  going_[errand.witness].busy = false;
  switch (answer.kind) {
    case WitnessAnswer::kCosigned:
      return take_line(errand, answer, now);
    case WitnessAnswer::kSize:
      return take_size(errand, answer.size, now);
    case WitnessAnswer::kFailed:
      return fail(errand.witness, answer.failure, answer.trouble, now);
  }
}

void WitnessPlan::abandon(const Errand& errand, Time now) {
  going_[errand.witness].busy = false;
  going_[errand.witness].not_before = now + pace_.first_pause;
}

void WitnessPlan::take_line(const Errand& errand, const WitnessAnswer& answer, Time now) {
  Going& going = going_[errand.witness];
  WitnessState& state = states_[errand.witness];
  going.failures = 0;
  going.cosigned = errand.size;
  state.size = errand.size;
  state.round = errand.round;
  state.contradicts = false;
  state.time_s = answer.time_s;
  ++state.cosigned;
  state.trouble.clear();
  add_line(errand.size, answer.line);
  if (turn_.open && !turn_.quorum && judge_policy(policy_, parse_note(turn_.note)).quorum) {
    turn_.quorum = true;
    turn_.quorum_at = now;
  }
}

// One that comes too late for its note is dropped.
void WitnessPlan::add_line(uint64_t size, const std::string& line) {
  if (!turn_.open || size != turn_.size || turn_.note.size() + line.size() > kMaxNoteBytes) return;
  turn_.note += line;
  turn_.changed = true;
}

std::optional<std::pair<uint64_t, std::string>> WitnessPlan::open_turn() const {
  if (!turn_.open) return std::nullopt;
  return std::pair(turn_.size, turn_.note);
}

void WitnessPlan::take_size(const Errand& errand, uint64_t size, Time now) {
  Going& going = going_[errand.witness];
  WitnessState& state = states_[errand.witness];
  if (size > newest_size_)
    return fail(errand.witness, OutsideFailure::kBeyond,
                "has cosigned " + records(size) + ", and this ledger has signed " + records(newest_size_) +
                    ": it was brought back from an older copy, or another copy of it runs elsewhere",
                now);
  if (size == errand.old_size && size == errand.size)
    return fail(errand.witness, OutsideFailure::kContradiction,
                "has cosigned another tree of " + records(size) + ": there is another history of this ledger", now);
  if (size == errand.old_size)
    return fail(errand.witness, OutsideFailure::kMalformed,
                "says that it knows " + records(size) + ", when it was sent what follows them", now);
  if (++going.conflicts > kMostConflicts)
    return fail(errand.witness, OutsideFailure::kMalformed, "names one size after the other", now);
  if (size < state.size) {
    ++state.failures[static_cast<size_t>(OutsideFailure::kForgot)];
    state.trouble =
        "had cosigned " + records(state.size) + ", and knows " + records(size) + " now: it has forgotten what it saw";
  }
  state.size = size;
}

void WitnessPlan::fail(size_t witness, OutsideFailure failure, const std::string& trouble, Time now) {
  Going& going = going_[witness];
  const unsigned doublings = std::min(going.failures++, 20U);
  going.not_before =
      now + std::min<std::chrono::milliseconds>(pace_.first_pause * (1LL << doublings), pace_.most_pause);
  ++states_[witness].failures[static_cast<size_t>(failure)];
  states_[witness].trouble = trouble;
  if (failure == OutsideFailure::kBeyond || failure == OutsideFailure::kContradiction)
    states_[witness].contradicts = true;
}

bool WitnessPlan::over(Time now) const {
  if (!turn_.open) return false;
  if (turn_.quorum_at && now >= *turn_.quorum_at + pace_.grace) return true;
  if (someone_is_busy()) return false;
  for (size_t i = 0; i < going_.size(); ++i)
    if (wants(i, now)) return false;
  return true;
}

std::optional<WitnessPlan::Outcome> WitnessPlan::finished(Time now) {
  if (!over(now)) return std::nullopt;
  turn_.open = false;
  if (turn_.quorum) {
    lacking_since_.reset();
    if (newest_size_ > turn_.size) lacking_since_ = turn_.began;  // it was signed after that
  }
  if (!std::exchange(turn_.changed, false)) return std::nullopt;
  const PolicyVerdict verdict = judge_policy(policy_, parse_note(turn_.note));
  return Outcome{turn_.round, turn_.size, turn_.note, quorum_time_s(policy_, verdict), verdict.quorum};
}

WitnessPlan::Time WitnessPlan::wake(Time now) const {
  Time soonest = Time::max();
  const auto at = [&](Time time) {
    if (time > now) soonest = std::min(soonest, time);
  };
  if (turn_.open && turn_.quorum_at) at(*turn_.quorum_at + pace_.grace);
  if (!turn_.open && newest_size_ == turn_.size && turn_.quorum) return soonest;
  const Time next = turn_.open || turn_.size == 0 ? now : turn_.began + pace_.turn;
  for (const Going& going : going_)
    if (!going.busy) at(std::max(going.not_before, next));
  if (going_.empty()) at(next);
  return soonest;
}

}  // namespace custody
