// Files of a test, in a folder that goes with the object.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace custody::test {

class TempFiles {
 public:
  TempFiles() {
    const char* base = std::getenv("TMPDIR");
    folder_ = std::string(base == nullptr ? "/tmp" : base) + "/adapters-XXXXXX";
    if (mkdtemp(folder_.data()) == nullptr) std::abort();
  }
  ~TempFiles() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TempFiles(const TempFiles&) = delete;
  TempFiles& operator=(const TempFiles&) = delete;

  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
    return folder_ + "/" + name;
  }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

}  // namespace custody::test
