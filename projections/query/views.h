// The questions that can be asked of the views. Each takes its own short read snapshot of all shards, resolves the
// moment to a position, and answers from the rows before it: rows are never changed once written, so the past is
// answered as exactly as the present.
//
// Errors: kUsage = a malformed `from` or limit; kNotFound = there is no such round; kUnavailable = a shard's views have
// not reached that round yet (they lag, or their shard stopped at a broken link): the message says which and how far.
// A customer, actor or step that nobody mentioned has an empty answer: absence is an answer, not an error.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/query/answers.h"
#include "projections/query/digest_answers.h"
#include "projections/views/activity.h"

namespace custody {

class ViewStore;
enum class View : uint8_t;

// "actor", "step", "source", "dataset", "operation".
std::string_view activity_by_name(ActivityBy by);
std::optional<ActivityBy> parse_activity_by(std::string_view name);

// What page to give: `from` is empty or an earlier answer's `next`; limit 1 ... 10,000.
struct Page {
  std::string from;
  size_t limit = 100;
};

class Views {
 public:
  // `store` gives the generation in use at that moment; must be callable from any thread.
  explicit Views(std::function<std::shared_ptr<const ViewStore>()> store);

  // Where the moment lies. kNotFound: a round that there is not.
  Position resolve(const Moment& moment) const;
  // The newest round of shard 0's views, whether or not the other shards have reached it.
  std::optional<RoundAnswer> latest_round() const;
  std::optional<RoundAnswer> round(uint64_t number) const;
  // What was attested of a view, by round, or of one round: more than one where somebody contradicts themselves.
  std::vector<AttestedAnswer> attested(View view, std::optional<uint64_t> round = std::nullopt) const;
  // The first round closed at or after the time; nullopt: not yet.
  std::optional<RoundAnswer> first_round_from(int64_t time_us) const;
  // The round a record belongs to: the first whose size of its shard is above the record's seq. nullopt: not closed
  // yet.
  std::optional<RoundAnswer> round_of(const Ref& ref) const;

  TimelineAnswer timeline(const SubjectId& subject, const Moment& moment = {}, const Page& page = {}) const;
  // The newest `limit` events, still oldest first.
  TimelineAnswer timeline_tail(const SubjectId& subject, size_t limit, const Moment& moment = {}) const;
  FieldsAnswer fields(const SubjectId& subject, const Moment& moment = {}) const;
  // `name` of an operation is its 16 bytes.
  ActivityAnswer activity(ActivityBy by, std::string_view name, const Moment& moment = {}, const Page& page = {}) const;
  // As activity, newest first.
  ActivityAnswer activity_newest(ActivityBy by, std::string_view name, const Moment& moment = {},
                                 const Page& page = {}) const;

  // Where the events about a subject, or of a name, lie: those before the moment and, in each shard, from `begin` on;
  // ascending. kRefused where there are more than `most`.
  struct Between {
    std::vector<uint64_t> begin;  // a seq of every shard
    Moment moment;
    size_t most = 0;
  };
  std::vector<Ref> places(const SubjectId& subject, const Between& between) const;
  std::vector<Ref> places(ActivityBy by, std::string_view name, const Between& between) const;

  // One entry, or all of a kind. `state` counts what is effective at `at_us` (by default: when the position's round was
  // closed; at the frontier everything).
  std::optional<RegistryEntry> registry_entry(std::string_view kind, std::string_view id, const Moment& moment = {},
                                              std::optional<int64_t> at_us = std::nullopt) const;
  RegistryAnswer registry(std::string_view kind, const Moment& moment = {}, const Page& page = {},
                          std::optional<int64_t> at_us = std::nullopt) const;
  // Who owned the step at `at_us`, as far as the ledger knew at `moment`.
  OwnerAnswer step_owner(std::string_view step, int64_t at_us, const Moment& moment = {}) const;

  // Reads every row: seconds for millions.
  DigestsAnswer digests(const Moment& moment = {}) const;
  std::vector<UnknownType> unknown_types() const;

 private:
  std::function<std::shared_ptr<const ViewStore>()> store_;
};

}  // namespace custody
