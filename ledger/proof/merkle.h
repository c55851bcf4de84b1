// Merkle tree hash of RFC 6962 §2.1 / RFC 9162 §2.1, kept as a compact range: the roots of the perfect subtrees that a
// tree of n leaves falls into, largest first. One per set bit of n, so at most 64 digests stand for any log.
#pragma once

#include <cstdint>
#include <optional>
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

  void append(const Digest& leaf_hash);
  uint64_t size() const { return size_; }
  // Of the empty tree: SHA-256 of nothing.
  Digest root() const;

 private:
  uint64_t size_ = 0;
  std::vector<Digest> subtrees_;  // perfect subtrees, largest (leftmost) first
};

}  // namespace custody
