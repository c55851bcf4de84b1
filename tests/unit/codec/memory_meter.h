// How much memory a piece of code takes at once: counts what goes through operator new in this binary. Counts
// nothing under sanitizers.
#pragma once

#include <cstddef>

namespace custody {

class MemoryMeter {
 public:
  MemoryMeter();
  // The most that was allocated at one time since the meter was made, beyond what was allocated then.
  size_t peak_bytes() const;

 private:
  size_t start_bytes_;
};

}  // namespace custody
