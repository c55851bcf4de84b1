#include "ledger/codec/canonical.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/codec/memory_meter.h"

namespace custody {
namespace {

struct InnerBytes {
  uint16_t number = 0;
  bool flag = false;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("number", number), field("flag", flag));
  }
};

struct OuterBytes {
  Magic magic{"TST1"};
  std::string name;
  std::optional<int64_t> maybe;
  std::vector<InnerBytes> items;
  StringSet set;
  ByteArray<3> bytes{};
  Instant at;
  Day day;
  std::string wide;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("name", name), field("maybe", maybe), field("items", items), field("set", set),
       field("bytes", bytes), field("at", at), field("day", day), field("wide", as_bytes32(wide)));
  }
};

OuterBytes sample() {
  OuterBytes outer;
  outer.name = "ñ";
  outer.maybe = -2;
  outer.items = {{7, true}, {0x0102, false}};
  outer.set.items = {"a", "b"};
  outer.bytes = {1, 2, 3};
  outer.at = {1, -60};
  outer.day = {365};
  outer.wide = "\xff";
  return outer;
}

TEST(Canonical, WritesTheGrammar) {
  EXPECT_EQ(to_hex(to_canonical(sample())),
            "54535431"
            "02c3b1"
            "01"
            "feffffffffffffff"
            "02000000"
            "0700"
            "01"
            "0201"
            "00"
            "02000000"
            "0161"
            "0162"
            "010203"
            "0100000000000000"
            "c4ff"
            "6d010000"
            "01000000"
            "ff");
}

TEST(Canonical, ReadsWhatItWrote) {
  const std::string bytes = to_canonical(sample());
  EXPECT_EQ(to_canonical(from_canonical<OuterBytes>(bytes)), bytes);
  EXPECT_EQ(from_canonical<OuterBytes>(bytes).maybe, -2);
}

std::string refusal_of_hex(std::string_view hex) {
  try {
    from_canonical<OuterBytes>(from_hex(hex));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kRefused);
    return error.what();
  }
  return "";
}

TEST(Canonical, EveryCutAndEveryExtensionIsRefused) {
  const std::string bytes = to_canonical(sample());
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_NE(refusal_of_hex(to_hex(bytes.substr(0, size))), "") << size;
  EXPECT_NE(refusal_of_hex(to_hex(bytes) + "00").find("left over"), std::string::npos);
}

TEST(Canonical, RefusesEveryOtherSpelling) {
  const std::string good = to_hex(to_canonical(sample()));
  const auto with = [&](size_t byte, std::string_view hex) {
    std::string out = good;
    return out.replace(byte * 2, hex.size(), hex);
  };
  EXPECT_EQ(refusal_of_hex(good), "");
  EXPECT_NE(refusal_of_hex(with(3, "32")).find("TST1"), std::string::npos);  // another mark
  EXPECT_NE(refusal_of_hex(with(5, "c328")).find("UTF-8"), std::string::npos);
  EXPECT_NE(refusal_of_hex(with(7, "02")).find("flag"), std::string::npos);   // opt neither 0 nor 1
  EXPECT_NE(refusal_of_hex(with(22, "02")).find("flag"), std::string::npos);  // bool neither 0 nor 1
  EXPECT_NE(refusal_of_hex(with(31, "62")).find("ascending"), std::string::npos);
  EXPECT_NE(refusal_of_hex(with(44, "ffff")).find("offset"), std::string::npos);  // reads on at a moved place
}

// A place is named, so that a damaged file can be found.
TEST(Canonical, RefusalNamesItsOffset) {
  EXPECT_NE(refusal_of_hex("54535431"
                           "05"
                           "61")
                .find("offset 5"),
            std::string::npos);
}

TEST(Canonical, HostileLengthsAllocateNothing) {
  const MemoryMeter meter;
  EXPECT_NE(refusal_of_hex("54535431"
                           "00"
                           "00"
                           "ffffffff"),
            "");  // 4 G items
  EXPECT_NE(refusal_of_hex("54535431"
                           "00"
                           "00"
                           "00000000"
                           "ffffff7f"
                           "0161"),
            "");  // 2 G strings
  EXPECT_NE(refusal_of_hex("54535431"
                           "00"
                           "00"
                           "00000000"
                           "00000000"
                           "010203"
                           "0000000000000000"
                           "0000"
                           "00000000"
                           "ffffffff"),
            "");
  EXPECT_LT(meter.peak_bytes(), 64U * 1024);
}

// A count that the bytes could hold, of items that are larger in memory than on the wire.
TEST(Canonical, MemoryIsBoundedByTheInput) {
  std::string bytes = from_hex(
      "54535431"
      "00"
      "00");
  append_le(bytes, 300'000, 4);
  bytes.append(300'000, '\0');
  const MemoryMeter meter;
  EXPECT_THROW(from_canonical<OuterBytes>(bytes), Error);  // 300,000 bytes are 100,000 items
  EXPECT_LT(meter.peak_bytes(), bytes.size() * 4 + 1024 * 1024);
}

TEST(Canonical, WritersRefuseWhatReadersRefuse) {
  OuterBytes outer = sample();
  outer.name.assign(256, 'x');
  EXPECT_THROW(to_canonical(outer), Error);
  outer.name = "\xc3\x28";
  EXPECT_THROW(to_canonical(outer), Error);
  outer.name = "x";
  outer.set.items = {"b", "a"};
  EXPECT_THROW(to_canonical(outer), Error);
  outer.set.items = {"a", "a"};
  EXPECT_THROW(to_canonical(outer), Error);
}

TEST(Canonical, TimesThatRfc3339CannotWriteAndWideOffsetsAreRefused) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  for (const Instant at : {Instant{-1, 0}, Instant{0, 1440}, Instant{0, -1440}, Instant{kEndOfTimeUs, 0},
                           Instant{kEndOfTimeUs, -60}, Instant{kEndOfTimeUs - 1, 1}, Instant{kMost, 1439}}) {
    std::string bytes;
    append_le(bytes, static_cast<uint64_t>(at.us), 8);
    append_le(bytes, static_cast<uint16_t>(at.offset_min), 2);
    EXPECT_THROW(from_canonical<Instant>(bytes), Error) << at.us << " " << at.offset_min;
  }
  for (const int32_t days : {-1, 2'932'897, std::numeric_limits<int32_t>::max()}) {
    std::string bytes;
    append_le(bytes, static_cast<uint32_t>(days), 4);
    EXPECT_THROW(from_canonical<Day>(bytes), Error) << days;
  }
}

TEST(Canonical, WhatTheBytesHoldOfTimeCanBeWrittenAsTextAndReadBack) {
  for (const Instant at : {Instant{0, 0}, Instant{0, -1439}, Instant{kEndOfTimeUs - 1, 0},
                           Instant{kEndOfTimeUs - 1, -1439}, Instant{kEndOfTimeUs - 60'000'000 - 1, 1}}) {
    const auto back = parse_rfc3339(to_rfc3339(from_canonical<Instant>(to_canonical(at))));
    EXPECT_EQ(back, at) << to_rfc3339(at);
  }
  for (const int32_t days : {0, 2'932'896})
    EXPECT_EQ(parse_day(to_text(from_canonical<Day>(to_canonical(Day{days})))), Day{days});
}

}  // namespace
}  // namespace custody
