// A folder of one test, removed with everything in it unless it is worth a look.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace custody::fault {

class Folder {
 public:
  Folder() : path_(base() + "/custody-fault-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder at " + path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  // An empty folder below it, made anew.
  std::string fresh(const std::string& name) const {
    remove(name);
    std::filesystem::create_directory(*this / name);
    return *this / name;
  }
  void remove(const std::string& name) const { std::filesystem::remove_all(*this / name); }
  // For whoever has to find out why a test failed.
  void keep() { kept_ = true; }

 private:
  // A place in memory where there is one: thousands of files are made and none of them has to last.
  static std::string base() {
    if (const char* base = std::getenv("TMPDIR"); base != nullptr && *base != '\0') return base;
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  }
  std::string path_;
  bool kept_ = false;
};

}  // namespace custody::fault
