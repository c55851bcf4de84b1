// What the structs of event bodies have in common, and their canonical bytes.
//
// A body struct has `kType` (and `kVersion` where it is not 1), one serialize(), and where members depend on each other
// a check() that appends what is wrong, with pointers relative to the body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"
#include "ledger/base/time.h"
#include "ledger/event/vocabulary_archive.h"

namespace custody {

template <class Body>
constexpr uint16_t version_of() {
  if constexpr (requires { Body::kVersion; })
    return Body::kVersion;
  else
    return 1;
}

// What members must agree on among themselves; appended to `faults`.
template <class Body>
void check_members(const Body& body, std::vector<Fault>& faults) {
  if constexpr (requires { body.check(faults); }) body.check(faults);
}

[[noreturn]] void refuse_body(std::string_view type, const Fault& fault);

template <class Body>
void require_members(const Body& body) {
  std::vector<Fault> faults;
  check_members(body, faults);
  if (!faults.empty()) refuse_body(Body::kType, faults.front());
}

// Canonical bytes, or kRefused when the body breaks the rules of its type.
template <class Body>
std::string encode_body(const Body& body) {
  require_members(body);
  return to_canonical(body);
}

// kRefused when the bytes are not exactly one body of this type and version in canonical form.
template <class Body>
Body decode_body(std::string_view bytes) {
  Body body = from_canonical<Body>(bytes);
  require_members(body);
  return body;
}

}  // namespace custody
