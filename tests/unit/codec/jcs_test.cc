// Canonical JSON against RFC 8785: its examples, its table of numbers, its order of members.
#include "ledger/codec/jcs.h"

#include <gtest/gtest.h>

#include <bit>
#include <boost/json.hpp>
#include <cmath>
#include <random>

#include "ledger/base/bytes.h"
#include "ledger/codec/json.h"

namespace custody {
namespace {

std::string canonical(std::string_view text) {
  return to_jcs(parse_json(text));
}

TEST(Jcs, ExampleOfSection322) {
  EXPECT_EQ(canonical(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })"),
            R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
            R"("string":"€$\u000f\nA'B\"\\\\\"/"})");
}

TEST(Jcs, MembersInTheOrderOfUtf16) {  // §3.2.3: the smiling face is a surrogate pair, below U+FB33
  EXPECT_EQ(canonical(R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",)"
                      R"("1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",)"
                      R"("\u00f6":"Latin Small Letter O With Diaeresis"})"),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
            "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
            "\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(Jcs, NumbersOfAppendixB) {
  const std::pair<uint64_t, const char*> cases[] = {{0x0000000000000000, "0"},
                                                    {0x8000000000000000, "0"},
                                                    {0x0000000000000001, "5e-324"},
                                                    {0x8000000000000001, "-5e-324"},
                                                    {0x7fefffffffffffff, "1.7976931348623157e+308"},
                                                    {0xffefffffffffffff, "-1.7976931348623157e+308"},
                                                    {0x4340000000000000, "9007199254740992"},
                                                    {0xc340000000000000, "-9007199254740992"},
                                                    {0x4430000000000000, "295147905179352830000"},
                                                    {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                                                    {0x44b52d02c7e14af6, "1e+23"},
                                                    {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
                                                    {0x444b1ae4d6e2ef4e, "999999999999999700000"},
                                                    {0x444b1ae4d6e2ef4f, "999999999999999900000"},
                                                    {0x444b1ae4d6e2ef50, "1e+21"},
                                                    {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                                                    {0x3eb0c6f7a0b5ed8d, "0.000001"},
                                                    {0x41b3de4355555553, "333333333.3333332"},
                                                    {0x41b3de4355555554, "333333333.33333325"},
                                                    {0x41b3de4355555555, "333333333.3333333"},
                                                    {0x41b3de4355555556, "333333333.3333334"},
                                                    {0x41b3de4355555557, "333333333.33333343"},
                                                    {0xbecbf647612f3696, "-0.0000033333333333333333"},
                                                    {0x43143ff3c1cb0959, "1424953923781206.2"}};
  for (const auto& [bits, text] : cases) EXPECT_EQ(to_es6(std::bit_cast<double>(bits)), text);
  EXPECT_THROW(to_es6(std::nan("")), Error);
  EXPECT_THROW(to_es6(INFINITY), Error);
}

TEST(Jcs, OneValueOneSpelling) {
  EXPECT_EQ(canonical("[1, 1.0, 10e-1, -0, -0.0, 0.10]"), "[1,1,1,0,0,0.1]");
  EXPECT_EQ(canonical("{}"), "{}");
  EXPECT_EQ(canonical("[[],{\"\":\"\"}]"), "[[],{\"\":\"\"}]");
  EXPECT_EQ(canonical(R"("\u007f\u0000\u001F\b\t\n\f\r\/")"), "\"\x7f\\u0000\\u001f\\b\\t\\n\\f\\r/\"");
  EXPECT_EQ(canonical("[9007199254740992,-9007199254740992]"), "[9007199254740992,-9007199254740992]");
}

TEST(Jcs, RefusesWhatAnotherReaderWouldReadDifferently) {
  for (const char* text : {"9007199254740993", "-9007199254740993", "18446744073709551615", "99999999999999999999",
                           "1e20", "{\"a\":[1,9007199254740993]}"}) {
    try {
      canonical(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kRefused);
    }
  }
  EXPECT_THROW(to_jcs(boost::json::value("\xed\xa0\x80")), Error);  // half of a surrogate pair
  boost::json::value deep = 1;
  for (int i = 0; i < 40; ++i) deep = boost::json::array{deep};
  EXPECT_THROW(to_jcs(deep), Error);
}

TEST(Jcs, ErrorsNameThePlaceButNothingThatStandsThere) {
  try {
    canonical(R"({"diagnosis":{"secret-name":[0,12345678901234567]}})");
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("/member 0/member 0/1"), std::string::npos) << text;
    EXPECT_EQ(text.find("secret"), std::string::npos) << text;
    EXPECT_EQ(text.find("12345"), std::string::npos) << text;
  }
}

// Reading back what was written gives the same bytes again, and every double survives.
TEST(Jcs, IsItsOwnCanonicalForm) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    EXPECT_EQ(std::strtod(to_es6(number).c_str(), nullptr), number);
    const double size = std::fabs(number);
    if (size > 9007199254740992.0 && size < 1e21) continue;
    const std::string once = to_jcs(boost::json::value(number));
    EXPECT_EQ(canonical(once), once);
  }
}

}  // namespace
}  // namespace custody
