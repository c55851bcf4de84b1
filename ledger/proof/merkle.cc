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

void CompactRange::append_subtree(unsigned level, const Digest& root) {
  if (level > 63 || (size_ & ((uint64_t{1} << level) - 1)) != 0 || size_ > UINT64_MAX - (uint64_t{1} << level))
    throw Error(ErrorCode::kUsage,
                "no subtree of level " + std::to_string(level) + " stands behind " + std::to_string(size_) + " leaves");
  // Adding 2^level to the size carries through the one bits from there; each carry joins two subtrees of equal size.
  Digest joined = root;
  for (uint64_t carry = size_ >> level; (carry & 1) != 0; carry >>= 1) {
    joined = node_hash(subtrees_.back(), joined);
    subtrees_.pop_back();
  }
  subtrees_.push_back(joined);
  size_ += uint64_t{1} << level;
}

Digest CompactRange::root() const {
  if (subtrees_.empty()) return sha256("");
  Digest root = subtrees_.back();
  for (size_t i = subtrees_.size() - 1; i-- > 0;) root = node_hash(subtrees_[i], root);
  return root;
}

namespace {

// Where a path is on its way up: the node that is proved and the last node of the same level, as numbers in it. They
// are the RFC's fn and sn.
struct Climb {
  uint64_t node;
  uint64_t last;

  // A sibling stands to the left of a right child, and of the last node of a level: that one may have been alone on
  // levels below, which have no sibling in the path.
  bool left_sibling() const { return (node & 1) != 0 || node == last; }
  void up() {
    node >>= 1;
    last >>= 1;
  }
  void skip_lone_levels() {
    while ((node & 1) == 0 && node != 0) up();
  }
};

}  // namespace

std::optional<Digest> root_from_inclusion(uint64_t index, uint64_t size, const Digest& leaf,
                                          std::span<const Digest> path) {
  if (index >= size) return std::nullopt;
  Climb climb{index, size - 1};
  Digest root = leaf;
  for (const Digest& sibling : path) {
    if (climb.last == 0) return std::nullopt;
    if (climb.left_sibling()) {
      root = node_hash(sibling, root);
      climb.skip_lone_levels();
    } else {
      root = node_hash(root, sibling);
    }
    climb.up();
  }
  if (climb.last != 0) return std::nullopt;
  return root;
}

bool proves_inclusion(uint64_t index, uint64_t size, const Digest& leaf, std::span<const Digest> path,
                      const Digest& root) {
  return root_from_inclusion(index, size, leaf, path) == root;
}

bool proves_consistency(uint64_t old_size, uint64_t new_size, const Digest& old_root, const Digest& new_root,
                        std::span<const Digest> path) {
  if (old_size > new_size) return false;
  if (old_size == new_size) return path.empty() && old_root == new_root;
  if (old_size == 0) return path.empty() && old_root == sha256("");
  // Of a power of two the old root is itself the first node, and is left out of the path.
  const bool whole = std::has_single_bit(old_size);
  if (!whole && path.empty()) return false;
  const Digest& first = whole ? old_root : path.front();
  Climb climb{old_size - 1, new_size - 1};
  while ((climb.node & 1) != 0) climb.up();
  Digest old_found = first;
  Digest new_found = first;
  for (const Digest& sibling : path.subspan(whole ? 0 : 1)) {
    if (climb.last == 0) return false;
    if (climb.left_sibling()) {
      old_found = node_hash(sibling, old_found);
      new_found = node_hash(sibling, new_found);
      climb.skip_lone_levels();
    } else {
      new_found = node_hash(new_found, sibling);
    }
    climb.up();
  }
  return climb.last == 0 && old_found == old_root && new_found == new_root;
}

}  // namespace custody
