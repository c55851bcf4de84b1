// Whether the wall clock can be trusted with sealed_at. Within a term it must keep step with the machine's monotonic
// clock; at the start of a term it must not be behind the last record. Pure: told the readings, says the verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace custody {

class ClockGuard {
 public:
  static constexpr int64_t kToleranceUs = 2'000'000;

  // Begins a term; also after a clock.stepped was sealed (then with last_sealed_at_us = 0).
  void start(int64_t wall_us, int64_t monotonic_us, int64_t last_sealed_at_us);

  // Nothing when the clock is in step, else the reason not to seal, in a sentence. It may come back into step.
  std::optional<std::string> fault(int64_t wall_us, int64_t monotonic_us) const;

 private:
  int64_t wall_us_ = 0;
  int64_t monotonic_us_ = 0;
  int64_t last_sealed_at_us_ = 0;
};

}  // namespace custody
