// The naive twin: a tree and its proofs by the recursive definitions of RFC 6962 §2.1, everything computed anew each
// time.
#pragma once

#include <random>
#include <span>
#include <string>
#include <vector>

#include "ledger/base/hash.h"

namespace custody::naive {

using Leaves = std::span<const Digest>;
using Path = std::vector<Digest>;

// The largest power of two smaller than n, for n > 1.
inline size_t split(size_t n) {
  size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// MTH(D[n]) of leaves that are hashed already.
inline Digest root(Leaves leaves) {
  if (leaves.empty()) return sha256("");
  if (leaves.size() == 1) return leaves[0];
  const size_t k = split(leaves.size());
  return node_hash(root(leaves.first(k)), root(leaves.subspan(k)));
}

// PATH(m, D[n])
inline Path inclusion(size_t m, Leaves leaves) {
  if (leaves.size() == 1) return {};
  const size_t k = split(leaves.size());
  Path path = m < k ? inclusion(m, leaves.first(k)) : inclusion(m - k, leaves.subspan(k));
  path.push_back(m < k ? root(leaves.subspan(k)) : root(leaves.first(k)));
  return path;
}

// SUBPROOF(m, D[n], b)
inline Path subproof(size_t m, Leaves leaves, bool whole) {
  if (m == leaves.size()) return whole ? Path{} : Path{root(leaves)};
  const size_t k = split(leaves.size());
  Path path = m <= k ? subproof(m, leaves.first(k), whole) : subproof(m - k, leaves.subspan(k), false);
  path.push_back(m <= k ? root(leaves.subspan(k)) : root(leaves.first(k)));
  return path;
}

// PROOF(m, D[n]) for 0 < m <= n
inline Path consistency(size_t m, Leaves leaves) {
  return subproof(m, leaves, true);
}

inline std::vector<Digest> make_leaves(size_t count) {
  std::vector<Digest> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash("leaf " + std::to_string(i)));
  return leaves;
}

// Every way to spoil a path once: a bit flipped, a digest dropped, added or exchanged with its neighbour.
inline std::vector<Path> spoiled(const Path& path, std::mt19937_64& random) {
  std::vector<Path> all;
  for (size_t i = 0; i < path.size(); ++i) {
    all.push_back(path);
    all.back()[i][random() % 32] ^= static_cast<uint8_t>(1U << random() % 8);
    all.push_back(path);
    all.back().erase(all.back().begin() + static_cast<std::ptrdiff_t>(i));
    if (i + 1 == path.size() || path[i] == path[i + 1]) continue;
    all.push_back(path);
    std::swap(all.back()[i], all.back()[i + 1]);
  }
  for (size_t i = 0; i <= path.size(); ++i) {
    all.push_back(path);
    all.back().insert(all.back().begin() + static_cast<std::ptrdiff_t>(i), sha256("added"));
  }
  return all;
}

}  // namespace custody::naive
