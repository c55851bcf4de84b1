#include "producers/adapters/code_name.h"

#include "ledger/base/hash.h"
#include "ledger/event/vocabulary.h"

namespace custody {
namespace {

constexpr size_t kHashDigits = 16;
constexpr size_t kMaxPrefix = kMaxCodeBytes - kHashDigits - 1;

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return is_code(std::string_view(&c, 1)) ? c : '-';
}

}  // namespace

std::string code_of(std::string_view name) {
  if (is_code(name)) return std::string(name);
  if (name.empty()) throw Error(ErrorCode::kUsage, "an empty name has no code");
  std::string code;
  for (char c : name.substr(0, kMaxPrefix)) code += folded(c);
  while (!code.empty() && code.back() == '-') code.pop_back();
  return code + "-" + to_hex(view_of(sha256(name))).substr(0, kHashDigits);
}

}  // namespace custody
