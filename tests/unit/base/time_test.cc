// Times as text.
#include "ledger/base/time.h"

#include <gtest/gtest.h>

namespace custody {
namespace {

// The canonical reader takes any number of days, so hostile bytes may hold one that no calendar has.
TEST(Time, AnyDayHasAText) {
  EXPECT_EQ(to_text(Day{0}), "1970-01-01");
  EXPECT_EQ(to_text(Day{20'000}), "2024-10-04");
  EXPECT_FALSE(to_text(Day{INT32_MAX}).empty());
  EXPECT_FALSE(to_text(Day{INT32_MIN}).empty());
}

}  // namespace
}  // namespace custody
