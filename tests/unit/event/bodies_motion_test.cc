#include "tests/unit/event/all_bodies.h"
#include "tests/unit/event/roundtrip.h"

namespace custody::test {

TEST(Bodies, MotionBytesAndJsonAreTwoSpellings) {
  EachOf<MotionBodies>::expect_properties(test_seed());
}
TEST(Bodies, RegistryBytesAndJsonAreTwoSpellings) {
  EachOf<RegistryBodies>::expect_properties(test_seed());
}

}  // namespace custody::test
