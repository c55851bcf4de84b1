// Times as foreign files write them.
//
// A format is text with these parts, each as long as it says: %Y (4 digits) %m %d %H %M %S (2) %y (2, 2000-2099)
// %f (a fraction of a second, 1 to 9 digits) %z (Z, +hh:mm, +hhmm) %s (seconds since 1970) %L (milliseconds since 1970)
// %% (%). A space stands for one or more spaces. Without %z, %s and %L the time is in the zone of the mapping.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/time.h"

namespace custody {

class TimeFormat {
 public:
  // Empty: RFC 3339. Error kUsage for an unknown part, or one without a date.
  explicit TimeFormat(std::string format = "");
  // nullopt where the text is not of this form, or is no time the ledger takes (before 1970, a 60th second).
  std::optional<Instant> instant(std::string_view text, int16_t zone_min) const;
  // The date alone, for days; an empty format is YYYY-MM-DD.
  std::optional<Day> day(std::string_view text) const;
  std::string expected() const;  // completes "is no time of the form ..."

 private:
  struct Parts;
  bool read(std::string_view text, Parts& parts) const;
  std::string format_;
};

// "+08:00", "-03:30", "Z" in minutes.
std::optional<int16_t> parse_zone(std::string_view text);

}  // namespace custody
