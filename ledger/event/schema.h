// What a body struct looks like, found by walking its serialize(): for the JSON Schema, the reference and the examples.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ledger/event/body.h"

namespace custody {

// Of one type: its canonical bytes in the words of docs/formats, its name for people, its JSON Schema (draft 2020-12),
// and an example (JSON text).
struct Shape {
  std::string bytes;
  std::string name;
  std::string schema;
  std::string example;
};

enum class MemberKind {
  kPlain,
  kValues,    // ValueNames: in an event an object of values
  kAttached,  // AttachedList: in an event an array
  kResolved,  // ResolvedId: in an event possibly a value instead
};

struct Member {
  std::string name;
  bool required;
  MemberKind kind;
  Shape shape;
};

// Walks serialize() of a default-made struct and keeps what it is told.
class MemberCollector {
 public:
  template <class... Fields>
  void operator()(Fields&&... fields) {
    (add(fields), ...);
  }
  std::vector<Member> members;

 private:
  void add(const Magic& magic) {
    members.push_back({"", true, MemberKind::kPlain, {'"' + std::string(magic.text) + '"', "mark", "", ""}});
  }
  template <class T>
  void add(const cereal::NameValuePair<T>& pair);
};

template <class Struct>
std::vector<Member> members_of() {
  Struct value{};
  MemberCollector collector;
  value.serialize(collector);
  return std::move(collector.members);
}

// What a member of this name holds by example (JSON text) where its type says too little, and what it means; empty
// where the type says enough.
std::string_view example_of_member(std::string_view name, std::string_view shape_name);
std::string_view meaning_of_member(std::string_view type, std::string_view name);

std::string object_schema(const std::vector<Member>& members);
std::string object_example(const std::vector<Member>& members);
std::string object_bytes(const std::vector<Member>& members);
Shape number_shape(size_t size_bytes, bool is_signed, uint64_t max);
Shape digits_shape(size_t size_bytes);
Shape uuid_shape();
// An id of one of the kinds: a department's where these may hold copies, else of the first kind.
std::string id_example(const std::vector<std::string_view>& kinds);

template <class T>
struct ShapeOf {  // a struct of its own
  static Shape get() {
    const auto members = members_of<T>();
    return {object_bytes(members), "object", object_schema(members), object_example(members)};
  }
};
template <class T>
Shape shape_of() {
  return ShapeOf<T>::get();
}

template <WireInteger T>
struct ShapeOf<T> {
  static Shape get() {
    constexpr uint64_t max = sizeof(T) == 8 ? uint64_t{1} << 53 : static_cast<uint64_t>(std::numeric_limits<T>::max());
    return number_shape(sizeof(T), std::is_signed_v<T>, max);
  }
};
template <class Integer, Integer kMax>
struct ShapeOf<Bounded<Integer, kMax>> {
  static Shape get() { return number_shape(sizeof(Integer), false, kMax); }
};
template <>
struct ShapeOf<bool> {
  static Shape get() { return {"u8", "true / false", R"({"type":"boolean"})", "true"}; }
};
template <size_t N>
struct ShapeOf<std::array<uint8_t, N>> {
  static Shape get() { return digits_shape(N); }
};
template <class Rule>
struct ShapeOf<Checked<Rule>> {
  static Shape get() {
    std::string example;
    if constexpr (requires { Rule::words(); }) example = '"' + std::string(Rule::words().front()) + '"';
    if constexpr (requires { Rule::kinds(); }) example = '"' + id_example(Rule::kinds()) + '"';
    return {"str8", Rule::name(), Rule::schema(), example.empty() ? "\"a1\"" : example};
  }
};
template <class T>
struct ShapeOf<std::optional<T>> {
  static Shape get() {
    Shape shape = shape_of<T>();
    shape.bytes = "opt<" + shape.bytes + ">";
    return shape;
  }
};
template <class T>
struct ShapeOf<std::vector<T>> {
  static Shape get() {
    const Shape item = shape_of<T>();
    return {"vec<" + item.bytes + ">", "list of " + item.name, R"({"type":"array","items":)" + item.schema + "}",
            "[" + item.example + "]"};
  }
};
template <class Element>
struct ShapeOf<SetOf<Element>> {
  static Shape get() {
    const Shape item = shape_of<Element>();
    return {"vec<" + item.bytes + ">", "set of " + item.name,
            R"({"type":"array","minItems":1,"uniqueItems":true,"items":)" + item.schema + "}",
            "[" + item.example + "]"};
  }
};
template <class S>
struct ShapeOf<Str16<S>> {
  static Shape get() { return {"str16", "text", R"({"type":"string"})", "\"a1\""}; }
};
template <>
struct ShapeOf<std::string> {
  static Shape get() { return {"str8", "text", R"({"type":"string"})", "\"a1\""}; }
};
template <class Tag>
struct ShapeOf<Id16<Tag>> {
  static Shape get() { return uuid_shape(); }
};

// The scalar types of the vocabulary; the pointer only chooses.
Shape scalar_shape(const Instant*);
Shape scalar_shape(const Day*);
Shape scalar_shape(const UtcTime*);
Shape scalar_shape(const AsOf*);
Shape scalar_shape(const Ref*);
Shape scalar_shape(const DeclaredCount*);
Shape scalar_shape(const ValueNames*);
Shape scalar_shape(const AttachedList*);
Shape scalar_shape(const ResolvedId*);
template <class T>
  requires requires(const T* which) { scalar_shape(which); }
struct ShapeOf<T> {
  static Shape get() { return scalar_shape(static_cast<const T*>(nullptr)); }
};

template <class T>
void MemberCollector::add(const cereal::NameValuePair<T>& pair) {
  using Value = std::remove_cvref_t<T>;
  Member member{pair.name, !kIsOptional<Value>, MemberKind::kPlain, shape_of<Value>()};
  if constexpr (std::same_as<Value, ValueNames>) member.kind = MemberKind::kValues;
  if constexpr (std::same_as<Value, std::optional<AttachedList>>) member.kind = MemberKind::kAttached;
  if constexpr (std::same_as<Value, ResolvedId>) member.kind = MemberKind::kResolved;
  const std::string_view example = example_of_member(member.name, member.shape.name);
  if (!example.empty()) member.shape.example = example;
  members.push_back(std::move(member));
}

}  // namespace custody
