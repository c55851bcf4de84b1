// JSON from outside: parsed, validated as an event, read as a struct; refused with faults, never by a crash.
#include <boost/json.hpp>

#include "ledger/codec/json.h"
#include "ledger/event/descriptor.h"
#include "ledger/event/validate.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  boost::json::value document;
  try {
    document = parse_json(fuzz::bytes(data, size));
  } catch (const Error&) {
    return 0;
  }
  if (!document.is_object()) return 0;
  std::vector<Fault> faults;
  const auto event = read_event(document.as_object(), {}, faults);
  fuzz::require(event.has_value() == faults.empty(), "an event is read, or something is wrong with it");
  if (event) fuzz::require(check_body(event->type->type, event->type->version, event->body), "its body is canonical");
  faults.clear();
  const auto descriptor = from_json<Descriptor>(document.as_object(), "", faults);
  if (faults.empty()) {
    const std::string text = to_json_text(descriptor);
    const auto again = from_json<Descriptor>(parse_json(text).as_object(), "", faults);
    fuzz::require(faults.empty() && to_json_text(again) == text, "what was read is written and read again");
  }
  return 0;
}
