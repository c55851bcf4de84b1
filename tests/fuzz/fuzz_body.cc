// Bodies of every type in the catalogue: the first byte chooses the type, the rest is the body. What is canonical has a
// JSON form, and a round of it that the verifier reads too.
#include "ledger/event/catalogue.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto types = all_types();
  const TypeInfo& type = types[data[0] % types.size()];
  const std::string body = fuzz::bytes(data + 1, size - 1);
  try {
    type.check(body);
  } catch (const Error&) {
    return 0;
  }
  try {
    fuzz::require(!type.to_json(body).empty(), "a canonical body has a JSON form");
    fuzz::require(!type.key_owner(body).empty(), "a canonical body names whose key it takes");
  } catch (const Error& error) {
    fuzz::require(false, error.what());
  }
  return 0;
}
