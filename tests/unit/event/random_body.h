// Random, valid values for every member of every body: walks serialize() and fills what it is shown.
#pragma once

#include <algorithm>
#include <random>

#include "ledger/event/body.h"
#include "ledger/event/schema.h"

namespace custody::test {

class RandomFiller {
 public:
  explicit RandomFiller(uint64_t seed) : random_(seed) {}

  template <class... Fields>
  void operator()(Fields&&... fields) {
    (visit(fields), ...);
  }

  uint64_t below(uint64_t n) { return std::uniform_int_distribution<uint64_t>(0, n - 1)(random_); }

 private:
  void visit(Magic&) {}
  template <class T>
  void visit(cereal::NameValuePair<T>& pair) {
    name_ = pair.name;
    fill(pair.value);
  }

  std::string letters(size_t size, std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789._:/-") {
    std::string out;
    for (size_t i = 0; i < size; ++i) out += alphabet[below(alphabet.size())];
    return out;
  }

  template <class Integer>
    requires std::integral<Integer>
  void fill(Integer& value) {
    constexpr uint64_t top =
        std::min<uint64_t>(uint64_t{1} << 53, static_cast<uint64_t>(std::numeric_limits<Integer>::max()));
    value = static_cast<Integer>(below(3) == 0 ? below(top) + 1 : below(20));
    if (name_ == "hash") value = 1;
    if (name_ == "shards") value = static_cast<Integer>(1 + below(64));
    if (name_ == "shard") value = static_cast<Integer>(element_ + 1);
  }
  void fill(bool& value) { value = name_ == "all" || below(2) == 0; }
  void fill(std::string& text) {
    text = letters(below(40)) + "é";
    if (name_ == "origin") text += "/0";
  }
  template <class S>
  void fill(Str16<S>& wrapped) {
    wrapped.text = letters(below(700));
  }
  template <size_t N>
  void fill(std::array<uint8_t, N>& bytes) {
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(below(256));
  }
  template <class Tag>
  void fill(Id16<Tag>& id) {
    fill(id.bytes);
  }
  void fill(Instant& at) {
    at.us = static_cast<int64_t>(below(4'000'000'000'000'000));
    at.offset_min = static_cast<int16_t>(static_cast<int>(below(1441)) - 720);
  }
  void fill(UtcTime& at) { at.us = static_cast<int64_t>(below(4'000'000'000'000'000)); }
  void fill(Day& day) { day.days = static_cast<int32_t>(below(40000)); }
  void fill(Ref& ref) { ref = {static_cast<uint32_t>(below(64)), below(uint64_t{1} << 53)}; }
  template <class Rule>
  void fill(Checked<Rule>& checked) {
    if constexpr (requires { Rule::words(); })
      checked.text = Rule::words()[below(Rule::words().size())];
    else if constexpr (requires { Rule::kinds(); })
      checked.text = std::string(Rule::kinds()[below(Rule::kinds().size())]) + ":" + letters(1 + below(40));
    else if constexpr (std::same_as<Rule, CodeRule>)
      checked.text = letters(1 + below(64));
    else if constexpr (std::same_as<Rule, UriRule>)
      checked.text = "urn:" + letters(1 + below(200));
    else if constexpr (std::same_as<Rule, RuleIdRule>)
      checked.text = "R-" + letters(1, "ABCDEFGHIJ") + letters(1 + below(2), "0123456789");
    else
      checked.text = letters(1 + below(30), "abc \"\\{}/Z") + "ñ漢";
  }
  template <class Element>
  void fill(SetOf<Element>& set) {
    set.items.resize(1 + below(4));
    for (Element& item : set.items) fill(item);
    std::sort(set.items.begin(), set.items.end());
    set.items.erase(std::unique(set.items.begin(), set.items.end()), set.items.end());
  }
  template <class Integer, Integer kMax>
  void fill(Bounded<Integer, kMax>& number) {
    number.value = static_cast<Integer>(below(uint64_t{kMax} + 1));
    if (below(2) == 0) number.value = static_cast<Integer>(below(10));
  }
  void fill(DeclaredCount& count) {
    count.known.reset();
    if (below(3) != 0) fill(count.known.emplace());
  }
  void fill(AsOf& as_of) {
    as_of = {};
    if (below(2) == 0)
      fill(as_of.time.emplace());
    else
      fill(as_of.round.emplace());
  }
  void fill(ValueNames& names) {
    names.items.clear();
    for (uint64_t n = below(5); n > 0; --n) names.items.push_back(letters(1 + below(64)));
    std::sort(names.items.begin(), names.items.end());
    names.items.erase(std::unique(names.items.begin(), names.items.end()), names.items.end());
  }
  void fill(AttachedList& list) { fill(list.entries); }
  void fill(ResolvedId& id) { fill(id.bytes); }
  template <class T>
  void fill(std::optional<T>& value) {
    value.reset();
    if (below(2) == 0) fill(value.emplace());
  }
  template <class T>
  void fill(std::vector<T>& items) {
    items.clear();
    const uint64_t n = below(4);
    for (element_ = 0; element_ < n; ++element_) fill(items.emplace_back());
  }
  template <class T>
    requires requires(T& value, RandomFiller& filler) { value.serialize(filler); }
  void fill(T& value) {
    const size_t outer = element_;
    value.serialize(*this);
    element_ = outer;
  }

  std::mt19937_64 random_;
  std::string_view name_;
  size_t element_ = 0;
};

// A valid body; some members exclude others, so it takes as many tries as it needs.
template <class Body>
Body random_body(RandomFiller& filler) {
  for (;;) {
    Body body{};
    body.serialize(filler);
    std::vector<Fault> faults;
    check_members(body, faults);
    if (faults.empty()) return body;
  }
}

}  // namespace custody::test
