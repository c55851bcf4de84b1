// A folder for one measurement, gone with the object.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "ledger/base/error.h"

namespace custody {

class Scratch {
 public:
  explicit Scratch(const std::string& under) : path_(under + "/custody-bench-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) throw Error(ErrorCode::kUnavailable, "cannot make a folder in " + under);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace custody
