// What holds of every body struct: its bytes and its JSON are two spellings of one value, and every other sequence of
// bytes is refused.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "ledger/event/catalogue.h"
#include "tests/unit/event/random_body.h"

namespace custody::test {

template <class Body>
void expect_bytes_round_trip(const Body& body, const TypeInfo& info) {
  const std::string bytes = encode_body(body);
  EXPECT_EQ(encode_body(decode_body<Body>(bytes)), bytes) << info.type;
  EXPECT_NO_THROW(info.check(bytes)) << info.type;

  const std::string text = info.to_json(bytes);
  std::vector<Fault> faults;
  const std::string again = body_from_json(info, parse_json(text).as_object(), faults);
  EXPECT_TRUE(faults.empty()) << info.type << " " << faults.front().pointer << " " << faults.front().message << "\n"
                              << text;
  EXPECT_EQ(again, bytes) << text;
}

// Cut off, longer, with bytes changed: refused, or the canonical bytes of some other body.
template <class Body>
void expect_refused_or_canonical(std::string bytes, RandomFiller& random) {
  for (int i = 0; i < 20; ++i) {
    std::string damaged = bytes;
    switch (random.below(4)) {
      case 0:
        damaged.resize(random.below(damaged.size() + 1));
        break;
      case 1:
        damaged += static_cast<char>(random.below(256));
        break;
      case 2:
        damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
        break;
      default:
        damaged.replace(random.below(damaged.size()), 4, "\xff\xff\xff\xff");
        break;
    }
    try {
      const Body body = decode_body<Body>(damaged);
      ASSERT_EQ(encode_body(body), damaged) << Body::kType;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::kRefused) << Body::kType << ": " << error.what();
    }
  }
}

template <class Body>
void expect_properties(uint64_t seed) {
  SCOPED_TRACE(std::string(Body::kType) + " seed " + std::to_string(seed));
  const TypeInfo* info = find_type(Body::kType, version_of<Body>());
  ASSERT_NE(info, nullptr);
  RandomFiller filler(seed);
  for (int i = 0; i < 40; ++i) {
    const Body body = random_body<Body>(filler);
    expect_bytes_round_trip(body, *info);
    expect_refused_or_canonical<Body>(encode_body(body), filler);
  }
}

template <class Tuple>
struct EachOf;
template <class... Bodies>
struct EachOf<std::tuple<Bodies...>> {
  static constexpr size_t kCount = sizeof...(Bodies);
  static void expect_properties(uint64_t seed) { (test::expect_properties<Bodies>(seed), ...); }
};

// From CUSTODY_SEED, else from the machine; a failure names it.
uint64_t test_seed();

}  // namespace custody::test
