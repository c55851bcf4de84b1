// The verifier's own Merkle tree: RFC 6962 §2.1 as a compact range, which holds one hash for each bit that is set in
// the size.
#pragma once

#include <array>
#include <cstdint>

#include "ledger/base/hash.h"

namespace custody {

class VerifierTree {
 public:
  void append(const Digest& leaf);
  uint64_t size() const { return size_; }
  // Of no leaves: SHA-256 of nothing.
  Digest root() const;

 private:
  std::array<Digest, 64> peaks_{};  // peaks_[i]: a perfect subtree of 2^i leaves, valid where bit i of size_ is set
  uint64_t size_ = 0;
};

}  // namespace custody
