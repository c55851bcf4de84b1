// Which keys sign, in the places that the golden logs (tests/reference/log_keys.cc) do not reach.
#include "ledger/event/key_history.h"

#include <gtest/gtest.h>

#include "ledger/event/bodies_ledger.h"

namespace custody {
namespace {

PublicKey key(uint8_t n) {
  PublicKey out{};
  out[0] = n;
  return out;
}

class KeyHistoryTest : public testing::Test {
 protected:
  KeyHistoryTest() {
    descriptor_.signer = key(0);
    history_ = KeyHistory(descriptor_);
  }
  template <class Body>
  void take(const Body& body) {
    const std::string bytes = encode_body(body);
    Record record;
    record.seal.seq = seq_++;
    record.statement.type = Body::kType;
    record.statement.body = bytes;
    history_.take(record, {});
  }
  void add(uint8_t n) {
    KeyAdded body;
    body.key = key(n);
    body.use = "checkpoint";
    take(body);
  }
  void retire(uint8_t n) {
    KeyRetired body;
    body.key = key(n);
    take(body);
  }
  std::vector<PublicKey> in_force() const { return history_.in_force(seq_); }

  Descriptor descriptor_;
  KeyHistory history_;
  uint64_t seq_ = 10;
};

TEST_F(KeyHistoryTest, AKeyComesOnceAndGoesOnce) {
  add(1);
  EXPECT_EQ(in_force(), (std::vector{key(0), key(1)}));
  add(1);
  EXPECT_EQ(history_.keys().size(), 2u);
  retire(0);
  EXPECT_EQ(in_force(), std::vector{key(1)});
  add(0);  // a retired one does not come back
  retire(0);
  EXPECT_EQ(in_force(), std::vector{key(1)});
  EXPECT_EQ(history_.find(key(0))->until, 13u);
  EXPECT_EQ(history_.find(key(1))->from, 11u);
  EXPECT_EQ(history_.in_force(11), (std::vector{key(0), key(1)}));
  EXPECT_EQ(history_.in_force(10), std::vector{key(0)});
}

TEST_F(KeyHistoryTest, TheOnlyKeyInForceStays) {
  retire(0);
  EXPECT_EQ(in_force(), std::vector{key(0)});
  retire(9);
  EXPECT_EQ(in_force(), std::vector{key(0)});
}

TEST_F(KeyHistoryTest, IsBounded) {
  for (int n = 1; n < 200; ++n) add(static_cast<uint8_t>(n));
  EXPECT_EQ(history_.keys().size(), 64u);
}

TEST_F(KeyHistoryTest, IsTheSameAfterItWasKept) {
  add(1);
  retire(0);
  const auto again = from_canonical<KeyHistory>(to_canonical(history_));
  EXPECT_EQ(again.keys(), history_.keys());
}

}  // namespace
}  // namespace custody
