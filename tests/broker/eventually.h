// What other processes bring about, in their own time.
#pragma once

#include <unistd.h>

#include <chrono>
#include <functional>

namespace custody {

inline bool eventually(const std::function<bool()>& check, std::chrono::seconds limit = std::chrono::seconds(90)) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!check()) {
    if (std::chrono::steady_clock::now() > until) return false;
    usleep(50'000);
  }
  return true;
}

}  // namespace custody
