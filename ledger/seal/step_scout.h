// Looks ahead in the intake for the clock.stepped that ends a fault of the clock. The entries before it are sealed with
// the time of the last record, so that a step can always be sealed, however many wait before it.
#pragma once

#include <memory>
#include <optional>

#include "ledger/log/log.h"
#include "ledger/seal/known_ids.h"

namespace custody {

class StepScout {
 public:
  StepScout(Log& log, uint32_t shard) : log_(log), shard_(shard) {}

  // The position behind the first clock.stepped at or after `from` that has not been sealed; looks at what is there and
  // does not wait. `from` never falls between calls, forget() apart.
  std::optional<uint64_t> find(uint64_t from, const KnownIds& ids);
  // The clock is in step: what was found has been used.
  void forget();

 private:
  Log& log_;
  uint32_t shard_;
  std::unique_ptr<IntakeReader> reader_;
  std::optional<uint64_t> found_;
};

}  // namespace custody
