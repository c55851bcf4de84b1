// Mapping files and what stands in them: refused with a place, or usable on any record.
#include <boost/json/object.hpp>

#include "ledger/base/error.h"
#include "producers/adapters/mapping.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

namespace {

void use(std::string_view text) {
  const boost::json::object record = {{"a", "Text"}, {"b", {{"c", {1, true, nullptr}}}}, {"", ""}};
  Mapping mapping;
  Scope scope;
  scope.mapping = &mapping;
  scope.record = &record;
  scope.file = "file.csv";
  scope.line = 1;
  try {
    (void)Template::parse(text).render(scope);
  } catch (const Error&) {
  } catch (const RecordFault&) {
  }
  try {
    const TimeFormat format{std::string(text)};
    for (const char* time : {"2026-01-02T03:04:05Z", "02/01/26 03:04", "1700000000123", "%"}) {
      const auto instant = format.instant(time, 60);
      fuzz::require(!instant || instant->us >= 0, "no time before 1970");
      (void)format.day(time);
    }
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = fuzz::bytes(data, size);
  try {
    (void)parse_mapping(text, "mapping.toml");
  } catch (const Error& error) {
    fuzz::require(std::string_view(error.what()).starts_with("mapping.toml"), "a refusal names the file");
  }
  use(text);
  const size_t half = text.size() / 2;
  (void)glob_matches(std::string_view(text).substr(0, half), std::string_view(text).substr(half));
  return 0;
}
