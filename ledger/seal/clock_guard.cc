#include "ledger/seal/clock_guard.h"

#include "ledger/base/time.h"

namespace custody {

void ClockGuard::start(int64_t wall_us, int64_t monotonic_us, int64_t last_sealed_at_us) {
  wall_us_ = wall_us;
  monotonic_us_ = monotonic_us;
  last_sealed_at_us_ = last_sealed_at_us;
}

std::optional<std::string> ClockGuard::fault(int64_t wall_us, int64_t monotonic_us) const {
  if (!is_time(wall_us)) return "the clock says " + to_rfc3339(wall_us) + ", which no record can hold; set it right";
  // Started behind the last record: waiting until the clock is past it would be right, and so is a recorded step.
  if (wall_us + kToleranceUs < last_sealed_at_us_)
    return "the clock says " + to_rfc3339(wall_us) + ", but the last record was sealed at " +
           to_rfc3339(last_sealed_at_us_) + "; set the clock right, or record clock.stepped";
  const int64_t apart = (wall_us - wall_us_) - (monotonic_us - monotonic_us_);
  if (apart > kToleranceUs || apart < -kToleranceUs)
    return "the clock jumped by " + std::to_string(apart / 1'000'000) + " s to " + to_rfc3339(wall_us) +
           "; set it right, or record clock.stepped, or restart the sealer if the jump forward was a correction";
  return std::nullopt;
}

}  // namespace custody
