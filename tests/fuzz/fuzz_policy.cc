// Policies, and notes held against them: a refusal names a line, and the naive count of who has seen a note agrees.
// A seed is a policy, a NUL, a note.
#include <algorithm>

#include "ledger/proof/policy.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

namespace {

bool naive(const Policy& policy, size_t at, const SignedNote& note) {
  const Policy::Node& node = policy.nodes[at];
  if (node.witness) return cosigned_at(note, policy.witnesses[*node.witness].key).has_value();
  size_t count = 0;
  for (const size_t member : node.members) {
    fuzz::require(member < at, "members come first");
    count += naive(policy, member, note) ? 1 : 0;
  }
  fuzz::require(node.threshold > 0 && node.threshold <= node.members.size(), "a group can be reached, and not by none");
  return count >= node.threshold;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes = fuzz::bytes(data, size);
  const size_t nul = std::min(bytes.find('\0'), bytes.size());
  Policy policy;
  try {
    policy = parse_policy(std::string_view(bytes).substr(0, nul));
  } catch (const Error& error) {
    fuzz::require(std::string_view(error.what()).starts_with("l"), "a refusal names the line");
    return 0;
  }
  fuzz::require(policy.nodes.size() <= Policy::kMost && policy.logs.size() <= Policy::kMost, "bounds hold");
  try {
    const SignedNote note = parse_note(std::string_view(bytes).substr(std::min(nul + 1, bytes.size())));
    const PolicyVerdict verdict = judge_policy(policy, note);
    fuzz::require(verdict.quorum == (!policy.quorum || naive(policy, *policy.quorum, note)), "both count alike");
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::kRefused, "a note is refused");
  }
  return 0;
}
