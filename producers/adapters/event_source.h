// Where imported events come from: files of a foreign system, read once from front to back, each record turned into
// CloudEvents as a mapping says. What a record becomes is a function of the record and the mapping alone: the same
// files give the same texts in the same order, ids included, so a second import is all repeats. docs/adapters.md is the
// reference of the mapping files.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace custody {

struct ImportedEvent {
  std::string json;   // one CloudEvents 1.0 document in structured form, one line
  std::string file;   // as it was named by the caller
  uint64_t line = 0;  // from 1, where the record begins; of CloudTrail files: the record's number
  // import.begun and import.ended, which only the ledger itself may state (ReadOptions::allow_service).
  bool service = false;
};

// What became of the records: seen = mapped + left out + refused. A record may become several events (one a parameter
// that it read), so `events` counts those apart.
struct ImportSummary {
  using Counts = std::map<std::pair<std::string, std::string>, uint64_t>;
  uint64_t files = 0;
  uint64_t seen = 0;                       // records read
  uint64_t refused = 0;                    // records that next() threw kRefused for
  std::map<std::string, uint64_t> mapped;  // name in the source -> records that became events
  Counts left_out;                         // (name in the source, reason) -> records
  Counts events;                           // (name in the source, event type) -> events, without the labels
  uint64_t labels = 0;                     // *.registered events for names that are no codes
};

class EventSource {
 public:
  virtual ~EventSource() = default;
  // The next event, nullopt after the last. Error kRefused names one bad record as file:line:column and what was
  // expected there; the source stands behind that record and may be asked again. Any other Error ends the source: the
  // file cannot be read further (an open quote at its end, no JSON, no such file).
  virtual std::optional<ImportedEvent> next() = 0;
  // Of what next() has gone through so far.
  virtual const ImportSummary& summary() const = 0;
};

enum class ImportFormat { kCsv, kNdjson, kCloudTrail };

struct ImportRequest {
  ImportFormat format = ImportFormat::kCsv;
  std::vector<std::string> paths;      // files; a folder stands for the files in it that the format knows, by name
  std::optional<std::string> mapping;  // path of the mapping file; CloudTrail has one built in
  bool brackets = true;                // import.begun and import.ended around the events of each file
};

// Reads the mapping and lists the files. Error kUsage: a fault in the mapping, as file:line:column, or a file that no
// rule of the mapping is for; kNotFound: no such file.
std::unique_ptr<EventSource> open_import(const ImportRequest& request);

// The mapping of CloudTrail that is used where none is named, as a TOML text to start an own one from.
std::string_view builtin_cloudtrail_mapping();

}  // namespace custody
