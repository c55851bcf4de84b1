// C2SP tlog-policy (c2sp.org/tlog-policy): whose checkpoints a reader takes, and how many witnesses, and which, must
// have seen one. The file names no owners of witnesses; ours does, in comments that other tools pass over:
//
//   #custody:owner WITNESS words until the end of the line
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/proof/note.h"

namespace custody {

inline constexpr size_t kMaxPolicyBytes = 1 << 20;

struct Policy {
  struct Log {
    VerifierKey key;
    std::string url;  // empty = none is told
  };
  struct Witness {
    std::string name;  // in this file; the key has its own
    VerifierKey key;
    std::string url;    // empty = none is told
    std::string owner;  // empty = none is told
  };
  // A witness, or a group of which `threshold` must have witnessed. Members come before their group.
  struct Node {
    std::string name;
    std::optional<size_t> witness;  // its index; nullopt = a group
    size_t threshold = 0;
    std::vector<size_t> members;  // indices of nodes
  };
  static constexpr size_t kMost = 256;  // logs, and of witnesses and groups together

  std::vector<Log> logs;  // none: whose logs are taken is known otherwise
  std::vector<Witness> witnesses;
  std::vector<Node> nodes;
  std::optional<size_t> quorum;  // a node; nullopt = no witness is asked for
};

// Error kRefused that begins with "line 7: " for the first line that is wrong.
Policy parse_policy(std::string_view text);

struct PolicyVerdict {
  struct Vouching {
    size_t witness = 0;   // its index
    uint64_t time_s = 0;  // when it saw the checkpoint, since 1970
  };
  std::optional<size_t> log;  // that has signed the checkpoint under its origin
  std::vector<Vouching> vouching;
  std::vector<std::string> wrong;  // names of keys whose signature does not hold; never counted
  bool quorum = false;

  // What tlog-policy calls a valid checkpoint; of a policy without logs the quorum alone.
  bool satisfied(const Policy& policy) const { return quorum && (log || policy.logs.empty()); }
};
// When the quorum had seen it, in seconds since 1970, by the word of the witnesses that it took, the earliest first;
// nullopt where it has not, or none is asked for.
std::optional<uint64_t> quorum_time_s(const Policy& policy, const PolicyVerdict& verdict);
// Error kRefused where the note holds no checkpoint.
PolicyVerdict judge_policy(const Policy& policy, const SignedNote& note);

// Whether a note as it stands in a log counts under the policy. Never throws; cheap for one that nobody has cosigned.
bool counts(const Policy& policy, std::string_view note);

}  // namespace custody
