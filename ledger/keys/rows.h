// The rows of the keyring's store, byte by byte (docs/formats/keyring.md). What is sealed is AES-256-GCM with a fresh
// random nonce under the key above it, bound to its place: associated data = "CSW1" ‖ ledger id ‖ table:u8 ‖ row key ‖
// generation.
//
//   meta        "keyring"                           → Meta
//   buckets     epoch:u32be kind:u8 bucket:u16be    → Wrapped(bucket key)             sealed by the epoch key
//   directory   bucket:u16be HMAC(..)[16]           → Wrapped(number:str8 subject[16] zeros to 16)   by a directory
//   bucket owners      bucket:u16be owner                  → OwnerRow                        by a data bucket data_keys
//   key_id (its first 12 bits: bucket)  → DataKeyRow                      by the same data bucket
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/crypto.h"
#include "ledger/base/ids.h"
#include "ledger/codec/canonical.h"

namespace custody::keys {

inline constexpr uint16_t kKeyringVersion = 1;
inline constexpr uint16_t kBuckets = 4096;

inline constexpr char kMetaTable = 'm';  // letters of tables in associated data; the others are in store.cc
inline constexpr std::string_view kIndexKeyPlace = "index";

enum class BucketKind : uint8_t { kData = 'd', kDirectory = 'n' };
enum class RowState : uint8_t { kLive = 1, kErased = 2 };

struct Wrapped {
  uint32_t generation = 0;  // of the key that seals it: a bucket counts its renewals
  ByteArray<kAeadNonceBytes> nonce{};
  std::string sealed;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(generation, nonce, as_bytes32(sealed));
  }
};

struct Meta {
  Magic magic{"CSK1"};
  uint16_t version = kKeyringVersion;
  LedgerId ledger;
  uint32_t epoch = 0;
  Digest check{};     // of the epoch's key
  Wrapped index_key;  // chooses the buckets of numbers

  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, version, ledger, epoch, check, index_key);
  }
};

struct CategoryKey {
  std::string category;
  KeyId key_id;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(category, key_id);
  }
};

struct OwnerRow {
  uint8_t state = static_cast<uint8_t>(RowState::kLive);
  std::optional<Wrapped> number;  // of a subject: how it stands in the directory (kind:u8 number:str8)
  std::vector<CategoryKey> keys;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(state, number, keys);
  }
};

struct DataKeyRow {
  uint8_t state = static_cast<uint8_t>(RowState::kLive);
  std::string owner;     // row key of the owner, bound to the key by its associated data
  std::string category;  // likewise
  Wrapped key;           // erased: empty

  template <class Archive>
  void serialize(Archive& ar) {
    ar(state, as_bytes32(owner), category, key);
  }
};

std::string bucket_row_key(uint32_t epoch, BucketKind kind, uint16_t bucket);

// An owner as the tables spell it: 's' ‖ subject, or 'o' ‖ name; before it the bucket that its SHA-256 chooses.
std::string owner_row_key(const SubjectId& subject, std::string_view name);
uint16_t bucket_of_row(std::string_view row_key);

// A new id whose first 12 bits are the bucket, so that a bucket's keys lie together and an id leads to its bucket.
KeyId make_key_id(uint16_t bucket);
uint16_t bucket_of(const KeyId& id);

Wrapped wrap(std::string_view key, const LedgerId& ledger, char table, std::string_view place, uint32_t generation,
             std::string_view plaintext);
// Error kStore: whoever altered the row had no key for it, or the row is not where it was written.
Secret unwrap(std::string_view key, const LedgerId& ledger, char table, std::string_view place, const Wrapped& row);

// A row's bytes as a T; Error kStore where they are none.
template <class T>
T row_of(std::string_view bytes) {
  try {
    return from_canonical<T>(bytes);
  } catch (const Error& error) {
    throw Error(ErrorCode::kStore, std::string("the keyring is damaged: a row is ") + error.what());
  }
}

}  // namespace custody::keys
