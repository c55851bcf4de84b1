// One proof that many leaves stand in a tree. By RFC 6962 §2.1 a tree of n > 1 leaves [0, n) is made of those of
// [0, k) and [k, n), k the largest power of two below n, and so on downwards. The proof holds the root of each such
// range that has none of the proved leaves while the range it is half of has one, in the order of where they begin: of
// one leaf the digests of its inclusion path, and of many no digest that could be had from the others.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/proof/tile.h"

namespace custody {

struct PlacedLeaf {
  uint64_t index = 0;
  Digest hash{};
};

// Indices strictly ascending and below `size`, at least one: Error kUsage otherwise.
std::vector<Digest> multi_proof(NodeReader& nodes, std::span<const uint64_t> indices, uint64_t size);

// The root of the tree of `size` leaves in which these leaves stand where they say, by the nodes that multi_proof gave;
// nullopt where there are no leaves, they are not strictly ascending and below `size`, or the number of nodes is
// another. At most 64 steps for each leaf, whatever size and nodes are.
std::optional<Digest> root_from_leaves(std::span<const PlacedLeaf> leaves, uint64_t size,
                                       std::span<const Digest> nodes);

}  // namespace custody
