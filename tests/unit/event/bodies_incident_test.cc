#include "tests/unit/event/all_bodies.h"
#include "tests/unit/event/roundtrip.h"

namespace custody::test {

TEST(Bodies, IncidentBytesAndJsonAreTwoSpellings) {
  EachOf<IncidentBodies>::expect_properties(test_seed());
}
TEST(Bodies, AuditBytesAndJsonAreTwoSpellings) {
  EachOf<AuditBodies>::expect_properties(test_seed());
}
TEST(Bodies, LedgerBytesAndJsonAreTwoSpellings) {
  EachOf<LedgerBodies>::expect_properties(test_seed());
}

}  // namespace custody::test
