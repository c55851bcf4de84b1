#include "tools/custody/text.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

#include "ledger/base/time.h"
#include "ledger/proof/note.h"

namespace custody {
namespace {

std::string list_text(const boost::json::object& event, std::string_view name) {
  const auto* list = event.if_contains(name);
  std::string out;
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->get_array()) {
    if (!item.is_string()) continue;
    if (!out.empty()) out += ",";
    out += std::string_view(item.get_string());
  }
  return out;
}

// What was done to which data: "phone,email", "read: name by purpose billing", "to partner:acme".
std::string what_text(const boost::json::object& event) {
  std::string out = text_member(event, "mode");
  const auto add = [&](const std::string& before, const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : " ") + before + text;
  };
  add("", list_text(event, "fields"));
  if (list_text(event, "fields").empty()) add("", list_text(event, "values"));
  add("to ", text_member(event, "to"));
  add("of ", text_member(event, "dataset"));
  add("for ", text_member(event, "purpose"));
  add("under ", text_member(event, "grant"));
  if (event.contains("rows")) add("rows ", std::to_string(number_member(event, "rows")));
  return out;
}

}  // namespace

std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

uint64_t number_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<uint64_t>() : 0;
}

std::string attested_line(const boost::json::object& attested) {
  return text_member(attested, "view") + "  round " + std::to_string(number_member(attested, "round")) + "  " +
         std::to_string(number_member(attested, "rows")) + " rows  " + text_member(attested, "root") +
         "  attested in " + text_member(attested, "ref");
}

std::string short_time(std::string_view rfc3339) {
  std::string out(rfc3339.substr(0, 19));
  if (out.size() == 19) out[10] = ' ';
  const size_t zone = rfc3339.find_first_of("Z+-", 19);
  return zone == std::string_view::npos ? out : out + std::string(rfc3339.substr(zone));
}

std::string second_text(uint64_t seconds) {
  return short_time(to_rfc3339(static_cast<int64_t>(std::min(seconds, kLastSecond)) * 1'000'000));
}

std::string event_line(const boost::json::object& event) {
  char line[512];
  const std::string step = text_member(event, "step");
  std::snprintf(line, sizeof line, "%-25s %-22s %-24s %-18s %s", short_time(text_member(event, "time")).c_str(),
                text_member(event, "type").c_str(), text_member(event, "actor").c_str(), step.c_str(),
                what_text(event).c_str());
  return std::string(line) + "  [" + text_member(event, "ref") + "]";
}

std::string position_text(const boost::json::object& answer) {
  const auto* position = answer.if_contains("position");
  if (position == nullptr || !position->is_object()) return "";
  const auto& object = position->get_object();
  const uint64_t round = number_member(object, "round");
  if (round == 0) return "before the first round";
  return "as of round " + std::to_string(round) + ", closed " + short_time(text_member(object, "closed_at"));
}

}  // namespace custody
