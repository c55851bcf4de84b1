// Targets of HTTP requests: what is taken is clean text.
#include "tests/fuzz/fuzz.h"
#include "tools/serve/target.h"

using namespace custody;

namespace {

bool clean(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto target = parse_target(fuzz::bytes(data, size));
  if (!target) return 0;
  fuzz::require(target->path.starts_with('/') && clean(target->path), "a path is clean and begins with a slash");
  for (const auto& [name, value] : target->query) fuzz::require(clean(name) && clean(value), "a query is clean");
  return 0;
}
