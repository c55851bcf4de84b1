#include "producers/adapters/time_format.h"

#include <algorithm>
#include <cstdio>

#include "ledger/base/error.h"

namespace custody {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes between `least` and `most` digits off the front of `text`.
std::optional<int64_t> take_number(std::string_view& text, size_t least, size_t most) {
  int64_t value = 0;
  size_t n = 0;
  while (n < text.size() && n < most && is_digit(text[n])) value = value * 10 + (text[n++] - '0');
  if (n < least) return std::nullopt;
  text.remove_prefix(n);
  return value;
}

std::optional<int16_t> take_zone(std::string_view& text) {
  if (text.starts_with('Z')) {
    text.remove_prefix(1);
    return int16_t{0};
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const bool west = text[0] == '-';
  text.remove_prefix(1);
  const auto hours = take_number(text, 2, 2);
  if (text.starts_with(':')) text.remove_prefix(1);
  const auto minutes = hours ? take_number(text, 2, 2) : std::nullopt;
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const auto total = static_cast<int16_t>(*hours * 60 + *minutes);
  return static_cast<int16_t>(west ? -total : total);
}

}  // namespace

struct TimeFormat::Parts {
  int64_t year = -1, month = -1, day = -1, hour = 0, minute = 0, second = 0;
  std::string fraction;
  std::optional<int16_t> zone;
  std::optional<int64_t> since_1970_us;

  bool take(char part, std::string_view& text) {
    switch (part) {
      case 'Y':
        return into(year, take_number(text, 4, 4));
      case 'y':
        return into(year, take_number(text, 2, 2), 2000);
      case 'm':
        return into(month, take_number(text, 2, 2));
      case 'd':
        return into(day, take_number(text, 2, 2));
      case 'H':
        return into(hour, take_number(text, 2, 2));
      case 'M':
        return into(minute, take_number(text, 2, 2));
      case 'S':
        return into(second, take_number(text, 2, 2));
      case 's':
        return take_epoch(text, 12, 1'000'000);
      case 'L':
        return take_epoch(text, 15, 1'000);
      case 'z':
        return (zone = take_zone(text)).has_value();
      default:
        return take_fraction(text);
    }
  }

 private:
  static bool into(int64_t& out, std::optional<int64_t> number, int64_t plus = 0) {
    if (number) out = *number + plus;
    return number.has_value();
  }
  bool take_epoch(std::string_view& text, size_t digits, int64_t us) {
    const auto number = take_number(text, 1, digits);
    if (number) since_1970_us = *number * us;
    return number.has_value();
  }
  bool take_fraction(std::string_view& text) {
    size_t n = 0;
    while (n < text.size() && n < 9 && is_digit(text[n])) ++n;
    fraction = text.substr(0, n);
    text.remove_prefix(n);
    return n > 0;
  }
};

TimeFormat::TimeFormat(std::string format) : format_(std::move(format)) {
  bool dated = format_.empty();
  for (size_t i = 0; i < format_.size(); ++i) {
    if (format_[i] != '%') continue;
    ++i;
    if (i == format_.size() || std::string_view("YymdHMSfzsL%").find(format_[i]) == std::string_view::npos)
      throw Error(ErrorCode::kUsage, "'" + format_ + "' is no time format: after % must come one of YymdHMSfzsL%");
    dated = dated || std::string_view("YysL").find(format_[i]) != std::string_view::npos;
  }
  if (!dated) throw Error(ErrorCode::kUsage, "'" + format_ + "' is no time format: it has no %Y, %y, %s or %L");
}

bool TimeFormat::read(std::string_view text, Parts& parts) const {
  for (size_t i = 0; i < format_.size(); ++i) {
    const char c = format_[i];
    if (c == '%' && format_[i + 1] != '%') {
      if (!parts.take(format_[++i], text)) return false;
      continue;
    }
    if (c == '%') ++i;
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    while (c == ' ' && text.starts_with(' ')) text.remove_prefix(1);
  }
  return text.empty();
}

std::optional<Instant> TimeFormat::instant(std::string_view text, int16_t zone_min) const {
  if (format_.empty()) return parse_rfc3339(text);
  Parts parts;
  if (!read(text, parts)) return std::nullopt;
  const int16_t zone = parts.zone.value_or(zone_min);
  if (parts.since_1970_us) return Instant{*parts.since_1970_us, zone};
  if (parts.year < 0 || parts.month < 0 || parts.day < 0) return std::nullopt;
  // parse_rfc3339 judges the date: the calendar is known in one place.
  const int absolute = std::abs(int{zone});
  char buffer[80];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d%s%s%c%02d:%02d", static_cast<int>(parts.year),
                static_cast<int>(parts.month), static_cast<int>(parts.day), static_cast<int>(parts.hour),
                static_cast<int>(parts.minute), static_cast<int>(parts.second), parts.fraction.empty() ? "" : ".",
                parts.fraction.c_str(), zone < 0 ? '-' : '+', absolute / 60, absolute % 60);
  return parse_rfc3339(buffer);
}

std::optional<Day> TimeFormat::day(std::string_view text) const {
  if (format_.empty()) return parse_day(text);
  Parts parts;
  if (!read(text, parts) || parts.year < 0 || parts.month < 0 || parts.day < 0) return std::nullopt;
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", static_cast<int>(parts.year), static_cast<int>(parts.month),
                static_cast<int>(parts.day));
  return parse_day(buffer);
}

std::string TimeFormat::expected() const {
  return format_.empty() ? "2026-03-01T09:30:00+08:00 (RFC 3339)" : format_;
}

std::optional<int16_t> parse_zone(std::string_view text) {
  const auto zone = take_zone(text);
  return text.empty() ? zone : std::nullopt;
}

}  // namespace custody
