// That certain leaves stand side by side in a tree of RFC 6962, so that there is nothing between them; and, where the
// leaves are rows in the order of their keys, that they are all there is in a range of keys, or that there is nothing.
//
// A tree of `size` leaves falls into the perfect subtrees of the leaves before `begin`, the leaves [begin, end), and
// the perfect subtrees of those from `end` on (the compact ranges of transparency-dev/merkle). Their roots and the
// leaves give the root of the whole, and with it the number of every leaf among them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"

namespace custody {

// The leaves [index << level, (index + 1) << level).
struct Subtree {
  unsigned level = 0;
  uint64_t index = 0;
  uint64_t begin() const { return index << level; }
  uint64_t leaves() const { return uint64_t{1} << level; }
  bool operator==(const Subtree&) const = default;
};

// The fewest perfect subtrees that [begin, end) falls into, in order; at most 126. None where begin >= end.
std::vector<Subtree> subtrees_of(uint64_t begin, uint64_t end);

struct RangeNodes {
  std::vector<Digest> before;  // roots of subtrees_of(0, begin)
  std::vector<Digest> behind;  // roots of subtrees_of(end, size)
};

// The root of the tree of `size` leaves in which `leaves` stand from `begin` on; nullopt where they have no room there,
// or the nodes are of another number.
std::optional<Digest> root_from_range(uint64_t begin, std::span<const Digest> leaves, uint64_t size,
                                      const RangeNodes& nodes);

// --- rows of a view (docs/views.md), in the order of their keys; equal keys may follow one another

struct ViewRow {
  std::string key;
  std::string value;
};
// The leaf of a row: leaf_hash(u32 klen ‖ key ‖ value).
Digest row_leaf(std::string_view key, std::string_view value);

// Keys from `from`, below `until`.
struct KeyRange {
  std::string from;
  std::string until;
};
// All keys that begin so. kUsage for a prefix of nothing but 0xff bytes, or none.
KeyRange keys_with_prefix(std::string_view prefix);

// The rows of a key range with the row before and the row behind it. Where the first row is the tree's first, there may
// be none before, and likewise at the end.
struct RangeProof {
  uint64_t first = 0;  // number of the first of `rows`
  std::vector<ViewRow> rows;
  RangeNodes nodes;
};

struct RangeVerdict {
  std::string fault;  // a sentence; empty = proved
  // Of what is proved: which of the proof's rows lie in the range. Equal = nothing does.
  size_t begin = 0;
  size_t end = 0;
};

// Whether the proof's rows hold all of the range, in a view of so many rows with this root. Of hostile proofs: takes
// time and memory as its rows are long, and never throws.
RangeVerdict judge_range(const RangeProof& proof, const KeyRange& range, uint64_t size, const Digest& root);

}  // namespace custody
