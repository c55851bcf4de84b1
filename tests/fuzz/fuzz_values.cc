// The plain text of a section of values, and blobs: what is read is written again to the same bytes.
#include "ledger/event/record.h"
#include "ledger/event/values.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = fuzz::bytes(data, size);
  if (const auto fields = decode_section(text)) {
    fuzz::require(!fields->empty(), "a section holds a field");
    fuzz::require(encode_section(*fields) == text, "a section has one form");
  }
  try {
    (void)blob_hash(text);
    if (!text.empty()) fuzz::require(!decode_blob(text).sections.empty(), "a blob holds a section");
  } catch (const Error&) {
  }
  return 0;
}
