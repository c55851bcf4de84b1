// The scalar types that event bodies are made of. Each says in its type what it accepts, both archives check it when
// reading and when writing, and the JSON Schema and the reference are made from the same words (schema.h).
//
//   Code      [a-z0-9._:/-]{1,64}: what may stand readable in a customer's event     str8
//   PersonId, HolderId, ...  a code that begins with its kind, "person:anna"          str8
//   OneOf<..> one of the listed words                                                str8
//   Text, Uri human-readable label; source of an event                                str8
//   SetOf<T>  at least one T, none twice; any order in JSON                           vec<str8> strictly ascending
//   Count     0 ... 2^53                                                               u64
//   UtcTime   a time without offset (RFC 3339 in JSON)                                 i64 µs
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/time.h"

namespace custody {

// A string literal as a template argument.
template <size_t N>
struct Literal {
  char text[N];
  consteval Literal(const char (&from)[N]) {
    for (size_t i = 0; i < N; ++i) text[i] = from[i];
  }
  constexpr std::string_view view() const { return {text, N - 1}; }
};

bool is_code(std::string_view text);
// UTF-8 of 1 to max_bytes bytes without control characters (C0, DEL, C1).
bool is_plain_text(std::string_view text, size_t max_bytes);
// RFC 3986 with a scheme, at most 255 bytes.
bool is_uri(std::string_view text);
// R-A1 ... R-Z99, as the rules of the customer-information policy are numbered.
bool is_rule_id(std::string_view text);

// A Rule has: ok(text), expected() (completes "must be "), name() (for the reference), schema() (JSON).
template <class Rule>
struct Checked {
  std::string text;
  Checked() = default;
  Checked(const char* from) : text(from) {}
  Checked(std::string from) : text(std::move(from)) {}
  Checked(std::string_view from) : text(from) {}
  operator std::string_view() const { return text; }
  auto operator<=>(const Checked&) const = default;
};

struct CodeRule {
  static bool ok(std::string_view text) { return is_code(text); }
  static std::string expected() { return "a code: 1 to 64 of the characters a-z 0-9 . _ : / -"; }
  static std::string name() { return "code"; }
  static std::string schema() { return R"({"type":"string","pattern":"^[a-z0-9._:/-]{1,64}$"})"; }
};

std::string joined(const std::vector<std::string_view>& words, std::string_view before, std::string_view between);
bool is_id_of(std::string_view text, const std::vector<std::string_view>& kinds);

template <Literal... kKinds>
struct KindRule {
  static const std::vector<std::string_view>& kinds() {
    static const std::vector<std::string_view> all{kKinds.view()...};
    return all;
  }
  static bool ok(std::string_view text) { return is_id_of(text, kinds()); }
  static std::string expected() { return "an id (a code) that begins with " + joined(kinds(), "", ": or ") + ":"; }
  static std::string name() { return joined(kinds(), "", " / ") + " id"; }
  static std::string schema() {
    return R"({"type":"string","maxLength":64,"pattern":"^()" + joined(kinds(), "", "|") + R"():[a-z0-9._:/-]+$"})";
  }
};

template <Literal... kWords>
struct WordRule {
  static const std::vector<std::string_view>& words() {
    static const std::vector<std::string_view> all{kWords.view()...};
    return all;
  }
  static bool ok(std::string_view text) { return ((text == kWords.view()) || ...); }
  static std::string expected() { return "one of " + joined(words(), "", ", "); }
  static std::string name() { return joined(words(), "", " \\| "); }
  static std::string schema() { return R"({"enum":[")" + joined(words(), "", "\",\"") + R"("]})"; }
};

struct TextRule {
  static bool ok(std::string_view text) { return is_plain_text(text, 255); }
  static std::string expected() { return "1 to 255 bytes of text without control characters"; }
  static std::string name() { return "text"; }
  static std::string schema() { return R"({"type":"string","minLength":1,"maxLength":255})"; }
};

// What a source calls its own event.
struct SourceIdRule {
  static bool ok(std::string_view text) { return is_plain_text(text, 64); }
  static std::string expected() { return "1 to 64 bytes without control characters"; }
  static std::string name() { return "id of the source"; }
  static std::string schema() { return R"({"type":"string","minLength":1,"maxLength":64})"; }
};

struct UriRule {
  static bool ok(std::string_view text) { return is_uri(text); }
  static std::string expected() { return "a URI with a scheme, such as urn:crm, of at most 255 bytes"; }
  static std::string name() { return "URI"; }
  static std::string schema() { return R"({"type":"string","format":"uri","maxLength":255})"; }
};

struct RuleIdRule {
  static bool ok(std::string_view text) { return is_rule_id(text); }
  static std::string expected() { return "the number of a rule, such as R-E2"; }
  static std::string name() { return "rule"; }
  static std::string schema() { return R"({"type":"string","pattern":"^R-[A-Z][0-9]{1,2}$"})"; }
};

using Code = Checked<CodeRule>;
using FieldName = Checked<CodeRule>;  // of a customer's archive: public, unlike its value
using Text = Checked<TextRule>;
using Uri = Checked<UriRule>;
using SourceId = Checked<SourceIdRule>;
using RuleId = Checked<RuleIdRule>;
using PersonId = Checked<KindRule<"person">>;
using DepartmentId = Checked<KindRule<"dept">>;
using SystemId = Checked<KindRule<"system">>;
using DeviceId = Checked<KindRule<"device">>;
using PartnerId = Checked<KindRule<"partner">>;
using DatasetId = Checked<KindRule<"dataset">>;
using StepId = Checked<KindRule<"step">>;
using ActorId = Checked<KindRule<"person", "system">>;
// Who or what can have a copy.
using HolderId = Checked<KindRule<"person", "dept", "system", "partner", "device", "dataset">>;
template <Literal... kWords>
using OneOf = Checked<WordRule<kWords...>>;

// Strictly ascending in byte order and never empty: "none" is said by leaving an optional set out.
template <class Element>
struct SetOf {
  std::vector<Element> items;
  SetOf() = default;
  SetOf(std::initializer_list<Element> from) : items(from) {}
  bool contains(std::string_view text) const {
    for (const Element& item : items)
      if (item.text == text) return true;
    return false;
  }
  auto operator<=>(const SetOf&) const = default;
};
using Codes = SetOf<Code>;
using FieldNames = SetOf<FieldName>;

template <class Integer, Integer kMaximum>
struct Bounded {
  static constexpr Integer kMax = kMaximum;
  Integer value = 0;
  constexpr Bounded() = default;
  constexpr Bounded(Integer from) : value(from) {}
  constexpr operator Integer() const { return value; }
};
using Count = Bounded<uint64_t, uint64_t{1} << 53>;
using Level = Bounded<uint8_t, 9>;

// A count that is stated or, in so many words, not known to the source ("undeclared"): opt<u64>.
struct DeclaredCount {
  std::optional<Count> known;
  auto operator<=>(const DeclaredCount&) const = default;
};

struct UtcTime {
  int64_t us = 0;
  auto operator<=>(const UtcTime&) const = default;
};

// Which state of the data was read or copied: a time, or a round of the ledger. Bytes: u8 1 and an Instant, or u8 2 and
// a u64.
struct AsOf {
  std::optional<Instant> time;  // exactly one of the two
  std::optional<Count> round;
  bool operator==(const AsOf&) const = default;
};

// The ascending names of the values that the statement commits to and the blob holds: the personal values of
// data.values, and where they are stated "subject", "notes" and attached lists. vec<str8>, possibly empty. In an event
// `values` is an object of name and value; in a record it is the array of names.
struct ValueNames {
  std::vector<std::string> items;
  bool operator==(const ValueNames&) const = default;
};

// A list that goes into the blob as an attachment: only the number of its entries is readable. In an event an array, in
// a record that number.
struct AttachedList {
  Count entries;
  bool operator==(const AttachedList&) const = default;
};

// The subject id of a third party. An event states either this id or, as data.values.<name>, the contact that the
// keyring turns into it.
struct ResolvedId {
  ByteArray<16> bytes{};
  bool operator==(const ResolvedId&) const = default;
};

}  // namespace custody
