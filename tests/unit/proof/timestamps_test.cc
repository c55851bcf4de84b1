// Time stamps as lines of a note: found, judged, and in nobody's way.
#include "ledger/proof/timestamps.h"

#include <gtest/gtest.h>

#include "ledger/base/file.h"
#include "ledger/proof/checkpoint.h"

namespace custody {
namespace {

std::string vector_file(const std::string& name) {
  return read_file(std::string(CUSTODY_SOURCE_DIR) + "/tests/vectors/timestamp/" + name, 1 << 20);
}

class Timestamps : public ::testing::Test {
 protected:
  const Ed25519PrivateKey key_ = Ed25519PrivateKey::from_seed(view_of(sha256("log")));
  const std::string body_ = vector_file("body");
  const std::string note_ = sign_checkpoint(checkpoint_of({body_, {}}), key_);
  const TimeAuthorities trusted_{vector_file("authority.pem")};

  std::vector<Timestamp> judged(const std::string& lines) const {
    return judge_timestamps(parse_note(note_ + lines), trusted_);
  }
};

TEST_F(Timestamps, AreFoundAmongTheSignaturesAndDisturbNone) {
  const std::string line = timestamp_line("tsa.example:8443", vector_file("valid.tst"));
  EXPECT_FALSE(has_timestamp(note_));
  EXPECT_TRUE(has_timestamp(note_ + line));
  ASSERT_EQ(judged(line).size(), 1U);
  EXPECT_EQ(judged(line)[0].authority, "O = Example Time, CN = one");
  EXPECT_EQ(open_checkpoint(note_ + line, key_.public_key()), open_checkpoint(note_, key_.public_key()));
}

TEST_F(Timestamps, OnlyWhatHoldsCounts) {
  const std::string valid = timestamp_line("tsa.example", vector_file("valid.tst"));
  for (const char* name : {"of_another_digest", "of_another_authority", "signature_altered", "time_altered"}) {
    const std::string bad = timestamp_line("tsa.example", vector_file(name + std::string(".tst")));
    EXPECT_TRUE(judged(bad).empty()) << name;
    EXPECT_EQ(judged(bad + valid).size(), 1U) << "a bad one spoils no other: " << name;
  }
  EXPECT_TRUE(judged("").empty());
  EXPECT_TRUE(judged(signature_line({"tsa.example/rfc3161", {}, vector_file("valid.tst")})).empty())
      << "another key id";
  EXPECT_TRUE(
      judge_timestamps(parse_note(sign_checkpoint({"example.org/log/0", 8, {}}, key_) + valid), trusted_).empty())
      << "of another checkpoint";
}

}  // namespace
}  // namespace custody
