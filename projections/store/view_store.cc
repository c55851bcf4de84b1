#include "projections/store/view_store.h"

#include <algorithm>

#include "ledger/codec/canonical.h"

namespace custody {
namespace {

constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kCursorKey = "cursor";
constexpr std::string_view kUnknownPrefix = "unknown ";

struct FormatMark {
  Magic magic{"CSVW"};
  uint32_t format = kViewFormat;
  LedgerId ledger;
  uint32_t shard = 0;
  uint32_t shards = 0;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("format", format), field("ledger", ledger), field("shard", shard), field("shards", shards));
  }
};

// The address space is shared by all shards of two generations (47 bits of it at most).
LmdbOptions options_for(uint32_t shards, bool no_sync) {
  LmdbOptions options;
  options.map_size_bytes = std::max(kDefaultLmdbMapBytes / shards, std::min(kDefaultLmdbMapBytes, uint64_t{1} << 37));
  options.no_sync = no_sync;
  return options;
}

}  // namespace

ShardStore ShardStore::open(const std::string& folder, uint32_t shard, const Descriptor& descriptor, bool no_sync) {
  ShardStore store(LmdbEnv::open(folder, options_for(descriptor.shards, no_sync)));
  store.genesis_ = sha256(encode_descriptor(descriptor));
  store.meta_ = store.env_.open_table("meta");
  store.check_format(shard, descriptor);
  for (View view : kAllViews)
    store.tables_[static_cast<size_t>(view)] = store.env_.open_table(std::string(view_name(view)));
  return store;
}

void ShardStore::check_format(uint32_t shard, const Descriptor& descriptor) {
  const FormatMark expected{.ledger = descriptor.ledger_id, .shard = shard, .shards = descriptor.shards};
  const std::string expected_bytes = to_canonical(expected);
  std::string found_bytes;
  if (const auto bytes = env_.begin_read().get(meta_, kFormatKey)) found_bytes = *bytes;
  if (found_bytes.empty()) {
    LmdbTxn txn = env_.begin_write();
    txn.put(meta_, kFormatKey, expected_bytes);
    txn.commit();
    return;
  }
  if (found_bytes == expected_bytes) return;
  const std::string what = "the views in " + env_.folder() + " are ";
  FormatMark found;
  try {
    CanonicalReader reader(found_bytes);  // a newer format may have more behind these
    reader(found);
  } catch (const Error&) {
    throw Error(ErrorCode::kStore, what + "damaged: they do not say their format");
  }
  if (found.format != expected.format)
    throw Error(ErrorCode::kStore, what + "of format " + std::to_string(found.format) + ", this program has format " +
                                       std::to_string(expected.format) +
                                       (found.format > expected.format ? ": use the newer program"
                                                                       : ": remove them, they are folded anew"));
  throw Error(ErrorCode::kStore, what + "of ledger " + to_text(found.ledger) + ", shard " +
                                     std::to_string(found.shard) + " of " + std::to_string(found.shards) +
                                     ", not of ledger " + to_text(expected.ledger) + ", shard " +
                                     std::to_string(expected.shard) + " of " + std::to_string(expected.shards));
}

FoldCursor ShardStore::cursor(const LmdbTxn& txn) const {
  if (const auto bytes = txn.get(meta_, kCursorKey)) return from_canonical<FoldCursor>(*bytes);
  FoldCursor genesis;
  genesis.head = genesis_;
  return genesis;
}

FoldCursor ShardStore::cursor() const {
  return cursor(env_.begin_read());
}

UnknownCounts ShardStore::unknown() const {
  UnknownCounts counts;
  const LmdbTxn txn = env_.begin_read();
  LmdbCursor cursor = txn.cursor(meta_);
  for (bool found = cursor.seek(kUnknownPrefix); found && cursor.key().starts_with(kUnknownPrefix);
       found = cursor.next()) {
    const std::string_view key = cursor.key().substr(kUnknownPrefix.size());
    const std::string type(key.substr(0, key.size() - 2));
    counts[{type, static_cast<uint16_t>(read_le(key, key.size() - 2, 2))}] = u64_of_key(cursor.value());
  }
  return counts;
}

void ShardStore::put_cursor(LmdbTxn& txn, const FoldCursor& cursor, const UnknownCounts& unknown) {
  txn.put(meta_, kCursorKey, to_canonical(cursor));
  for (const auto& [type, count] : unknown) {
    std::string key(kUnknownPrefix);
    key += type.first;
    append_le(key, type.second, 2);
    txn.put(meta_, key, u64_key(count));
  }
}

void ShardStore::commit(RowBatch& batch, const FoldCursor& cursor, const UnknownCounts& unknown) {
  batch.sort();
  LmdbTxn txn = env_.begin_write();
  for (size_t i = 0; i < batch.size(); ++i) {
    const RowView row = batch[i];
    if (!txn.put_new(table(row.view), row.key, row.value))
      throw Error(ErrorCode::kStore, "the view " + std::string(view_name(row.view)) + " in " + env_.folder() +
                                         " has a row of record " + std::to_string(seq_of_key(row.key)) + " already");
  }
  put_cursor(txn, cursor, unknown);
  txn.commit();
}

std::shared_ptr<ViewStore> ViewStore::open(const std::string& folder, const Descriptor& descriptor, bool no_sync) {
  auto store = std::make_shared<ViewStore>();
  for (uint32_t shard = 0; shard < descriptor.shards; ++shard)
    store->stores_.push_back(ShardStore::open(folder + "/shard-" + std::to_string(shard), shard, descriptor, no_sync));
  return store;
}

std::vector<uint64_t> ViewStore::sizes() const {
  std::vector<uint64_t> sizes;
  for (const ShardStore& store : stores_) sizes.push_back(store.cursor().next_seq);
  return sizes;
}

void ViewStore::sync() {
  for (ShardStore& store : stores_) store.env().sync();
}

ViewSnapshot::ViewSnapshot(std::shared_ptr<const ViewStore> store) : store_(std::move(store)) {
  for (uint32_t shard = 0; shard < store_->shards(); ++shard) {
    txns_.push_back(store_->shard(shard).env().begin_read());
    sizes_.push_back(store_->shard(shard).cursor(txns_.back()).next_seq);
  }
}

uint64_t ViewSnapshot::rows(View view) const {
  uint64_t rows = 0;
  for (uint32_t shard = 0; shard < shards(); ++shard)
    rows += txns_[shard].stat(store_->shard(shard).table(view)).entries;
  return rows;
}

}  // namespace custody
