// Intake entries and log entries: what decodes encodes to the same bytes.
#include "ledger/event/record.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes = fuzz::bytes(data, size);
  try {
    const IntakeEntry entry = decode_intake(bytes);
    fuzz::require(encode_intake(entry.stamp_bytes, entry.statement_bytes, entry.blob) == bytes,
                  "an entry has one form");
    fuzz::require(to_canonical(entry.stamp) + to_canonical(entry.statement) == entry.stamp_and_statement,
                  "stamp and statement have one form");
  } catch (const Error&) {
  }
  try {
    const LogEntry entry = decode_log_entry(bytes);
    fuzz::require(encode_log_entry(entry.record, entry.blob) == bytes, "a log entry has one form");
  } catch (const Error&) {
  }
  return 0;
}
