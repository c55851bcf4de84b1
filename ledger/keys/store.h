// The keyring's tables with the keys to read and write them. Everything works on a transaction of the caller: whether a
// change is kept is decided by who commits it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/lmdb.h"
#include "ledger/keys/epoch_key.h"
#include "ledger/keys/key_cache.h"
#include "ledger/keys/keyring.h"
#include "ledger/keys/rows.h"

namespace custody::keys {

// Wiped when it goes; on the stack, as it lives for one row.
struct BucketKey {
  BucketKey() = default;
  BucketKey(BucketKey&&) = default;
  BucketKey& operator=(BucketKey&&) = delete;
  ~BucketKey() { wipe(bytes); }
  uint32_t generation = 0;
  size_t size = 0;  // data: 32 bytes; directory: 32 that name rows, 32 that seal them
  ByteArray<64> bytes{};
  std::string_view names() const { return view_of(bytes).substr(0, 32); }
  std::string_view seals() const { return view_of(bytes).substr(size - 32, 32); }
};

// A number as the directory knows it: its normalised form, and t = HMAC(index key, kind ‖ number), whose first 12 bits
// choose the bucket.
struct DirectoryEntry {
  DirectoryKind kind;
  std::string_view number;
  Digest t;
};

struct FoundKey {
  RowState state = RowState::kLive;
  KeyId id;
};

struct Store {
  Store(LmdbEnv env_of, const KeyringOptions& options)
      : env(std::move(env_of)), ledger(options.ledger), cache(options.cached_keys) {}

  LmdbEnv env;
  LmdbTable meta, buckets, directory, owners, data_keys;
  LedgerId ledger;
  uint32_t epoch = 0;
  Secret epoch_key;
  Secret index_key;
  KeyCache cache;
  mutable BucketCache data_buckets{kBuckets, kKeyBytes};
  mutable BucketCache directory_buckets{kBuckets, 2 * kKeyBytes};

  void open_tables();
  // All bucket keys of the first epoch and the meta row.
  void write_first_rows(LmdbTxn& txn);
  void write_bucket(LmdbTxn& txn, BucketKind kind, uint16_t bucket, uint32_t generation, std::string_view key);
  BucketKey bucket_key(const LmdbTxn& txn, BucketKind kind, uint16_t bucket) const;

  // nullopt for what is no number.
  std::optional<DirectoryEntry> entry_of(DirectoryKind kind, std::string_view number) const;
  std::optional<SubjectId> find(const LmdbTxn& txn, const DirectoryEntry& entry) const;
  SubjectId make(LmdbTxn& txn, const DirectoryEntry& entry);
  // What was made with the subject: kind and number.
  std::optional<std::string> number_of(const LmdbTxn& txn, const SubjectId& subject) const;

  // The key of (owner, category), if there is one or the owner was erased.
  std::optional<FoundKey> find_key(const LmdbTxn& txn, const std::string& owner, std::string_view category) const;
  // Makes it and fills its slot.
  KeyId make_key(LmdbTxn& txn, const std::string& owner, std::string_view category, uint8_t* slot);
  // Fills the slot with a key that is there; nullopt for an unknown id.
  std::optional<RowState> load_key(const LmdbTxn& txn, const KeyId& id, uint8_t* slot);
};

// Without spaces at either end; nullopt unless 1 to 255 bytes of text remain.
std::optional<std::string_view> normalised_number(std::string_view number);

}  // namespace custody::keys
