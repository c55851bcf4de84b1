#include "ledger/seal/tree_store.h"

#include <algorithm>
#include <filesystem>

namespace custody {
namespace {

constexpr size_t kDigest = 32;
constexpr std::string_view kTreeKey = "tree";
constexpr size_t kLargestRow = (2 * kTileWidth - 2) * kDigest;  // four pages of LMDB, less a few bytes
// 64 bytes a record: address space for two thousand million of a shard. Environments are many, the space is not.
constexpr uint64_t kMapBytes = std::min(kDefaultLmdbMapBytes, uint64_t{1} << 37);

std::string row_key(uint8_t level, uint64_t index) {
  return std::string(1, static_cast<char>(level)) + u64_key(index);
}

// Where in the row of a tile of so many hashes the nodes stand that are `height` levels above them.
size_t place_in_row(size_t width, unsigned height) {
  size_t place = 0;
  for (unsigned below = 0; below < height; ++below) place += width >> below;
  return place;
}

// The hashes of a tile, then what is whole above them, level by level, without the root of a full one.
std::string row_of(const std::vector<Digest>& hashes) {
  std::string row;
  row.reserve(kLargestRow);
  std::vector<Digest> level = hashes;
  for (unsigned height = 0; height < kTileHeight; ++height) {
    const size_t width = hashes.size() >> height;
    for (size_t i = 0; i < width && height > 0; ++i) level[i] = node_hash(level[2 * i], level[2 * i + 1]);
    for (size_t i = 0; i < width; ++i) row += view_of(level[i]);
  }
  return row;
}

Digest digest_at(std::string_view row, size_t place) {
  return array_of<kDigest>(row.substr(place * kDigest, kDigest));
}

Error damaged(const std::string& what) {
  return Error(ErrorCode::kStore, "the stored tree " + what);
}

}  // namespace

std::string_view TreeSnapshot::row(uint8_t level, uint64_t index, size_t hashes) const {
  const auto found = txn_.get(nodes_, row_key(level, index));
  if (!found || found->size() < hashes * kDigest)
    throw damaged("lacks " + tile_path({level, index, static_cast<uint32_t>(hashes)}));
  return *found;
}

std::string TreeSnapshot::tile(const TileName& tile) {
  if (tile_width(tile.level, tile.index, size_) < tile.width)
    throw Error(ErrorCode::kNotFound, "a tree of " + std::to_string(size_) + " records has no " + tile_path(tile));
  return std::string(row(tile.level, tile.index, tile.width).substr(0, tile.width * kDigest));
}

Digest TreeSnapshot::node(unsigned level, uint64_t index) {
  const auto tile_level = static_cast<uint8_t>(level / kTileHeight);
  const unsigned height = level % kTileHeight;
  const uint64_t tile_index = index >> (kTileHeight - height);
  const uint32_t width = tile_width(tile_level, tile_index, size_);
  const uint64_t in_row = index & ((kTileWidth >> height) - 1);
  if (in_row >= width >> height)
    throw Error(ErrorCode::kUsage, "a tree of " + std::to_string(size_) + " records has no such node");
  const size_t place = place_in_row(width, height) + in_row;
  return digest_at(row(tile_level, tile_index, place + 1), place);
}

std::unique_ptr<TreeStore> TreeStore::open_as_it_is(const std::string& folder) {
  LmdbOptions options;
  options.map_size_bytes = kMapBytes;
  LmdbEnv env = LmdbEnv::open(folder, options);
  const LmdbTable nodes = env.open_table("nodes");
  const LmdbTable state = env.open_table("state");
  auto store = std::unique_ptr<TreeStore>(new TreeStore(std::move(env), nodes, state));
  store->load();
  return store;
}

std::unique_ptr<TreeStore> TreeStore::open(const std::string& folder) {
  try {
    return open_as_it_is(folder);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kStore) throw;
  }
  std::error_code ignored;  // what cannot be removed cannot be opened either
  std::filesystem::remove_all(folder, ignored);
  return open_as_it_is(folder);
}

void TreeStore::load() {
  size_ = 0;
  ends_ = {};
  const auto txn = env_.begin_read();
  const auto kept = txn.get(state_, kTreeKey);
  if (!kept) return;
  if (kept->size() != 8 + kDigest) throw damaged("has no size");
  size_ = read_le(*kept, 0, 8);
  const TreeSnapshot tree(env_.begin_read(), nodes_, size_);
  for (uint8_t level = 0; level < kTileLevels; ++level) {
    const uint64_t hashes = size_ >> (kTileHeight * level);
    const size_t width = hashes % kTileWidth;
    if (width == 0) continue;
    const std::string_view row = tree.row(level, hashes / kTileWidth, width);
    for (size_t i = 0; i < width; ++i) ends_[level].push_back(digest_at(row, i));
    if (row != row_of(ends_[level])) throw damaged("does not agree with itself");
  }
  if (root() != array_of<kDigest>(kept->substr(8))) throw damaged("has another root than was kept");
  if (size_ > 0) {
    const uint64_t last = size_ - 1;
    last_leaf_ = digest_at(tree.row(0, last / kTileWidth, last % kTileWidth + 1), last % kTileWidth);
  }
}

// What is in memory changes once it is durable: a commit that fails leaves all as it was.
void TreeStore::append(std::span<const Digest> leaves) {
  if (leaves.empty()) return;
  Ends ends = ends_;
  uint64_t size = size_;
  LmdbTxn txn = env_.begin_write();
  for (const Digest& leaf : leaves) {
    ends[0].push_back(leaf);
    ++size;
    for (uint8_t level = 0; level < kTileLevels && ends[level].size() == kTileWidth; ++level) {
      const uint64_t index = (size >> (kTileHeight * level)) / kTileWidth - 1;
      const std::string row = row_of(ends[level]);
      txn.put(nodes_, row_key(level, index), row);
      ends[level].clear();
      const size_t halves = place_in_row(kTileWidth, kTileHeight - 1);
      if (level + 1U < ends.size())
        ends[level + 1U].push_back(node_hash(digest_at(row, halves), digest_at(row, halves + 1)));
    }
  }
  for (uint8_t level = 0; level < kTileLevels; ++level) {
    if (ends[level].empty() || ends[level] == ends_[level]) continue;
    txn.put(nodes_, row_key(level, (size >> (kTileHeight * level)) / kTileWidth), row_of(ends[level]));
  }
  std::swap(ends, ends_);
  std::swap(size, size_);
  try {
    std::string kept;
    append_le(kept, size_, 8);
    kept += view_of(root());
    txn.put(state_, kTreeKey, kept);
    txn.commit();
  } catch (...) {
    std::swap(ends, ends_);
    std::swap(size, size_);
    throw;
  }
  last_leaf_ = leaves.back();
}

void TreeStore::clear() {
  LmdbTxn txn = env_.begin_write();
  txn.clear(nodes_);
  txn.clear(state_);
  txn.commit();
  size_ = 0;
  ends_ = {};
}

// The hashes in the ends, with what is whole beneath them, are the tree's perfect subtrees from the right: within a
// level those of the tile, and to their left those of the level above.
Digest TreeStore::root() const {
  std::optional<Digest> root;
  const auto join = [&root](const Digest& left) { root = root ? node_hash(left, *root) : left; };
  for (const std::vector<Digest>& hashes : ends_) {
    for (size_t end = hashes.size(); end > 0;) {
      const size_t count = end & (~end + 1);  // the largest perfect subtree that ends here
      std::vector<Digest> row(hashes.begin() + static_cast<std::ptrdiff_t>(end - count),
                              hashes.begin() + static_cast<std::ptrdiff_t>(end));
      for (size_t width = count / 2; width > 0; width /= 2)
        for (size_t i = 0; i < width; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
      join(row[0]);
      end -= count;
    }
  }
  return root.value_or(sha256(""));
}

Digest TreeStore::last_leaf() const {
  return last_leaf_;
}

std::unique_ptr<TreeSnapshot> TreeStore::snapshot() const {
  LmdbTxn txn = env_.begin_read();
  const auto kept = txn.get(state_, kTreeKey);
  const uint64_t size = kept && kept->size() == 8 + kDigest ? read_le(*kept, 0, 8) : 0;
  return std::unique_ptr<TreeSnapshot>(new TreeSnapshot(std::move(txn), nodes_, size));
}

}  // namespace custody
