// What every question begins with: a snapshot, and the position in it that the asker means.
#pragma once

#include <charconv>

#include "projections/query/views.h"
#include "projections/store/view_store.h"
#include "projections/views/rounds.h"
#include "projections/views/summary.h"

namespace custody {

class Question {
 public:
  Question(std::shared_ptr<const ViewStore> store, const Moment& moment);
  const ViewSnapshot& snapshot() const { return snapshot_; }
  const Position& position() const { return position_; }
  // Whether a row's record lies before the position.
  bool counts(uint32_t shard, std::string_view key) const { return seq_of_key(key) < position_.sizes[shard]; }

 private:
  ViewSnapshot snapshot_;
  Position position_;
};

// The rounds as a snapshot of shard 0 has them.
std::optional<RoundAnswer> find_round(const ViewSnapshot& snapshot, uint64_t number);
std::optional<RoundAnswer> newest_round(const ViewSnapshot& snapshot);
// Rounds are numbered without gaps and their sizes never fall, so what holds for a round's cut from some round on can
// be searched for by halves. The first round for which `holds`, nullopt when there is none.
std::optional<RoundAnswer> first_round(const ViewSnapshot& snapshot,
                                       const std::function<bool(const RoundAnswer&)>& holds);

// What view.attested records say of a view, by round, or of one round.
std::vector<AttestedAnswer> find_attested(const ViewSnapshot& snapshot, View view,
                                          std::optional<uint64_t> round = std::nullopt);

EventAnswer event_answer(uint32_t shard, uint64_t seq, const EventSummary& summary);
EventAnswer event_answer(uint32_t shard, uint64_t seq, std::string_view summary_bytes);
// nullopt for an empty text.
std::optional<std::string> stated(std::string_view text);
void check_limit(size_t limit);  // kUsage

}  // namespace custody
