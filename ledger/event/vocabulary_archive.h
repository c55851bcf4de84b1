// How the archives read and write the vocabulary of event bodies. A value outside its type's rule is refused in both
// directions, so that no writer of ours makes bytes that its readers refuse.
#pragma once

#include <algorithm>

#include "ledger/base/ids.h"
#include "ledger/codec/canonical.h"
#include "ledger/codec/json.h"
#include "ledger/event/vocabulary.h"

namespace custody {

[[noreturn]] void refuse_to_write(std::string_view value, const std::string& expected);
// Of the JSON value that is being read.
std::optional<std::string_view> text_of(const JsonReader& ar);
bool is_array(const JsonReader& ar);

template <class Rule>
void save(CanonicalWriter& ar, const Checked<Rule>& checked) {
  if (!Rule::ok(checked.text)) refuse_to_write(checked.text, Rule::expected());
  ar.sized(checked.text, 1, false);
}
template <class Rule>
void load(CanonicalReader& ar, Checked<Rule>& checked) {
  checked.text = ar.sized(1, true);
  if (!Rule::ok(checked.text)) ar.fail("must be " + Rule::expected());
}
template <class Rule>
void save(JsonWriter& ar, const Checked<Rule>& checked) {
  ar.string(checked.text);
}
template <class Rule>
void load(JsonReader& ar, Checked<Rule>& checked) {
  const auto text = text_of(ar);
  if (!text || !Rule::ok(*text))
    ar.fault("must be " + Rule::expected());
  else
    checked.text = *text;
}

template <class Element>
bool is_set(const std::vector<Element>& items) {
  return std::adjacent_find(items.begin(), items.end(), std::greater_equal<>()) == items.end();
}

template <class Element>
void save(CanonicalWriter& ar, const SetOf<Element>& set) {
  if (set.items.empty() || !is_set(set.items)) refuse_to_write("a set", "not empty and strictly ascending");
  ar(set.items);
}
template <class Element>
void load(CanonicalReader& ar, SetOf<Element>& set) {
  ar(set.items);
  if (set.items.empty() || !is_set(set.items)) ar.fail("a set must not be empty and must be strictly ascending");
}
template <class Element>
void save(JsonWriter& ar, const SetOf<Element>& set) {
  ar(set.items);
}
template <class Element>
void load(JsonReader& ar, SetOf<Element>& set) {
  ar(set.items);
  if (set.items.empty() && is_array(ar)) ar.fault("must not be empty");
  std::sort(set.items.begin(), set.items.end());
  for (size_t i = 1; i < set.items.size(); ++i)  // an empty item is a fault already reported
    if (set.items[i] == set.items[i - 1] && !set.items[i].text.empty()) return ar.fault("must not name anything twice");
}

template <class Integer, Integer kMax>
void save(CanonicalWriter& ar, const Bounded<Integer, kMax>& number) {
  if (number.value > kMax) refuse_to_write(std::to_string(number.value), "at most " + std::to_string(kMax));
  ar(number.value);
}
template <class Integer, Integer kMax>
void load(CanonicalReader& ar, Bounded<Integer, kMax>& number) {
  ar(number.value);
  if (number.value > kMax) ar.fail("must be at most " + std::to_string(kMax));
}
template <class Integer, Integer kMax>
void save(JsonWriter& ar, const Bounded<Integer, kMax>& number) {
  ar.number(uint64_t{number.value});
}
template <class Integer, Integer kMax>
void load(JsonReader& ar, Bounded<Integer, kMax>& number) {
  number.value = static_cast<Integer>(ar.integer(0, static_cast<int64_t>(kMax)));
}

inline void save(CanonicalWriter& ar, const DeclaredCount& count) {
  ar(count.known);
}
inline void load(CanonicalReader& ar, DeclaredCount& count) {
  ar(count.known);
}
void save(JsonWriter& ar, const DeclaredCount& count);
void load(JsonReader& ar, DeclaredCount& count);

void save(CanonicalWriter& ar, const UtcTime& time);
void load(CanonicalReader& ar, UtcTime& time);
void save(JsonWriter& ar, const UtcTime& time);
void load(JsonReader& ar, UtcTime& time);

void save(CanonicalWriter& ar, const AsOf& as_of);
void load(CanonicalReader& ar, AsOf& as_of);
void save(JsonWriter& ar, const AsOf& as_of);
void load(JsonReader& ar, AsOf& as_of);

void save(CanonicalWriter& ar, const ValueNames& names);
void load(CanonicalReader& ar, ValueNames& names);
void save(JsonWriter& ar, const ValueNames& names);
// Takes an array of names. The object of an event is left to whoever reads the event, as are `notes` beside it.
void load(JsonReader& ar, cereal::NameValuePair<ValueNames&>& pair);

inline void save(CanonicalWriter& ar, const AttachedList& list) {
  ar(list.entries);
}
inline void load(CanonicalReader& ar, AttachedList& list) {
  ar(list.entries);
}
inline void save(JsonWriter& ar, const AttachedList& list) {
  ar(list.entries);
}
void load(JsonReader& ar, AttachedList& list);

inline void save(CanonicalWriter& ar, const ResolvedId& id) {
  ar(id.bytes);
}
inline void load(CanonicalReader& ar, ResolvedId& id) {
  ar(id.bytes);
}
void save(JsonWriter& ar, const ResolvedId& id);
// May be absent: then it comes from a value of the same name.
void load(JsonReader& ar, cereal::NameValuePair<ResolvedId&>& pair);

// `shard:seq`; u32 and u64.
inline void save(CanonicalWriter& ar, const Ref& ref) {
  ar(ref.shard, ref.seq);
}
inline void load(CanonicalReader& ar, Ref& ref) {
  ar(ref.shard, ref.seq);
}
void save(JsonWriter& ar, const Ref& ref);
void load(JsonReader& ar, Ref& ref);

}  // namespace custody
