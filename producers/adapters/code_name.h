// Names of foreign systems as codes of the ledger: [a-z0-9._:/-]{1,64}.
#pragma once

#include <string>
#include <string_view>

namespace custody {

inline constexpr size_t kMaxCodeBytes = 64;

// `name` itself where it is a code. Else the name in lower case with `-` for every byte outside the alphabet, cut to 47
// bytes, then `-` and the first 16 hexadecimal digits of SHA-256(name): two names never meet in one code by their
// spelling, and the same name always gives the same code. Error kUsage for an empty name.
std::string code_of(std::string_view name);

}  // namespace custody
