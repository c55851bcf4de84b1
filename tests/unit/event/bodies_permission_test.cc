#include "tests/unit/event/all_bodies.h"
#include "tests/unit/event/roundtrip.h"

namespace custody::test {

TEST(Bodies, PermissionBytesAndJsonAreTwoSpellings) {
  EachOf<PermissionBodies>::expect_properties(test_seed());
}
TEST(Bodies, ArchiveBytesAndJsonAreTwoSpellings) {
  EachOf<ArchiveBodies>::expect_properties(test_seed());
}
TEST(Bodies, StorageBytesAndJsonAreTwoSpellings) {
  EachOf<StorageBodies>::expect_properties(test_seed());
}

}  // namespace custody::test
