// Records and blobs: what decodes encodes to the same bytes, and the naive twin takes the same ones.
#include "ledger/event/record.h"
#include "tests/fuzz/fuzz.h"
#include "tests/reference/parts.h"

using namespace custody;

namespace {

bool twin_takes(const std::string& bytes) {
  try {
    twin::read_record(bytes);
    return true;
  } catch (const twin::Malformed&) {
    return false;
  }
}

void try_blob(const std::string& bytes) {
  std::string hash;
  try {
    hash = bytes.empty() ? "" : std::string(view_of(blob_hash(bytes)));
    if (!bytes.empty()) fuzz::require(encode_blob(decode_blob(bytes)) == bytes, "a blob has one form");
  } catch (const Error&) {
  }
  fuzz::require(hash == twin::blob_hash(bytes), "both hash the same blobs");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes = fuzz::bytes(data, size);
  try_blob(bytes);
  if (size > kMaxRecordBytes) return 0;
  Record record;
  try {
    record = decode_record(bytes);
  } catch (const Error&) {
    fuzz::require(!twin_takes(bytes), "both refuse the same records");
    return 0;
  }
  fuzz::require(twin_takes(bytes), "both take the same records");
  fuzz::require(encode_record(record.seal, to_canonical(record.stamp) + to_canonical(record.statement)) == bytes,
                "a record has one form");
  const auto id = make_event_id(record.statement.source, record.statement.source_id, record.statement.time.us);
  const twin::Record other = twin::read_record(bytes);
  fuzz::require(id.view() == twin::event_id(other.source, other.source_id, other.time), "both make the same id");
  return 0;
}
