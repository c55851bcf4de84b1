// The tree of a view at a position: RFC 6962 over its rows `u32 klen ‖ key ‖ value` (klen little-endian) in key order,
// rows of all shards merged, equal keys by shard. Only rows of records before the position count, so the tree of a
// round is the same from any snapshot that has reached it, however far that has gone on.
//
// Kept of it is not each leaf but each block of 256: its root, and where it begins. About a half byte a row; the leaves
// of a block are made again from its rows when a proof ends in it. Rows never change, so they are there for ever.
//
//   tree = "CVT1" rows:u64 vec<key:bytes32 shard:u8 root[32]> vec<leaf[32]>
//
// The blocks, the last one as short as it is, then the leaves of the last one where it is short.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/codec/canonical.h"
#include "ledger/proof/range_proof.h"
#include "projections/store/merged_rows.h"

namespace custody {

class ViewTree {
 public:
  static constexpr unsigned kBlockLevel = 8;
  static constexpr uint64_t kBlockRows = uint64_t{1} << kBlockLevel;

  // Reads every row. `read` is told of some thousand rows at a time, as they are read; what it throws ends the reading.
  static ViewTree of(const ViewSnapshot& snapshot, View view, const std::vector<uint64_t>& sizes,
                     const std::function<void(uint64_t rows)>& read = {});
  // From what encode() gave; kRefused for anything else.
  static ViewTree decode(std::string_view bytes);
  std::string encode() const;

  uint64_t rows() const { return rows_; }
  const Digest& root() const { return root_; }

  // The rows of the range, its neighbours, and the nodes beside them; reads these rows and at most two blocks more.
  // kStore when the view does not have this tree at these sizes; kUsage for more than `most` rows.
  RangeProof prove(const ViewSnapshot& snapshot, View view, const std::vector<uint64_t>& sizes, const KeyRange& range,
                   size_t most) const;

 private:
  struct Block {
    std::string key;  // of its first row
    uint8_t shard = 0;
    Digest root{};
    template <class Archive>
    void serialize(Archive& ar) {
      ar(field("key", as_bytes32(key)), field("shard", shard), field("root", root));
    }
  };
  struct Bytes;
  void add(const MergedRows& row);
  void finish();
  size_t block_before(std::string_view key) const;
  void check_blocks(size_t first, std::span<const Digest> leaves) const;
  std::vector<Digest> roots_of(const std::vector<Subtree>& subtrees, uint64_t base,
                               std::span<const Digest> leaves) const;

  uint64_t rows_ = 0;
  std::vector<Block> blocks_;
  std::vector<Digest> rest_;  // leaves of the last block, unless it is whole
  Digest root_{};
};

struct ViewRoot {
  uint64_t rows = 0;
  Digest root{};
};
// The trees of several positions by one reading; each costs a hash a row. In the order of `positions`.
std::vector<ViewRoot> roots_at(const ViewSnapshot& snapshot, View view,
                               const std::vector<std::vector<uint64_t>>& positions,
                               const std::function<void(uint64_t rows)>& read = {});

}  // namespace custody
