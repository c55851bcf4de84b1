#include "ledger/codec/jcs.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <vector>

#include "ledger/codec/json.h"

namespace custody {
namespace {

namespace json = boost::json;

constexpr double kExponentFrom = 1e21;  // from here ECMAScript prints an exponent

// Order of UTF-16 code units, told from UTF-8: the same as that of the bytes, but that surrogates (pairs for what
// begins with 0xf0 and above) stand before U+E000 (0xee).
uint8_t utf16_rank(char c) {
  const auto byte = static_cast<uint8_t>(c);
  if (byte >= 0xf0) return static_cast<uint8_t>(byte - 2);
  return byte >= 0xee ? static_cast<uint8_t>(byte + 8) : byte;
}

bool utf16_less(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return utf16_rank(x) < utf16_rank(y); });
}

class Canonicalizer {
 public:
  explicit Canonicalizer(std::string& out) : out_(out) {}

  void write(const json::value& value) {
    switch (value.kind()) {
      case json::kind::null:
        out_ += "null";
        break;
      case json::kind::bool_:
        out_ += value.get_bool() ? "true" : "false";
        break;
      case json::kind::int64:
        write_integer(value.get_int64());
        break;
      case json::kind::uint64:
        if (value.get_uint64() > static_cast<uint64_t>(kMaxJsonInteger)) refuse("an integer beyond 2^53");
        write_integer(static_cast<int64_t>(value.get_uint64()));
        break;
      case json::kind::double_:
        write_double(value.get_double());
        break;
      case json::kind::string:
        write_string(value.get_string());
        break;
      case json::kind::array:
        write_array(value.get_array());
        break;
      case json::kind::object:
        write_object(value.get_object());
        break;
    }
  }

 private:
  [[noreturn]] void refuse(const char* what) const {
    throw Error(ErrorCode::kRefused, std::string(what) + " at \"" + pointer_ + "\" has no canonical form");
  }

  void write_integer(int64_t number) {
    if (number > kMaxJsonInteger || number < -kMaxJsonInteger) refuse("an integer beyond 2^53");
    out_ += std::to_string(number);
  }

  void write_double(double number) {
    if (!std::isfinite(number)) refuse("a number that is not finite");
    const double size = std::fabs(number);
    // What would be printed as digits alone would be read as an integer, and refused.
    if (size > static_cast<double>(kMaxJsonInteger) && size < kExponentFrom) refuse("an integer beyond 2^53");
    out_ += to_es6(number);
  }

  void write_string(std::string_view text) {
    if (!is_utf8(text)) refuse("text that is not UTF-8");
    append_json_string(out_, text);
  }

  void write_array(const json::array& items) {
    enter();
    const size_t above = pointer_.size();
    out_ += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      pointer_ += "/" + std::to_string(i);
      if (i > 0) out_ += ',';
      write(items[i]);
      pointer_.resize(above);
    }
    out_ += ']';
    --depth_;
  }

  void write_object(const json::object& members) {
    enter();
    std::vector<const json::key_value_pair*> order;
    order.reserve(members.size());
    for (const auto& member : members) order.push_back(&member);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return utf16_less(a->key(), b->key()); });
    const size_t above = pointer_.size();
    out_ += '{';
    for (const auto* member : order) {
      // Members are counted, not named: names inside a value are personal as the value is.
      pointer_ += "/member " + std::to_string(member - &*members.begin());
      if (member != order.front()) out_ += ',';
      write_string(member->key());
      out_ += ':';
      write(member->value());
      pointer_.resize(above);
    }
    out_ += '}';
    --depth_;
  }

  void enter() {
    if (++depth_ > kMaxJsonDepth) refuse("nesting deeper than 32");
  }

  std::string& out_;
  std::string pointer_;
  size_t depth_ = 0;
};

// ECMA-262 §6.1.6.1.20 with k digits `digits` and the decimal point after n of them.
std::string lay_out(std::string_view digits, int n) {
  const int k = static_cast<int>(digits.size());
  std::string out(digits);
  if (n >= k && n <= 21) return out.append(static_cast<size_t>(n - k), '0');
  if (n > 0 && n <= 21) return out.insert(static_cast<size_t>(n), ".");
  if (n > -6 && n <= 0) return "0." + std::string(static_cast<size_t>(-n), '0') + out;
  if (k > 1) out.insert(1, ".");
  return out + (n > 0 ? "e+" : "e-") + std::to_string(std::abs(n - 1));
}

}  // namespace

std::string to_es6(double number) {
  if (!std::isfinite(number)) throw Error(ErrorCode::kRefused, "a number that is not finite has no JSON form");
  if (number == 0) return "0";  // and -0
  char text[40];
  const char* const end = std::to_chars(text, text + sizeof text, std::fabs(number), std::chars_format::scientific).ptr;
  const char* const mark = std::find(static_cast<const char*>(text), end, 'e');
  std::string digits(static_cast<const char*>(text), mark);
  if (digits.size() > 1) digits.erase(1, 1);  // the point
  int exponent = 0;
  std::from_chars(mark + (mark[1] == '+' ? 2 : 1), end, exponent);
  return (number < 0 ? "-" : "") + lay_out(digits, exponent + 1);
}

std::string to_jcs(const json::value& value) {
  std::string out;
  Canonicalizer(out).write(value);
  return out;
}

}  // namespace custody
