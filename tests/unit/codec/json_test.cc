#include "ledger/codec/json.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "tests/unit/codec/memory_meter.h"

namespace custody {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Inner {
  uint8_t number = 0;
  bool flag = false;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("number", number), field("flag", flag));
  }
};

struct Outer {
  std::string name;
  std::optional<int64_t> maybe;
  std::vector<Inner> items;
  StringSet set;
  ByteArray<4> digest{};
  std::optional<Instant> at;
  std::optional<Day> day;
  std::optional<EventId> id;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("name", name), field("maybe", maybe), field("items", items), field("set", set), field("digest", digest),
       field("at", at), field("day", day), field("id", id));
  }
};

constexpr const char* kGood =
    R"({"name":"a\"\\\u0007ñ","maybe":-9007199254740992,"items":[{"number":255,"flag":true}],)"
    R"("set":["a","b"],"digest":"00ff10ab","at":"2026-03-02T09:30:00.5+01:00",)"
    R"("day":"2026-12-31","id":"019aa5b2-7c00-8123-8456-789abcdef012"})";

std::vector<std::string> faults_of(std::string_view text) {
  std::vector<Fault> faults;
  from_json<Outer>(parse_json(text).as_object(), "/data", faults);
  std::vector<std::string> out;
  for (const Fault& fault : faults) out.push_back(fault.pointer);
  return out;
}

TEST(Json, ReadsWhatItWrote) {
  std::vector<Fault> faults;
  const auto outer = from_json<Outer>(parse_json(kGood).as_object(), "", faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(outer.name, "a\"\\\añ");
  EXPECT_EQ(outer.items.at(0).number, 255);
  const std::string text = to_json_text(outer);
  const auto again = from_json<Outer>(parse_json(text).as_object(), "", faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(to_canonical(again), to_canonical(outer));
  EXPECT_EQ(to_json_text(again), text);
  EXPECT_THAT(text, HasSubstr(R"("digest":"00ff10ab")"));
}

TEST(Json, AbsentOptionalsLeaveNoTrace) {
  EXPECT_EQ(to_json_text(Outer{}), R"({"name":"","items":[],"set":[],"digest":"00000000"})");
}

TEST(Json, AllFaultsComeAtOnceWithTheirPointers) {
  EXPECT_THAT(faults_of("{}"), ElementsAre("/data/name", "/data/items", "/data/set", "/data/digest"));
  EXPECT_THAT(
      faults_of(R"({"name":7,"maybe":null,"items":[{"number":256,"flag":0,"x":1},3],"set":["a","a"],
                            "digest":"00","at":"yesterday","day":"2026-02-30","id":"1","o/t~":1})"),
      ElementsAre("/data/name", "/data/maybe", "/data/items/0/number", "/data/items/0/flag", "/data/items/0/x",
                  "/data/items/1", "/data/set", "/data/digest", "/data/at", "/data/day", "/data/id", "/data/o~1t~0"));
}

TEST(Json, NumbersAreIntegersInRange) {
  for (const char* number :
       {"1.0", "1e3", "9007199254740993", "-9007199254740993", "18446744073709551616", "\"1\"", "true"}) {
    std::string text = kGood;
    text.replace(text.find("-9007199254740992"), 17, number);
    EXPECT_THAT(faults_of(text), ElementsAre("/data/maybe")) << number;
  }
  std::string text = kGood;
  text.replace(text.find("-9007199254740992"), 17, "9007199254740992");
  EXPECT_THAT(faults_of(text), ElementsAre());
}

std::string refusal(std::string_view text) {
  try {
    parse_json(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  }
  return "";
}

TEST(ParseJson, RefusesWhatTwoReadersCouldReadDifferently) {
  EXPECT_NE(refusal(R"({"a":1,"a":2})"), "");
  EXPECT_NE(refusal(R"([{"b":{"a":1,"\u0061":2}}])"), "");
  EXPECT_NE(refusal(R"({"a":1} {"b":2})"), "");
  EXPECT_NE(refusal("{\"a\":\"\xc3\x28\"}"), "");
  EXPECT_NE(refusal("{\"a\":\"\xed\xa0\x80\"}"), "");
  EXPECT_NE(refusal(R"({"a":"\ud800"})"), "");
  EXPECT_NE(refusal("{\"a\":1e999}"), "");
  EXPECT_NE(refusal("{\"a\":01}"), "");
  EXPECT_NE(refusal("{\"a\":1,}"), "");
  EXPECT_NE(refusal("// no\n1"), "");
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal("\xef\xbb\xbf{}"), "");
  EXPECT_EQ(refusal(R"( {"a":[1,-2,3.5,"x",null,true]} )"), "");
}

TEST(ParseJson, NamesThePlace) {
  EXPECT_THAT(refusal("{\n  \"a\": 1,\n  \"b\": tru\n}"), HasSubstr("line 3"));
}

TEST(ParseJson, EveryCutIsRefused) {
  const std::string_view text = kGood;
  for (size_t size = 0; size < text.size(); ++size) EXPECT_NE(refusal(text.substr(0, size)), "") << size;
}

TEST(ParseJson, DepthIsBounded) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(refusal(nested(kMaxJsonDepth)), "");
  EXPECT_THAT(refusal(nested(kMaxJsonDepth + 1)), HasSubstr("deeper"));
  const std::string deep(1'000'000, '[');
  const MemoryMeter meter;
  EXPECT_THAT(refusal(deep), HasSubstr("deeper"));
  EXPECT_LT(meter.peak_bytes(), 1024U * 1024);
}

}  // namespace
}  // namespace custody
