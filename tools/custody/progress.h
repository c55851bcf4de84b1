// A line of progress on standard error, redrawn in place; nothing at all where that is no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace custody {

class ProgressLine {
 public:
  explicit ProgressLine(std::string unit);
  // `total` where it is known: then a bar and the time left.
  void show(uint64_t done, std::optional<uint64_t> total);
  void clear();

 private:
  std::string unit_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point started_, shown_;
};

}  // namespace custody
