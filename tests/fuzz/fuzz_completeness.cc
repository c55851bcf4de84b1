// Sections of completeness: what is read is written the same, and whatever stands in one is judged, not believed.
#include "ledger/proof/completeness.h"

#include "tests/fuzz/fuzz.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes = fuzz::bytes(data, size);
  try {
    const Completeness section = decode_completeness(bytes);
    fuzz::require(encode_completeness(section) == bytes, "one spelling for one section");
    const uint64_t rows = section.range.first + section.range.rows.size();
    fuzz::require(!judge_rows(section, rows, Digest{}, 4).fault.empty(), "no rows have the root of zeros");
    fuzz::require(!judge_rows(section, UINT64_MAX, Digest{}, 4).fault.empty(), "no rows have the root of zeros");
    fuzz::require(!judge_completeness(section, Record{}, 4).fault.empty(), "no record attests nothing");
  } catch (const Error&) {
  }
  return 0;
}
