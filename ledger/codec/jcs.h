// The canonical form of a JSON value (RFC 8785, JSON Canonicalization Scheme): one value, one spelling, so that it can
// be committed to. Members in the order of their names as UTF-16, the shortest number that ECMAScript would print, the
// least escapes, no spaces.
//
// Integers beyond ±2^53 are refused (RFC 7493 §2.2), as a reader that keeps numbers as doubles would see another one;
// so is nesting deeper than kMaxJsonDepth, and strings that are not UTF-8 (a lone surrogate among them).
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace custody {

// Error kRefused; the place is named by counts alone, since names inside a value may be personal as well.
std::string to_jcs(const boost::json::value& value);
// `number` as ECMAScript's Number::toString(10) prints it (ECMA-262 §6.1.6.1.20); Error kRefused for NaN and infinity.
std::string to_es6(double number);

}  // namespace custody
