// The tree of a shard, node by node, in LMDB, so that a tile or a proof is read and never computed from the log.
// Derived: whatever is wrong with it, it is made again.
//
//   nodes   level:u8 index:u64 (big-endian)   a tile and what is whole above its hashes: 256, 128, ... 2 digests of a
//                                             full one, fewer of the partial one at the end of a level
//   state   "tree"                            size:u64 root[32]
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ledger/base/lmdb.h"
#include "ledger/proof/tile.h"

namespace custody {

// The tree as it was when this was taken; of one thread at a time, and for seconds only.
class TreeSnapshot : public NodeReader, public TileReader {
 public:
  uint64_t size() const { return size_; }
  // kUsage of a node that is not whole, kStore where the store lacks what it should have.
  Digest node(unsigned level, uint64_t index) override;
  std::string tile(const TileName& tile) override;  // kNotFound where the tree does not reach it

 private:
  friend class TreeStore;
  TreeSnapshot(LmdbTxn txn, LmdbTable nodes, uint64_t size) : txn_(std::move(txn)), nodes_(nodes), size_(size) {}
  std::string_view row(uint8_t level, uint64_t index, size_t hashes) const;

  LmdbTxn txn_;
  LmdbTable nodes_;
  uint64_t size_;
};

class TreeStore {
 public:
  // What is there, where its ends are whole and have the root that was kept; else an empty one in its place.
  static std::unique_ptr<TreeStore> open(const std::string& folder);

  // One transaction, durable on return. By one thread, as all but snapshot().
  void append(std::span<const Digest> leaves);
  void clear();
  uint64_t size() const { return size_; }
  Digest root() const;
  // Of the last leaf; the tree is not empty.
  Digest last_leaf() const;

  std::unique_ptr<TreeSnapshot> snapshot() const;  // from any thread

 private:
  // A tree of 2^64 leaves has eight levels of tiles.
  using Ends = std::array<std::vector<Digest>, kTileLevels>;  // hashes of each level's last tile, while not full

  TreeStore(LmdbEnv env, LmdbTable nodes, LmdbTable state) : env_(std::move(env)), nodes_(nodes), state_(state) {}
  static std::unique_ptr<TreeStore> open_as_it_is(const std::string& folder);
  void load();

  LmdbEnv env_;
  LmdbTable nodes_;
  LmdbTable state_;
  uint64_t size_ = 0;
  Ends ends_;
  Digest last_leaf_{};
};

}  // namespace custody
