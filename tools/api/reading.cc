#include "tools/api/reading.h"

#include <boost/json.hpp>

#include "ledger/base/crypto.h"

namespace custody {
namespace {

std::string event_json(const ValuesRead& read, const Principal& principal) {
  boost::json::array names(read.fields.begin(), read.fields.end());
  boost::json::object data{{"fields", names}, {"to", principal.name}, {"reason", read.reason}};
  if (read.rows) data["rows"] = *read.rows;
  boost::json::object event{{"specversion", "1.0"},
                            {"id", uuid_text(random_array<16>())},
                            {"type", "ledger.read"},
                            {"source", "custody:gateway"},
                            {"time", to_rfc3339(system_clock().now_us())},
                            {"actor", "system:custody"},
                            {"data", data}};
  if (read.number) event["subject"] = *read.number;
  return boost::json::serialize(event);
}

}  // namespace

Ref seal_read(Node& node, const ValuesRead& read, const Principal& principal) {
  SubmitOptions options;
  options.wait = Wait::kSealed;
  const Outcome sealed = node.gateway().submit_own(event_json(read, principal), options);
  if (!sealed.faults.empty()) throw Error(ErrorCode::kUsage, sealed.faults[0].pointer + " " + sealed.faults[0].message);
  if (!sealed.receipt)
    throw Error(ErrorCode::kUnavailable, "the read could not be sealed in time, so nothing is shown");
  return sealed.receipt->at;
}

}  // namespace custody
