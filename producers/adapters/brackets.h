// import.begun and import.ended: which file brought the events between them, by its SHA-256, and how many.
//
// Both are functions of the file and the mapping, like the events: their times are those of the first and of the last
// event that the file brings, so a second import of the file states the same once more. When an import ran stands in
// the stamps of its records.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "ledger/base/hash.h"
#include "producers/adapters/mapper.h"

namespace custody {

class Brackets {
 public:
  // Reads the file once for its hash. Error kNotFound, kUsage: it cannot be read.
  void open(const std::string& path, std::string_view mapping_digest);
  void record(const Mapped& mapped);
  void refused() { ++counts_["refused"]; }
  bool begun() const { return begun_; }
  std::string begin(const MappedEvent& first);  // import.begun as CloudEvents JSON
  std::string end() const;                      // import.ended

 private:
  std::string event(std::string_view type, const std::string& time, bool with_counts) const;
  Digest file_{};
  std::string id_;
  std::string source_;
  std::string first_time_, last_time_;
  bool begun_ = false;
  std::map<std::string, uint64_t> counts_;
};

}  // namespace custody
