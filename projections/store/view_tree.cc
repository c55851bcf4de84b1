#include "projections/store/view_tree.h"

#include <algorithm>

#include "ledger/proof/merkle.h"

namespace custody {
namespace {

constexpr uint64_t kRowsPerTell = 4096;

Error other_rows() {
  return Error(ErrorCode::kStore, "the stored tree of a view is not that of its rows");
}

Digest root_of_leaves(std::span<const Digest> leaves) {
  CompactRange range;
  for (const Digest& leaf : leaves) range.append(leaf);
  return range.root();
}

}  // namespace

struct ViewTree::Bytes {
  Magic magic{"CVT1"};
  uint64_t rows = 0;
  std::vector<Block> blocks;
  std::vector<Digest> rest;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("rows", rows), field("blocks", blocks), field("rest", rest));
  }
};

void ViewTree::add(const MergedRows& row) {
  if (rows_ % kBlockRows == 0) blocks_.push_back({std::string(row.key()), static_cast<uint8_t>(row.shard()), {}});
  rest_.push_back(row_leaf(row.key(), row.value()));
  if (++rows_ % kBlockRows != 0) return;
  blocks_.back().root = root_of_leaves(rest_);
  rest_.clear();
}

void ViewTree::finish() {
  if (!rest_.empty()) blocks_.back().root = root_of_leaves(rest_);
  CompactRange range;
  for (size_t i = 0; i < rows_ / kBlockRows; ++i) range.append_subtree(kBlockLevel, blocks_[i].root);
  for (const Digest& leaf : rest_) range.append(leaf);
  root_ = range.root();
}

ViewTree ViewTree::of(const ViewSnapshot& snapshot, View view, const std::vector<uint64_t>& sizes,
                      const std::function<void(uint64_t rows)>& read) {
  ViewTree tree;
  MergedRows rows(snapshot, view, sizes);
  for (rows.begin(); rows.valid(); rows.advance()) {
    tree.add(rows);
    if (read && tree.rows_ % kRowsPerTell == 0) read(kRowsPerTell);
  }
  if (read) read(tree.rows_ % kRowsPerTell);
  tree.finish();
  return tree;
}

std::vector<ViewRoot> roots_at(const ViewSnapshot& snapshot, View view,
                               const std::vector<std::vector<uint64_t>>& positions,
                               const std::function<void(uint64_t rows)>& read) {
  std::vector<uint64_t> most(snapshot.shards(), 0);
  for (const auto& sizes : positions)
    for (size_t shard = 0; shard < most.size(); ++shard) most[shard] = std::max(most[shard], sizes.at(shard));
  std::vector<CompactRange> ranges(positions.size());
  MergedRows rows(snapshot, view, most);
  uint64_t count = 0;
  for (rows.begin(); rows.valid(); rows.advance()) {
    const Digest leaf = row_leaf(rows.key(), rows.value());
    const uint64_t seq = seq_of_key(rows.key());
    for (size_t i = 0; i < positions.size(); ++i)
      if (seq < positions[i][rows.shard()]) ranges[i].append(leaf);
    if (read && ++count % kRowsPerTell == 0) read(kRowsPerTell);
  }
  std::vector<ViewRoot> roots;
  for (const CompactRange& range : ranges) roots.push_back({range.size(), range.root()});
  return roots;
}

ViewTree ViewTree::decode(std::string_view bytes) {
  auto read = from_canonical<Bytes>(bytes);
  ViewTree tree;
  tree.rows_ = read.rows;
  tree.blocks_ = std::move(read.blocks);
  tree.rest_ = std::move(read.rest);
  const uint64_t blocks = tree.rows_ / kBlockRows + (tree.rows_ % kBlockRows == 0 ? 0 : 1);
  if (tree.blocks_.size() != blocks || tree.rest_.size() != tree.rows_ % kBlockRows)
    throw Error(ErrorCode::kRefused, "a tree of a view whose blocks do not fit its rows");
  tree.finish();
  return tree;
}

std::string ViewTree::encode() const {
  Bytes bytes;
  bytes.rows = rows_;
  bytes.blocks = blocks_;
  bytes.rest = rest_;
  return to_canonical(bytes);
}

// The block that the last row below the key stands in; the first where there is none.
size_t ViewTree::block_before(std::string_view key) const {
  const auto behind = std::ranges::lower_bound(blocks_, key, {}, &Block::key);
  return behind == blocks_.begin() ? 0 : static_cast<size_t>(behind - blocks_.begin()) - 1;
}

// `leaves` are of whole blocks from `first` on, or end with the tree.
void ViewTree::check_blocks(size_t first, std::span<const Digest> leaves) const {
  for (size_t block = first; !leaves.empty(); ++block) {
    const auto of_block = leaves.first(std::min<size_t>(kBlockRows, leaves.size()));
    if (block >= blocks_.size() || root_of_leaves(of_block) != blocks_[block].root) throw other_rows();
    leaves = leaves.subspan(of_block.size());
  }
}

// `leaves` stand from `base` on. Subtrees smaller than a block lie among them, or behind the last whole block.
std::vector<Digest> ViewTree::roots_of(const std::vector<Subtree>& subtrees, uint64_t base,
                                       std::span<const Digest> leaves) const {
  std::vector<Digest> roots;
  for (const Subtree& subtree : subtrees) {
    const uint64_t begin = subtree.begin();
    if (subtree.level >= kBlockLevel) {
      CompactRange range;
      for (uint64_t i = 0; i < subtree.leaves() / kBlockRows; ++i) range.append(blocks_[begin / kBlockRows + i].root);
      roots.push_back(range.root());
    } else if (begin >= base && begin - base < leaves.size()) {
      roots.push_back(root_of_leaves(leaves.subspan(begin - base, subtree.leaves())));
    } else {
      const std::span<const Digest> rest = rest_;
      roots.push_back(root_of_leaves(rest.subspan(begin % kBlockRows, subtree.leaves())));
    }
  }
  return roots;
}

RangeProof ViewTree::prove(const ViewSnapshot& snapshot, View view, const std::vector<uint64_t>& sizes,
                           const KeyRange& range, size_t most) const {
  RangeProof proof;
  if (rows_ == 0) return proof;
  const size_t first_block = block_before(range.from);
  const uint64_t base = first_block * kBlockRows;
  std::vector<Digest> leaves;
  MergedRows rows(snapshot, view, sizes);
  rows.begin(blocks_[first_block].key, blocks_[first_block].shard);
  bool behind = false;
  for (; rows.valid() && (!behind || leaves.size() % kBlockRows != 0); rows.advance()) {
    if (!behind) {
      if (rows.key() < range.from) proof.rows.clear();
      if (proof.rows.empty()) proof.first = base + leaves.size();
      proof.rows.push_back({std::string(rows.key()), std::string(rows.value())});
      behind = rows.key() >= range.until && rows.key() >= range.from;
      if (proof.rows.size() > most + 2)
        throw Error(ErrorCode::kUsage,
                    "more than " + std::to_string(most) + " rows would have to be shown: ask for less");
    }
    leaves.push_back(row_leaf(rows.key(), rows.value()));
  }
  check_blocks(first_block, leaves);
  if (!rows.valid() && base + leaves.size() != rows_) throw other_rows();
  proof.nodes.before = roots_of(subtrees_of(0, proof.first), base, leaves);
  proof.nodes.behind = roots_of(subtrees_of(proof.first + proof.rows.size(), rows_), base, leaves);
  return proof;
}

}  // namespace custody
