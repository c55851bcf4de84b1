// Runs an import and keeps everything that comes out, for tests to look at.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "producers/adapters/event_source.h"

namespace custody::test {

struct Imported {
  std::vector<ImportedEvent> events;
  std::vector<std::string> refused;  // messages of the records that were refused
  std::string ended_by;              // message of the error that ended the import, empty when it came to its end
  ImportSummary summary;

  boost::json::object event(size_t at) const;
  size_t records() const;  // as the parts of the summary add up
};

Imported import_all(const ImportRequest& request);

// The members of an event that the catalogue finds fault with, as "pointer message" lines; empty = valid.
std::string faults_of(const ImportedEvent& event);

std::string source_path(const std::string& relative);  // of a file of the project

}  // namespace custody::test
