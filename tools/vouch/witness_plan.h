// What is submitted to which witness, and when: decisions alone, without sockets, log or clock.
//
// One checkpoint at a time is put before all witnesses, the newest when its turn comes, so that their cosignatures meet
// under one note. Its turn ends when all who were asked have answered, or the quorum is there and the others have had a
// moment more; its note is then final if it has the quorum. A witness that fails is left alone for a while, longer each
// time; one that is slow does not hold up the others beyond their quorum.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/proof/policy.h"
#include "ledger/proof/submission.h"

namespace custody {

struct WitnessPace {
  std::chrono::milliseconds turn{1000};         // from one checkpoint's turn to the next one's
  std::chrono::milliseconds grace{500};         // for those who have not answered when the quorum is there
  std::chrono::milliseconds first_pause{1000};  // after a failure, doubled with each further one
  std::chrono::milliseconds most_pause{300'000};
};

// How a witness is.
struct WitnessState {
  uint64_t size = 0;    // that it has cosigned last, as far as known
  uint64_t round = 0;   // of that size; 0 = not in this run
  uint64_t time_s = 0;  // when it did, by its own clock; 0 = not in this run
  uint64_t cosigned = 0;
  std::array<uint64_t, kOutsideFailures> failures{};  // by OutsideFailure
  std::string trouble;                                // of the last attempt; empty = well, or none yet
  bool contradicts = false;                           // it has seen what this log does not hold
};

class WitnessPlan {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Errand {
    size_t witness = 0;  // its index in the policy
    uint64_t old_size = 0;
    uint64_t round = 0;
    uint64_t size = 0;
    std::string note;
  };
  struct Outcome {
    uint64_t round = 0;
    uint64_t size = 0;
    std::string note;                       // with the cosignatures
    std::optional<uint64_t> quorum_time_s;  // nullopt = it lacks its quorum
    bool quorum = false;
  };

  WitnessPlan(Policy policy, const WitnessPace& pace);

  // A checkpoint was signed with this round. One that is not larger than one before is passed over.
  void offer(uint64_t round, uint64_t size, const std::string& note, Time now);
  // What is known of before: the witness has cosigned that.
  void remember(size_t witness, uint64_t size);
  // What to send now. Each errand ends with an answer.
  std::vector<Errand> due(Time now);
  void answer(const Errand& errand, const WitnessAnswer& answer, Time now);
  // An errand that we could not send, through no fault of the witness.
  void abandon(const Errand& errand, Time now);
  // A line that somebody else than a witness puts to the note of the turn, while that is open and of this size.
  void add_line(uint64_t size, const std::string& line);
  // The size and the note of the turn that is open.
  std::optional<std::pair<uint64_t, std::string>> open_turn() const;
  // The note of a turn that has ended, where a line was put to it.
  std::optional<Outcome> finished(Time now);
  // When there may be something to do without an answer or an offer.
  Time wake(Time now) const;

  // Since when there is a checkpoint that lacks its quorum; nullopt = the newest has it.
  std::optional<Time> lacking_since() const { return lacking_since_; }
  const std::vector<WitnessState>& witnesses() const { return states_; }
  const Policy& policy() const { return policy_; }

 private:
  struct Turn {
    uint64_t round = 0;
    uint64_t size = 0;
    std::string note;
    Time began;
    std::optional<Time> quorum_at;
    bool quorum = false;
    bool changed = false;  // since its note was handed out
    bool open = false;
  };
  struct Going {
    bool busy = false;
    uint64_t cosigned = 0;   // of the last turn's size
    unsigned conflicts = 0;  // in this turn
    unsigned failures = 0;   // in a row
    Time not_before{};
  };
  void begin_turn(Time now);
  bool may_begin(Time now) const;
  bool wants(size_t witness, Time now) const;
  bool over(Time now) const;
  bool someone_is_busy() const;
  void take_line(const Errand& errand, const WitnessAnswer& answer, Time now);
  void take_size(const Errand& errand, uint64_t size, Time now);
  void fail(size_t witness, OutsideFailure failure, const std::string& trouble, Time now);

  Policy policy_;
  WitnessPace pace_;
  uint64_t newest_round_ = 0;
  uint64_t newest_size_ = 0;
  std::string newest_note_;
  Turn turn_;
  std::vector<Going> going_;
  std::vector<WitnessState> states_;
  std::optional<Time> lacking_since_;
};

}  // namespace custody
