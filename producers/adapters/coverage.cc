#include "producers/adapters/coverage.h"

#include <set>

#include "ledger/base/error.h"

namespace custody {
namespace {

constexpr std::string_view kHead =
    "# What became of the CloudTrail records\n\n"
    "Made from `examples/cloudtrail` with the mapping in the same folder; a test makes it anew and compares. A record "
    "that\n"
    "reads several parameters becomes several events and an `operation.closed`, so events and records differ there.\n"
    "*failed* calls moved nothing. Events that keep the full names of shortened codes (`device.registered` and its "
    "like)\n"
    "are not in the table.\n\n"
    "| event name | records | became | left out |\n|---|--:|---|---|\n";

struct Row {
  uint64_t records = 0;
  std::string became, left_out;
};

void add(std::string& cell, const std::string& what, uint64_t count) {
  cell += (cell.empty() ? "" : ", ") + std::to_string(count) + " × " + what;
}

}  // namespace

std::string coverage_markdown(const ImportSummary& summary) {
  std::map<std::string, Row> rows;
  uint64_t mapped = 0, left_out = 0, events = 0;
  for (const auto& [name, count] : summary.mapped) {
    rows[name].records += count;
    mapped += count;
  }
  for (const auto& [key, count] : summary.left_out) {
    rows[key.first].records += count;
    add(rows[key.first].left_out, key.second, count);
    left_out += count;
  }
  for (const auto& [key, count] : summary.events) {
    add(rows[key.first].became, "`" + key.second + "`", count);
    events += count;
  }
  if (mapped + left_out + summary.refused != summary.seen)
    throw Error(ErrorCode::kRefused, "the records of the summary do not add up");
  std::string out(kHead);
  for (const auto& [name, row] : rows)
    out += "| " + name + " | " + std::to_string(row.records) + " | " + row.became + " | " + row.left_out + " |\n";
  out += "| **all** | **" + std::to_string(summary.seen) + "** | " + std::to_string(events) + " events of " +
         std::to_string(mapped) + " records | " + std::to_string(left_out) + " records |\n";
  return out;
}

}  // namespace custody
