// custody import: events from the files of foreign systems, through a mapping file (docs/adapters.md).
#include <iostream>

#include "producers/adapters/event_source.h"
#include "tools/custody/command.h"
#include "tools/custody/sender.h"

namespace custody {
namespace {

ImportRequest request_of(const Invocation& call) {
  ImportRequest request;
  const std::string& format = call.argument(0, "the format (cloudtrail, csv or ndjson)");
  if (format == "cloudtrail")
    request.format = ImportFormat::kCloudTrail;
  else if (format == "csv")
    request.format = ImportFormat::kCsv;
  else if (format == "ndjson")
    request.format = ImportFormat::kNdjson;
  else
    throw Error(ErrorCode::kUsage, "import knows cloudtrail, csv and ndjson, not '" + format + "'");
  call.argument(1, "the file or folder to import");
  request.paths.assign(call.arguments.begin() + 1, call.arguments.end());
  request.mapping = call.value("--map");
  if (!request.mapping && request.format != ImportFormat::kCloudTrail)
    throw Error(ErrorCode::kUsage, "--map MAPPING.toml says what the " + format + " columns mean");
  return request;
}

void print_counts(const ImportSummary& summary, std::ostream& out) {
  out << summary.files << " files, " << summary.seen << " records\n";
  for (const auto& [what, count] : summary.events)
    out << "  " << what.first << " -> " << what.second << ": " << count << "\n";
  if (summary.labels > 0) out << "  labels of names that are no codes: " << summary.labels << "\n";
  for (const auto& [what, count] : summary.left_out)
    out << "  " << what.first << " left out (" << what.second << "): " << count << "\n";
}

int dry_run(EventSource& source) {
  for (int shown = 0; shown < 10;) {
    const auto event = source.next();
    if (!event) break;
    if (event->service) continue;
    std::cout << event->json << "\n";
    ++shown;
  }
  return 0;
}

int run(const Invocation& call) {
  const ImportRequest request = request_of(call);
  const auto source = open_import(request);
  if (call.has("--dry-run")) return dry_run(*source);
  const auto connection = connect(call);
  SenderOptions options;
  options.json = call.json();
  options.receipts = call.json();
  Sender sender(*connection, options, std::cout, std::cerr);
  uint64_t bad = 0;
  for (;;) {
    try {
      const auto event = source->next();
      if (!event) break;
      if (event->service)
        sender.add_import_mark(event->json);
      else
        sender.add(event->json, event->file, event->line);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kRefused) throw;
      std::cerr << error.what() << "\n";
      ++bad;
    }
  }
  const int status = sender.finish();
  if (!call.json()) print_counts(source->summary(), std::cout);
  return bad > 0 ? 2 : status;
}

}  // namespace

Command import_command() {
  return {"import",
          "cloudtrail|csv|ndjson FILE|DIR ...",
          "import the files of a foreign system; a second run changes nothing",
          "A mapping file says what records mean (docs/adapters.md). CloudTrail has one built in.\n",
          {{"--map", "FILE", "the mapping file"},
           {"--dry-run", "", "print the first ten events it would make, and send nothing"}},
          run};
}

}  // namespace custody
