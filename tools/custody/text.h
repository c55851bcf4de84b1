// Small help for what commands print for people.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

namespace custody {

// The member as a string, "" where it is absent or none.
std::string text_member(const boost::json::object& object, std::string_view name);
// Of a view.attested: the view, its round, rows and root, and the record.
std::string attested_line(const boost::json::object& attested);
uint64_t number_member(const boost::json::object& object, std::string_view name);
// "2026-11-24T09:12:33.120045Z" as "2026-11-24 09:12:33Z": what a line has room for.
std::string short_time(std::string_view rfc3339);
// A second since 1970, as far as there are years of four digits.
std::string second_text(uint64_t seconds);
// One event of a timeline or activity as a line: time, type, who, where, what, ref.
std::string event_line(const boost::json::object& event);
// "as of round 12, closed 2026-11-24 09:12:33Z".
std::string position_text(const boost::json::object& answer);

}  // namespace custody
