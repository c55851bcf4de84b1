#include "ledger/proof/merkle.h"

#include <bit>

namespace custody {

CompactRange CompactRange::decode(std::string_view bytes) {
  CompactRange range;
  if (bytes.size() < 8) throw Error(ErrorCode::kStore, "a Merkle range that is cut off");
  range.size_ = read_le(bytes, 0, 8);
  const auto count = static_cast<size_t>(std::popcount(range.size_));
  if (bytes.size() != 8 + 32 * count)
    throw Error(ErrorCode::kStore, "a Merkle range whose digests do not fit its size");
  for (size_t i = 0; i < count; ++i) range.subtrees_.push_back(array_of<32>(bytes.substr(8 + 32 * i, 32)));
  return range;
}

std::string CompactRange::encode() const {
  std::string out;
  append_le(out, size_, 8);
  for (const Digest& subtree : subtrees_) out += view_of(subtree);
  return out;
}

void CompactRange::append(const Digest& leaf_hash) {
  // Adding one to the size carries through its trailing one bits; each carry joins two subtrees of equal size.
  Digest joined = leaf_hash;
  for (uint64_t carry = size_; (carry & 1) != 0; carry >>= 1) {
    joined = node_hash(subtrees_.back(), joined);
    subtrees_.pop_back();
  }
  subtrees_.push_back(joined);
  ++size_;
}

Digest CompactRange::root() const {
  if (subtrees_.empty()) return sha256("");
  Digest root = subtrees_.back();
  for (size_t i = subtrees_.size() - 1; i-- > 0;) root = node_hash(subtrees_[i], root);
  return root;
}

}  // namespace custody
