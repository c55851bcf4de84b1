#include "ledger/event/vocabulary_archive.h"

#include <boost/json/value.hpp>

namespace custody {

void refuse_to_write(std::string_view value, const std::string& expected) {
  throw Error(ErrorCode::kRefused, "'" + std::string(value.substr(0, 80)) + "' must be " + expected);
}

std::optional<std::string_view> text_of(const JsonReader& ar) {
  if (const auto* text = ar.current().if_string()) return std::string_view(text->data(), text->size());
  return std::nullopt;
}

bool is_array(const JsonReader& ar) {
  return ar.current().is_array();
}

// "undeclared" or a count.
void save(JsonWriter& ar, const DeclaredCount& count) {
  if (count.known)
    ar(*count.known);
  else
    ar.string("undeclared");
}

void load(JsonReader& ar, DeclaredCount& count) {
  const auto text = text_of(ar);
  if (text == "undeclared") return count.known.reset();
  if (text) return ar.fault("must be an integer from 0 to 9007199254740992, or \"undeclared\"");
  ar(count.known.emplace());
}

void save(CanonicalWriter& ar, const UtcTime& time) {
  if (!is_time(time.us)) refuse_to_write(std::to_string(time.us), "a time of 1970 to 9999");
  ar(time.us);
}

void load(CanonicalReader& ar, UtcTime& time) {
  ar(time.us);
  if (!is_time(time.us)) ar.fail("a time that is not of 1970 to 9999");
}

void save(JsonWriter& ar, const UtcTime& time) {
  ar.string(to_rfc3339(time.us));
}

void load(JsonReader& ar, UtcTime& time) {
  Instant at;
  ar(at);
  time.us = at.us;
}

void save(CanonicalWriter& ar, const AsOf& as_of) {
  if (as_of.time.has_value() == as_of.round.has_value()) refuse_to_write("as_of", "either a time or a round");
  ar.integer(as_of.time ? 1 : 2, 1);
  if (as_of.time)
    ar(*as_of.time);
  else
    ar(*as_of.round);
}

void load(CanonicalReader& ar, AsOf& as_of) {
  as_of = {};
  const uint64_t kind = ar.integer(1);
  if (kind == 1)
    ar(as_of.time.emplace());
  else if (kind == 2)
    ar(as_of.round.emplace());
  else
    ar.fail("a position must be of kind 1 (time) or 2 (round)");
}

void save(JsonWriter& ar, const AsOf& as_of) {
  if (as_of.time)
    ar(*as_of.time);
  else if (as_of.round)
    ar(*as_of.round);
  else
    ar.literal("null");
}

void load(JsonReader& ar, AsOf& as_of) {
  as_of = {};
  if (text_of(ar))
    ar(as_of.time.emplace());
  else if (ar.current().is_number())
    ar(as_of.round.emplace());
  else
    ar.fault("must be an RFC 3339 time with an offset, or the number of a round");
}

void save(CanonicalWriter& ar, const ValueNames& names) {
  for (const std::string& name : names.items)
    if (!is_code(name)) refuse_to_write(name, CodeRule::expected());
  if (!is_set(names.items)) refuse_to_write("values", "strictly ascending");
  ar(names.items);
}

void load(CanonicalReader& ar, ValueNames& names) {
  ar(names.items);
  for (const std::string& name : names.items)
    if (!is_code(name)) ar.fail("the name of a value must be " + CodeRule::expected());
  if (!is_set(names.items)) ar.fail("the names of values must be strictly ascending");
}

void save(JsonWriter& ar, const ValueNames& names) {
  ar(names.items);
}

void load(JsonReader& ar, cereal::NameValuePair<ValueNames&>& pair) {
  if (ar.enter_member("notes", false)) ar.leave();
  if (!ar.enter_member(pair.name, false)) return;
  if (!ar.current().is_object()) {
    StringSet names;
    ar(names);
    for (const std::string& name : names.items)
      if (!is_code(name)) ar.fault("must name values by " + CodeRule::expected());
    pair.value.items = std::move(names.items);
  }
  ar.leave();
}

void load(JsonReader& ar, AttachedList& list) {
  if (ar.current().is_number())
    ar(list.entries);
  else
    list.entries = ar.array_size();
}

void save(JsonWriter& ar, const ResolvedId& id) {
  ar.string(uuid_text(id.bytes));
}

void load(JsonReader& ar, cereal::NameValuePair<ResolvedId&>& pair) {
  if (!ar.enter_member(pair.name, false)) return;
  load_uuid(ar, pair.value.bytes);
  ar.leave();
}

void save(JsonWriter& ar, const Ref& ref) {
  ar.string(to_text(ref));
}

void load(JsonReader& ar, Ref& ref) {
  const auto text = text_of(ar);
  const auto parsed = text ? parse_ref(*text) : std::nullopt;
  if (parsed)
    ref = *parsed;
  else
    ar.fault("must be the place of a record, shard:seq");
}

}  // namespace custody
