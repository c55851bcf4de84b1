#include "tools/custody/progress.h"

#include <unistd.h>

#include <cstdio>

namespace custody {

using std::chrono::steady_clock;

ProgressLine::ProgressLine(std::string unit)
    : unit_(std::move(unit)), terminal_(isatty(STDERR_FILENO) == 1), started_(steady_clock::now()), shown_(started_) {}

void ProgressLine::show(uint64_t done, std::optional<uint64_t> total) {
  const auto now = steady_clock::now();
  if (!terminal_ || now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const double rate = static_cast<double>(done) / seconds;
  std::string line = std::to_string(done);
  if (total && *total > 0) {
    const auto filled = static_cast<size_t>(30 * done / *total);
    const auto left = static_cast<uint64_t>(static_cast<double>(*total - done) / (rate > 1 ? rate : 1));
    line = "[" + std::string(filled, '#') + std::string(30 - filled, '.') + "] " + line + " of " +
           std::to_string(*total) + ", " + std::to_string(left) + " s left";
  }
  std::fprintf(stderr, "\r\033[K%s %s, %.0f/s", line.c_str(), unit_.c_str(), rate);
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::clear() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

}  // namespace custody
