// One generation of the views: an LMDB environment per shard, written by that shard's worker alone.
//
//   archives, activity, registry, rounds    the rows of each view (projections/views); the last two in shard 0's only
//   meta                                    "format", "cursor", "unknown" + type
//
// Rows, cursor and chain head change in one transaction, so the environment is always the fold of exactly the first
// `next_seq` records of its shard.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/lmdb.h"
#include "ledger/event/descriptor.h"
#include "projections/store/rows.h"

namespace custody {

// Raised whenever rows change their shape or meaning: views of another version are folded anew, never read.
inline constexpr uint32_t kViewFormat = 2;
// As view.attested names it.
inline constexpr std::string_view kViewRules = "custody-views-2";

// How far a shard is folded.
struct FoldCursor {
  uint64_t next_seq = 0;
  Digest head{};                     // leaf of record next_seq - 1; of none: SHA-256(descriptor)
  int64_t sealed_at_us = 0;          // of that record
  std::optional<uint64_t> position;  // of that record in the log, a hint for opening the next reader

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("next_seq", next_seq), field("head", head), field("sealed_at", sealed_at_us), field("position", position));
  }
};

// Types and versions that were folded by their envelope, with how often.
using UnknownCounts = std::map<std::pair<std::string, uint16_t>, uint64_t>;

class ShardStore {
 public:
  // Makes what is missing. kStore: of another ledger or shard, or of another format (the message says which).
  static ShardStore open(const std::string& folder, uint32_t shard, const Descriptor& descriptor, bool no_sync);

  FoldCursor cursor() const;
  UnknownCounts unknown() const;
  // Everything or nothing; durable on return unless opened with no_sync. `batch` is sorted by this. kStore when a row
  // is there already: the log names one position twice, or the store was changed by another hand.
  void commit(RowBatch& batch, const FoldCursor& cursor, const UnknownCounts& unknown);

  LmdbEnv& env() { return env_; }
  const LmdbEnv& env() const { return env_; }
  LmdbTable table(View view) const { return tables_[static_cast<size_t>(view)]; }
  // Within a transaction of this environment.
  FoldCursor cursor(const LmdbTxn& txn) const;
  void put_cursor(LmdbTxn& txn, const FoldCursor& cursor, const UnknownCounts& unknown);

 private:
  explicit ShardStore(LmdbEnv env) : env_(std::move(env)) {}
  void check_format(uint32_t shard, const Descriptor& descriptor);
  LmdbEnv env_;
  std::array<LmdbTable, kViewCount> tables_{};
  LmdbTable meta_;
  Digest genesis_{};
};

class ViewStore {
 public:
  static std::shared_ptr<ViewStore> open(const std::string& folder, const Descriptor& descriptor, bool no_sync = false);
  uint32_t shards() const { return static_cast<uint32_t>(stores_.size()); }
  ShardStore& shard(uint32_t at) { return stores_.at(at); }
  const ShardStore& shard(uint32_t at) const { return stores_.at(at); }
  std::vector<uint64_t> sizes() const;  // next_seq of each shard
  void sync();

 private:
  std::vector<ShardStore> stores_;
};

// A read snapshot of every shard. The shards' snapshots are taken one after the other: what lies before a round that
// all of them have reached is the same whatever the order. Keep it for seconds at most, unless it is for a digest.
class ViewSnapshot {
 public:
  explicit ViewSnapshot(std::shared_ptr<const ViewStore> store);
  uint32_t shards() const { return static_cast<uint32_t>(txns_.size()); }
  const std::vector<uint64_t>& sizes() const { return sizes_; }
  LmdbCursor cursor(uint32_t shard, View view) const { return txns_[shard].cursor(store_->shard(shard).table(view)); }
  std::optional<std::string_view> get(uint32_t shard, View view, std::string_view key) const {
    return txns_[shard].get(store_->shard(shard).table(view), key);
  }
  uint64_t rows(View view) const;  // of all shards

 private:
  std::shared_ptr<const ViewStore> store_;
  std::vector<LmdbTxn> txns_;
  std::vector<uint64_t> sizes_;
};

}  // namespace custody
