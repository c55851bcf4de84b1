#include "ledger/base/time.h"

#include <chrono>
#include <cstdio>

namespace custody {
namespace {

using namespace std::chrono;

class SystemClock : public Clock {
 public:
  int64_t now_us() const override {
    return duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
  int64_t monotonic_us() const override {
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
  }
};

// Reads exactly `width` digits at the front and removes them.
std::optional<int> take_digits(std::string_view& text, size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < width; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int64_t> take_days(std::string_view& text) {
  const auto y = take_digits(text, 4);
  if (!y || !take(text, '-')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, '-')) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date).time_since_epoch().count();
}

// Fraction of a second in microseconds; further digits are cut off.
std::optional<int64_t> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int64_t us = 0;
  size_t digits = 0;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++digits)
    if (digits < 6) us = us * 10 + (text[0] - '0');
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) us *= 10;
  return us;
}

std::optional<int16_t> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return int16_t{0};
  const bool west = !text.empty() && text[0] == '-';
  if (!take(text, '-') && !take(text, '+')) return std::nullopt;
  const auto h = take_digits(text, 2);
  if (!h || !take(text, ':')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || *h > 23 || *m > 59) return std::nullopt;
  const int minutes = *h * 60 + *m;
  return static_cast<int16_t>(west ? -minutes : minutes);
}

}  // namespace

std::optional<Instant> parse_rfc3339(std::string_view text) {
  const auto date = take_days(text);
  if (!date || (!take(text, 'T') && !take(text, 't'))) return std::nullopt;
  const auto h = take_digits(text, 2);
  if (!h || !take(text, ':')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, ':')) return std::nullopt;
  const auto s = take_digits(text, 2);
  if (!s || *h > 23 || *m > 59 || *s > 59) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const int64_t seconds = *date * 86400 + *h * 3600 + *m * 60 + *s - int64_t{*offset} * 60;
  const Instant at{seconds * 1'000'000 + *fraction, *offset};
  if (!is_time(at)) return std::nullopt;
  return at;
}

std::string to_rfc3339(const Instant& at) {
  const int64_t local = at.us + int64_t{at.offset_min} * 60'000'000;
  const auto floor_days = floor<days>(sys_time<microseconds>(microseconds(local)));
  const year_month_day date(floor_days);
  const int64_t in_day = local - duration_cast<microseconds>(floor_days.time_since_epoch()).count();
  const int64_t second = in_day / 1'000'000;
  char text[64];
  int n =
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(second / 3600), static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
  std::string out(text, static_cast<size_t>(n));
  if (in_day % 1'000'000 != 0) {
    n = std::snprintf(text, sizeof text, ".%06d", static_cast<int>(in_day % 1'000'000));
    out.append(text, static_cast<size_t>(n));
  }
  if (at.offset_min == 0) return out + "Z";
  const int minutes = at.offset_min < 0 ? -at.offset_min : at.offset_min;
  n = std::snprintf(text, sizeof text, "%c%02d:%02d", at.offset_min < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return out.append(text, static_cast<size_t>(n));
}

std::string to_rfc3339(int64_t us) {
  return to_rfc3339(Instant{us, 0});
}

std::optional<Day> parse_day(std::string_view text) {
  const auto date = take_days(text);
  if (!date || !text.empty() || *date < 0) return std::nullopt;
  return Day{static_cast<int32_t>(*date)};
}

std::string to_text(const Day& day) {
  const year_month_day date(sys_days(days(day.days)));  // any number of days: hostile bytes may hold one
  char text[64];
  const int n = std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                              static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return std::string(text, static_cast<size_t>(n));
}

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace custody
