#include "tests/unit/adapters/import_of.h"

#include <boost/json.hpp>

#include "ledger/base/error.h"
#include "ledger/codec/json.h"
#include "ledger/event/validate.h"

namespace custody::test {

boost::json::object Imported::event(size_t at) const {
  return parse_json(events.at(at).json).as_object();
}

size_t Imported::records() const {
  uint64_t total = summary.refused;
  for (const auto& [name, count] : summary.mapped) total += count;
  for (const auto& [name, count] : summary.left_out) total += count;
  return total;
}

Imported import_all(const ImportRequest& request) {
  Imported out;
  const auto source = open_import(request);
  for (;;) {
    try {
      auto event = source->next();
      if (!event) break;
      out.events.push_back(std::move(*event));
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kRefused) {
        out.refused.emplace_back(error.what());
        continue;
      }
      out.ended_by = error.what();
      break;
    }
  }
  out.summary = source->summary();
  return out;
}

std::string faults_of(const ImportedEvent& event) {
  ReadOptions options;
  options.allow_service = event.service;
  std::string out;
  const auto document = parse_json(event.json);
  for (const Fault& fault : validate_event(document.as_object(), options))
    out += fault.pointer + " " + fault.message + "\n";
  return out;
}

std::string source_path(const std::string& relative) {
  return std::string(CUSTODY_SOURCE_DIR) + "/" + relative;
}

}  // namespace custody::test
