// Time as the ledger keeps it: microseconds since 1970-01-01T00:00:00Z, and the source's offset from UTC in minutes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace custody {

// The times that the ledger knows are those that RFC 3339 can write: of the years 1970 to 9999.
inline constexpr int64_t kEndOfTimeUs = 253'402'300'800'000'000;  // 10000-01-01T00:00:00Z, the first that is none
constexpr bool is_time(int64_t us) {
  return us >= 0 && us < kEndOfTimeUs;
}

struct Instant {
  int64_t us = 0;          // UTC
  int16_t offset_min = 0;  // of the clock that stated it; -1439 ... 1439
  bool operator==(const Instant&) const = default;
};

struct Day {
  int32_t days = 0;  // since 1970-01-01
  bool operator==(const Day&) const = default;
};

// Whether it is one of those times, in UTC and as its own clock shows it, with an offset of less than a day.
constexpr bool is_time(const Instant& at) {
  return is_time(at.us) && at.offset_min > -1440 && at.offset_min < 1440 &&
         at.us + int64_t{at.offset_min} * 60'000'000 < kEndOfTimeUs;
}
constexpr bool is_day(const Day& day) {
  return day.days >= 0 && day.days < kEndOfTimeUs / 86'400'000'000;
}

// RFC 3339 with an offset or Z. Digits below the microsecond are cut off; times before 1970 or after 9999 (in UTC),
// second 60 and impossible dates are nullopt.
std::optional<Instant> parse_rfc3339(std::string_view text);
// With the instant's own offset; microseconds only where they are not zero.
std::string to_rfc3339(const Instant& at);
std::string to_rfc3339(int64_t us);  // in UTC, ending in Z

std::optional<Day> parse_day(std::string_view text);  // YYYY-MM-DD, not before 1970
std::string to_text(const Day& day);

// What a process may know of time, injected so that tests can lie about it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t now_us() const = 0;        // wall clock, may jump
  virtual int64_t monotonic_us() const = 0;  // never goes back, arbitrary zero
};
const Clock& system_clock();

}  // namespace custody
