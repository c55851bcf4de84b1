#include "tools/custody/bundle_report.h"

#include <algorithm>
#include <set>

#include "projections/views/body_facts.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

std::string plural(uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items)
    if (item != "subject") out += (out.empty() ? "" : ", ") + item;  // whom it is about goes with every record
  return out;
}

std::string what_text(const Record& record) {
  const Statement& statement = record.statement;
  BodyFacts facts;
  if (!read_body_facts(statement.type, statement.version, statement.body, facts)) return "";
  std::string out = facts.mode;
  const auto add = [&](const std::string& before, const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : " ") + before + text;
  };
  add("", joined(facts.fields.empty() ? facts.values : facts.fields));
  add("to ", facts.to);
  add("of ", facts.dataset);
  add("for ", std::string(statement.purpose));
  add("under ", std::string(statement.grant));
  if (facts.rows) add("rows ", std::to_string(*facts.rows));
  return out;
}

std::string rounds_text(const BundleVerdict& verdict) {
  const std::string to = std::to_string(verdict.to.number);
  if (!verdict.from) return "up to round " + to;
  return "in rounds " + std::to_string(verdict.from->number + 1) + " to " + to;
}

std::string about(const BundleQuestion& question) {
  switch (question.by) {
    case BundleQuestion::By::kCustomer:
      return "about customer " + question.what_text();
    case BundleQuestion::By::kActor:
      return "of what " + question.what_text() + " did";
    case BundleQuestion::By::kOperation:
      return "of operation " + question.what_text();
    case BundleQuestion::By::kRange:
      return "from " + to_text(Ref{question.shard, question.first}) + " to " +
             to_text(Ref{question.shard, question.last});
  }
  return "";
}

void add_proved(const BundleVerdict& verdict, const std::optional<OutsideTime::Bound>& there_by, BundleReport& report) {
  const size_t count = verdict.records.size();
  const std::string round = "round " + std::to_string(verdict.to.number);
  if (count > 0)
    report.proved.push_back("the operator of " + verdict.checkpoint.origin + " has signed a ledger in which " +
                            (count == 1 ? "this record stands" : "these " + std::to_string(count) + " records stand") +
                            ", each unchanged and at the place shown with it, covered by " + round);
  else
    report.proved.push_back("the operator of " + verdict.checkpoint.origin + " has signed a ledger that ends with " +
                            round);
  if (verdict.from)
    report.proved.push_back("none of them stands before round " + std::to_string(verdict.from->number) +
                            " of that ledger, or behind " + round);
  if (verdict.whole_range)
    report.proved.push_back("these are all records " + about(verdict.question) + " " + rounds_text(verdict));
  if (verdict.complete) {
    const std::string until = "up to round " + std::to_string(verdict.complete->round) + " (closed " +
                              short_time(to_rfc3339(verdict.complete->closed_at_us)) + ")";
    report.proved.push_back(
        (count > 0 ? "the ledger has no other records " : "the ledger has no records ") + about(verdict.question) +
        (verdict.from ? " behind round " + std::to_string(verdict.from->number) : "") + " " + until +
        ", by its own view, whose root record " + to_text(verdict.complete->attested) + " states");
  }
  if (!verdict.values.empty()) {
    std::set<Ref> of;
    for (const BundleVerdict::Value& value : verdict.values) of.insert(value.ref);
    report.proved.push_back(plural(verdict.values.size(), "value is the one", "values are those") + " that " +
                            plural(of.size(), "record commits", "records commit") + " to");
  }
  for (const ProofVerdict::Witness& witness : verdict.witnesses)
    report.proved.push_back(witness.name + (witness.owner.empty() ? "" : " (" + witness.owner + ")") +
                            " has seen this state of the ledger at " + second_text(witness.time_s));
  if (there_by)
    report.proved.push_back("the records were in the ledger by " + short_time(to_rfc3339(there_by->us)) + ", says " +
                            there_by->by);
}

bool names_customer(const BundleVerdict& verdict) {
  return std::ranges::any_of(verdict.values, [](const auto& value) { return value.field == "subject"; });
}

void add_not_proved(const BundleVerdict& verdict, bool under_policy, bool there_by, BundleReport& report) {
  const auto add = [&](std::string text) { report.not_proved.push_back(std::move(text)); };
  if (verdict.complete) {
    add("that the operator's view, which the above rests on, was folded rightly: whoever has the log can tell "
        "(`custody rebuild --check-attested`), and record " +
        to_text(verdict.complete->attested) + " convicts a false one");
    if (verdict.complete->round < verdict.to.number)
      add("that there are no others behind round " + std::to_string(verdict.complete->round));
  } else if (!verdict.whole_range) {
    add("that these are all records " + about(verdict.question) + ": the operator chose what is in this file");
  }
  if (verdict.witnesses.empty())
    add("UNWITNESSED: no witness that you trust has seen this checkpoint; the operator could show others another "
        "history");
  add("when each record was made: the times in it are its source's and the operator's word" +
      std::string(there_by ? "; they were there by the time above, not since how long" : ""));
  add("that what a source stated is true, or that it stated all it should");
  if (verdict.question.by == BundleQuestion::By::kCustomer && !names_customer(verdict))
    add("that " + verdict.question.what_text() +
        " is the customer you mean: the number is not disclosed (field `subject`)");
  add(verdict.values.empty() ? "values: records hold commitments to them, and this file discloses none"
                             : "any value that is not shown: records hold commitments to the others");
  if (verdict.policy && !under_policy)
    add("that the witnesses of the policy in this file have seen it: the operator chose that policy; judge by one of "
        "your own with --policy");
  if (verdict.times) add("what part 130 is to prove (time stamps): this program does not judge it");
  for (const uint8_t kind : verdict.unknown)
    add("what part " + std::to_string(kind) + " is to prove: a newer program knows it, this one does not");
}

bool harmless(char32_t c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
  return !((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff);
}

// The next character of valid UTF-8.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<uint8_t>(text.front());
  const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t c = size == 1 ? lead : lead & (0x7fU >> size);
  for (size_t i = 1; i < size; ++i) c = c << 6 | (static_cast<uint8_t>(text[i]) & 0x3fU);
  text.remove_prefix(size);
  return c;
}

}  // namespace

std::string printable(std::string_view text) {
  if (!is_utf8(text)) return "(no text)";
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = take_character(text);
    if (harmless(c)) {
      out += before.substr(0, before.size() - text.size());
    } else {
      char escaped[16];
      std::snprintf(escaped, sizeof escaped, "\\u{%x}", static_cast<unsigned>(c));
      out += escaped;
    }
  }
  return out;
}

RecordLine line_of(const Record& record) {
  const Statement& statement = record.statement;
  return {to_text(record.ref()),
          short_time(to_rfc3339(statement.time)),
          short_time(to_rfc3339(record.seal.sealed_at_us)),
          printable(statement.type),
          printable(statement.actor),
          printable(statement.step),
          printable(statement.source),
          printable(what_text(record))};
}

// Of the customer asked for, where the records disclose one number and no other.
std::string number_text(const BundleVerdict& verdict) {
  std::set<std::string> numbers;
  for (const BundleVerdict::Value& value : verdict.values)
    if (value.field == "subject") numbers.insert(printable(value.value));
  if (verdict.question.by != BundleQuestion::By::kCustomer || numbers.size() != 1) return "";
  return " (" + *numbers.begin() + ")";
}

std::vector<RecordLine> lines_of(const BundleVerdict& verdict) {
  std::multimap<int64_t, RecordLine> placed;  // of the same time in the order of their places
  for (const std::string_view bytes : verdict.records) {
    const Record record = decode_record(bytes);
    placed.emplace(record.statement.time.us, line_of(record));
  }
  std::vector<RecordLine> lines;
  for (auto& [time, line] : placed) lines.push_back(std::move(line));
  return lines;
}

// In the order in which they are first met.
std::vector<ValueLine> values_of(const BundleVerdict& verdict) {
  std::vector<ValueLine> lines;
  std::map<std::pair<std::string, std::string>, size_t> met;
  for (const BundleVerdict::Value& value : verdict.values) {
    const ValueLine line{std::string(value.field), value_text(value), to_text(value.ref)};
    const auto [at, first] = met.try_emplace({line.field, line.value}, lines.size());
    if (first)
      lines.push_back(line);
    else
      lines[at->second].refs += " " + line.refs;
  }
  return lines;
}

BundleReport report_of(const BundleVerdict& verdict, bool under_policy,
                       const std::optional<OutsideTime::Bound>& there_by) {
  BundleReport report;
  report.title = verdict.question.by_text() + " " + printable(verdict.question.what_text()) + number_text(verdict) +
                 ", " + rounds_text(verdict);
  for (const std::string_view bytes : verdict.records) {
    const Record record = decode_record(bytes);
    ++report.types[printable(record.statement.type)];
    ++report.actors[printable(record.statement.actor)];
    ++report.sources[printable(record.statement.source)];
    const Instant time = record.statement.time;
    if (!report.times) report.times = {time, time};
    if (time.us < report.times->first.us) report.times->first = time;
    if (time.us > report.times->second.us) report.times->second = time;
  }
  report.lines = lines_of(verdict);
  report.values = values_of(verdict);
  add_proved(verdict, there_by, report);
  add_not_proved(verdict, under_policy, there_by.has_value(), report);
  return report;
}

std::string value_text(const BundleVerdict::Value& value) {
  if (value.type != ValueType::kAttachment) return printable(value.value);
  return "(attachment of " + plural(value.value.size(), "byte", "bytes") + ", SHA-256 " +
         to_hex(view_of(sha256(value.value))) + ")";
}

std::string counts_text(const Counts& counts, size_t most) {
  std::vector<std::pair<uint64_t, std::string>> order;
  for (const auto& [name, count] : counts) order.emplace_back(count, name.empty() ? "(not stated)" : name);
  std::ranges::sort(
      order, [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::string out;
  for (size_t i = 0; i < std::min(most, order.size()); ++i)
    out += (i == 0 ? "" : ", ") + std::to_string(order[i].first) + " " + order[i].second;
  if (order.size() > most) out += " and " + std::to_string(order.size() - most) + " more";
  return out;
}

}  // namespace custody
