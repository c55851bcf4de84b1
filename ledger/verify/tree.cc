#include "ledger/verify/tree.h"

#include <optional>

namespace custody {

void VerifierTree::append(const Digest& leaf) {
  Digest carry = leaf;
  size_t height = 0;
  for (; (size_ >> height & 1) != 0; ++height) carry = node_hash(peaks_[height], carry);
  peaks_[height] = carry;
  ++size_;
}

Digest VerifierTree::root() const {
  // The right edge is folded from the smallest subtree upwards: each larger one stands to the left of what is there.
  std::optional<Digest> right;
  for (size_t height = 0; height < 64; ++height)
    if ((size_ >> height & 1) != 0) right = right ? node_hash(peaks_[height], *right) : peaks_[height];
  return right ? *right : sha256("");
}

}  // namespace custody
