// A bundle as text for a terminal, and as JSON.
#include <boost/json.hpp>
#include <map>

#include "ledger/codec/json.h"
#include "tools/api/api.h"
#include "tools/custody/bundle_report.h"
#include "tools/custody/text.h"
#include "tools/custody/trusted_keys.h"

namespace custody {
namespace {

constexpr size_t kMostNames = 5;

std::string padded(std::string text, size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text + " ";
}

std::string record_text(const RecordLine& line) {
  return padded(line.time, 25) + padded(line.type, 22) + padded(line.actor, 24) + padded(line.step, 18) + line.what +
         "  [" + line.ref + "]\n";
}

boost::json::object round_json(const BundleVerdict::Round& round) {
  return {{"round", round.number}, {"ref", to_text(Ref{0, round.seq})}, {"closed_at", to_rfc3339(round.closed_at_us)}};
}

boost::json::object counts_json(const Counts& counts) {
  boost::json::object out;
  for (const auto& [name, count] : counts) out[name] = count;
  return out;
}

boost::json::array texts_json(const std::vector<std::string>& texts) {
  boost::json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

boost::json::object head_json(const BundleVerdict& verdict, const BundleReport& report) {
  boost::json::object out{{"verdict", "proved"},
                          {"proved", texts_json(report.proved)},
                          {"not_proved", texts_json(report.not_proved)},
                          {"question",
                           {{"by", verdict.question.by_text()},
                            {"what", verdict.question.what_text()},
                            {"from", verdict.question.from},
                            {"to", verdict.question.to}}},
                          {"ledger",
                           {{"id", to_text(verdict.descriptor.ledger_id)},
                            {"name", verdict.descriptor.name},
                            {"created_at", to_rfc3339(verdict.descriptor.created_at_us)},
                            {"shards", verdict.descriptor.shards}}},
                          {"checkpoint",
                           {{"origin", verdict.checkpoint.origin},
                            {"size", verdict.checkpoint.size},
                            {"root", to_base64(view_of(verdict.checkpoint.root))}}},
                          {"signer", verdict.signer},
                          {"witnesses", witnesses_json(verdict.witnesses)},
                          {"round", round_json(verdict.to)},
                          {"summary",
                           {{"records", verdict.records.size()},
                            {"types", counts_json(report.types)},
                            {"actors", counts_json(report.actors)},
                            {"sources", counts_json(report.sources)}}}};
  if (verdict.from) out["behind"] = round_json(*verdict.from);
  return out;
}

std::string value_json(const BundleVerdict::Value& value) {
  std::string out = "{\"ref\":\"" + to_text(value.ref) + "\",\"field\":";
  append_json_string(out, value.field);
  if (value.type == ValueType::kAttachment) {
    out += ",\"type\":\"attachment\",\"value\":\"" + to_base64(value.value) + "\"}";
    return out;
  }
  out += value.type == ValueType::kJson ? ",\"type\":\"json\",\"value\":" : ",\"type\":\"text\",\"value\":";
  append_json_string(out, value.value);
  return out + "}";
}

}  // namespace

std::string bundle_text(const BundleVerdict& verdict, const BundleReport& report) {
  std::string out = "bundle      " + report.title + ", closed " + short_time(to_rfc3339(verdict.to.closed_at_us)) +
                    "\nledger      " + printable(verdict.descriptor.name) + ", " + verdict.checkpoint.origin + "\n";
  out += "records     " + std::to_string(verdict.records.size());
  if (report.times)
    out += ", with times from " + short_time(to_rfc3339(report.times->first)) + " to " +
           short_time(to_rfc3339(report.times->second)) + "\n            " + counts_text(report.types, kMostNames) +
           "\nactors      " + counts_text(report.actors, kMostNames) + "\nsources     " +
           counts_text(report.sources, kMostNames);
  out += "\n\n";
  for (const RecordLine& line : report.lines) out += record_text(line);
  if (!report.values.empty()) out += "\nvalues:\n";
  for (const ValueLine& line : report.values)
    out += "  " + padded(line.field, 20) + padded(line.value, 40) + "[" + line.refs + "]\n";
  out += "\n";
  for (const std::string& text : report.proved) out += "PROVED      " + printable(text) + "\n";
  out += "signed by   " + verdict.signer + "\n" + witnesses_text(verdict.witnesses);
  for (const std::string& text : report.not_proved) out += "NOT PROVED  " + printable(text) + "\n";
  return out;
}

std::string bundle_json(const BundleVerdict& verdict, const BundleReport& report) {
  std::string out = boost::json::serialize(head_json(verdict, report));
  out.pop_back();
  const auto list = [&](const char* name, const std::vector<std::string_view>& records) {
    out += std::string(",\"") + name + "\":[";
    for (size_t i = 0; i < records.size(); ++i) out += (i == 0 ? "" : ",") + record_json(decode_record(records[i]), "");
    out += "]";
  };
  list("records", verdict.records);
  list("supporting", verdict.supporting);
  out += ",\"values\":[";
  for (size_t i = 0; i < verdict.values.size(); ++i) out += (i == 0 ? "" : ",") + value_json(verdict.values[i]);
  return out + "]}\n";
}

}  // namespace custody
