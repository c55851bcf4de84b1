// Time stamps of an authority, whose word `openssl ts` made: tests/vectors/timestamp.
#include "ledger/base/timestamp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/base/file.h"
#include "ledger/base/time.h"
#include "tests/unit/base/caught_error.h"

namespace custody {
namespace {

std::string vector_file(const std::string& name) {
  return read_file(std::string(CUSTODY_SOURCE_DIR) + "/tests/vectors/timestamp/" + name, 1 << 20);
}

std::optional<Timestamp> judged(const std::string& token) {
  return TimeAuthorities(vector_file("authority.pem")).judge(token, sha256(vector_file("body")));
}

TEST(Timestamp, OneThatHoldsTellsWhenAndByWhom) {
  const auto stamp = judged(vector_file("valid.tst"));
  ASSERT_TRUE(stamp);
  EXPECT_EQ(stamp->authority, "O = Example Time, CN = one");
  EXPECT_EQ(stamp->latest_us % 1'000'000, 500'000) << "with the accuracy that it claims";
  EXPECT_GT(stamp->latest_us, parse_rfc3339("2026-11-01T00:00:00Z")->us);
}

TEST(Timestamp, WhatDoesNotHoldSaysNothing) {
  for (const char* name :
       {"of_another_digest", "of_another_authority", "cut_off", "more_behind", "signature_altered", "time_altered"})
    EXPECT_FALSE(judged(vector_file(name + std::string(".tst")))) << name;
  EXPECT_FALSE(judged(""));
  EXPECT_FALSE(judged(std::string(100'000, '0')));
}

TEST(Timestamp, NoBitOfATokenCanBeChanged) {
  const std::string valid = vector_file("valid.tst");
  const auto before = judged(valid);
  for (size_t i = 0; i < valid.size(); i += 7) {
    std::string altered = valid;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    const auto after = judged(altered);
    // What is not signed (an unused certificate's bytes) may change; the time and who says it may not.
    if (after) EXPECT_EQ(after->latest_us, before->latest_us) << i;
  }
}

TEST(Timestamp, AnAnswerIsTakenForItsOwnRequestOnly) {
  const Digest digest = sha256("x");
  EXPECT_EQ(timestamp_request(digest, 7), timestamp_request(digest, 7));
  EXPECT_NE(timestamp_request(digest, 7), timestamp_request(digest, 8));
  EXPECT_NE(timestamp_request(digest, UINT64_MAX).find(std::string(view_of(digest))), std::string::npos);
  for (const std::string& answer : {std::string(), std::string("garbage"), vector_file("valid.tst")})
    EXPECT_EQ(error_of([&] { granted_timestamp(answer, digest, 7); }).code, ErrorCode::kRefused);
  // PKIStatusInfo alone: rejection.
  const std::string rejected("\x30\x05\x30\x03\x02\x01\x02", 7);
  EXPECT_THAT(error_of([&] { granted_timestamp(rejected, digest, 7); }).text, ::testing::HasSubstr("status 2"));
}

TEST(Timestamp, WithoutAnAuthorityNobodyIsTrusted) {
  EXPECT_EQ(error_of([] { TimeAuthorities(""); }).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of([] { TimeAuthorities("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"); }).code,
            ErrorCode::kUsage);
}

}  // namespace
}  // namespace custody
