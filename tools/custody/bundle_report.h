// What a reader is told of a bundle that holds: sentences of what is proved and what is not, and a summary that is
// derived from the proved records alone. Text, JSON and HTML are made of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/proof/bundle_judge.h"
#include "tools/custody/outside_time.h"

namespace custody {

// A record as a line of a list; of the texts any may hold what its source pleased.
struct RecordLine {
  std::string ref, time, sealed_at, type, actor, step, source, what;
};
RecordLine line_of(const Record& record);

// A value, and the records that commit to it.
struct ValueLine {
  std::string field, value, refs;
};

// How often each was seen.
using Counts = std::map<std::string, uint64_t>;

struct BundleReport {
  std::string title;  // "customer 0198... (C-10017), in rounds 3 to 12"
  Counts types, actors, sources;
  std::optional<std::pair<Instant, Instant>> times;  // first and last that the sources state
  std::vector<RecordLine> lines;                     // in the order of these times
  std::vector<ValueLine> values;
  std::vector<std::string> proved, not_proved;
};
BundleReport report_of(const BundleVerdict& verdict, bool under_policy,
                       const std::optional<OutsideTime::Bound>& there_by);

// A value as one line: text as it is, other JSON as it is written, an attachment by its size and digest.
std::string value_text(const BundleVerdict::Value& value);
// "3 data.accessed, 1 data.collected": the most frequent first, at most `most` of them.
std::string counts_text(const Counts& counts, size_t most);
// Characters that would move or colour a terminal, or turn the direction of text, as \u{1b}.
std::string printable(std::string_view text);

std::string bundle_text(const BundleVerdict& verdict, const BundleReport& report);
std::string bundle_json(const BundleVerdict& verdict, const BundleReport& report);

}  // namespace custody
