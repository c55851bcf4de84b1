// Descriptors and saved heads: what decodes encodes to the same bytes.
#include "ledger/event/descriptor.h"
#include "ledger/verify/verifier.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes = fuzz::bytes(data, size);
  try {
    const Descriptor descriptor = decode_descriptor(bytes);
    fuzz::require(encode_descriptor(descriptor) == bytes, "a descriptor has one form");
    fuzz::require(shard_origin(descriptor, 0) == descriptor.origin, "shard 0 signs under the origin");
  } catch (const Error&) {
  }
  try {
    fuzz::require(encode_saved_head(decode_saved_head(bytes)) == bytes, "a saved head has one form");
  } catch (const Error&) {
  }
  return 0;
}
