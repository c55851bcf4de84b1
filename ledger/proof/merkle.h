// Merkle tree hash of RFC 6962 §2.1 / RFC 9162 §2.1, kept as a compact range: the roots of the perfect subtrees that a
// tree of n leaves falls into, largest first. One per set bit of n, so at most 64 digests stand for any log.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"

namespace custody {

class CompactRange {
 public:
  CompactRange() = default;
  // From what encode() gave. Error kStore when the number of digests does not fit the size.
  static CompactRange decode(std::string_view bytes);
  std::string encode() const;  // u64 size, digests

  void append(const Digest& leaf_hash) { append_subtree(0, leaf_hash); }
  // A perfect subtree of 2^level leaves at once. kUsage where none can begin at this size, or 2^64 leaves would be
  // exceeded.
  void append_subtree(unsigned level, const Digest& root);
  uint64_t size() const { return size_; }
  // Of the empty tree: SHA-256 of nothing.
  Digest root() const;

 private:
  uint64_t size_ = 0;
  std::vector<Digest> subtrees_;  // perfect subtrees, largest (leftmost) first
};

// --- proofs, as RFC 9162 verifies them
// A path is what its maker says it is: no length, digest or number in it can make these fail otherwise than by their
// value. Each takes at most one step for each digest of the path.

// The root of the tree of `size` leaves in which `leaf` stands at `index`, by the path from its sibling upwards
// (§2.1.3.2); nullopt where there is no such place, or a path to it has another length.
std::optional<Digest> root_from_inclusion(uint64_t index, uint64_t size, const Digest& leaf,
                                          std::span<const Digest> path);
bool proves_inclusion(uint64_t index, uint64_t size, const Digest& leaf, std::span<const Digest> path,
                      const Digest& root);

// Whether the tree of `new_size` leaves begins with the whole tree of `old_size` (§2.1.4.2). Of what the RFC leaves
// open: a tree is consistent with itself and every tree with the empty one, both by the empty path alone.
bool proves_consistency(uint64_t old_size, uint64_t new_size, const Digest& old_root, const Digest& new_root,
                        std::span<const Digest> path);

}  // namespace custody
