#include "ledger/keys/store.h"

#include <algorithm>

#include "ledger/event/vocabulary.h"

namespace custody::keys {
namespace {

constexpr char kBucketsTable = 'b';
constexpr char kOwnersTable = 'w';
constexpr char kDataKeysTable = 'k';
constexpr char kDirectoryTable = 'n';

constexpr size_t kRowNameBytes = 16;
constexpr uint32_t kFirstGeneration = 1;

[[noreturn]] void damaged(const char* what) {
  throw Error(ErrorCode::kStore, std::string("the keyring is damaged: ") + what + "; restore the keyring");
}

uint16_t bucket_of(const Digest& t) {
  return static_cast<uint16_t>(t[0] << 4 | t[1] >> 4);
}

std::string directory_row_key(const BucketKey& bucket, const Digest& t) {
  const uint16_t number = bucket_of(t);
  std::string out{static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
  return out.append(view_of(hmac_sha256(bucket.names(), view_of(t))).substr(0, kRowNameBytes));
}

// What a data key's row binds itself to beside its place.
std::string data_key_place(const KeyId& id, std::string_view owner, std::string_view category) {
  std::string out(id.view());
  out.push_back(static_cast<char>(category.size()));
  return out.append(category).append(owner);
}

}  // namespace

std::optional<std::string_view> normalised_number(std::string_view number) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t first = number.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return std::nullopt;
  number = number.substr(first, number.find_last_not_of(kSpaces) - first + 1);
  if (!is_plain_text(number, 255)) return std::nullopt;
  return number;
}

void Store::open_tables() {
  meta = env.open_table("meta");
  buckets = env.open_table("buckets");
  directory = env.open_table("directory");
  owners = env.open_table("owners");
  data_keys = env.open_table("data_keys");
}

void Store::write_first_rows(LmdbTxn& txn) {
  for (uint16_t i = 0; i < kBuckets; ++i) {
    write_bucket(txn, BucketKind::kData, i, kFirstGeneration, Secret::random(kKeyBytes).view());
    write_bucket(txn, BucketKind::kDirectory, i, kFirstGeneration, Secret::random(2 * kKeyBytes).view());
  }
  index_key = Secret::random(kKeyBytes);
  Meta row;
  row.ledger = ledger;
  row.epoch = epoch;
  row.check = epoch_check(epoch_key, ledger, epoch);
  row.index_key = wrap(epoch_key.view(), ledger, kMetaTable, kIndexKeyPlace, epoch, index_key.view());
  txn.put(meta, "keyring", to_canonical(row));
}

void Store::write_bucket(LmdbTxn& txn, BucketKind kind, uint16_t bucket, uint32_t generation, std::string_view key) {
  const std::string place = bucket_row_key(epoch, kind, bucket);
  txn.put(buckets, place, to_canonical(wrap(epoch_key.view(), ledger, kBucketsTable, place, generation, key)));
}

BucketKey Store::bucket_key(const LmdbTxn& txn, BucketKind kind, uint16_t bucket) const {
  const bool data = kind == BucketKind::kData;
  BucketCache& known = data ? data_buckets : directory_buckets;
  BucketKey out;
  out.size = (data ? 1 : 2) * kKeyBytes;
  out.generation = known.get(bucket, out.bytes.data());
  if (out.generation != 0) return out;
  const std::string place = bucket_row_key(epoch, kind, bucket);
  const std::optional<std::string_view> bytes = txn.get(buckets, place);
  if (!bytes) damaged("a bucket key is missing");
  const auto row = row_of<Wrapped>(*bytes);
  const Secret key = unwrap(epoch_key.view(), ledger, kBucketsTable, place, row);
  if (key.size() != out.size || row.generation == 0) damaged("a bucket key has a wrong form");
  std::memcpy(out.bytes.data(), key.view().data(), out.size);
  out.generation = row.generation;
  known.put(bucket, out.generation, out.bytes.data());
  return out;
}

std::optional<DirectoryEntry> Store::entry_of(DirectoryKind kind, std::string_view number) const {
  const std::optional<std::string_view> normalised = normalised_number(number);
  if (!normalised) return std::nullopt;
  const char letter = static_cast<char>(kind);
  return DirectoryEntry{kind, *normalised, hmac_sha256(index_key.view(), {std::string_view(&letter, 1), *normalised})};
}

std::optional<SubjectId> Store::find(const LmdbTxn& txn, const DirectoryEntry& entry) const {
  const BucketKey bucket = bucket_key(txn, BucketKind::kDirectory, bucket_of(entry.t));
  const std::string place = directory_row_key(bucket, entry.t);
  const std::optional<std::string_view> bytes = txn.get(directory, place);
  if (!bytes) return std::nullopt;
  const auto row = row_of<Wrapped>(*bytes);
  if (row.generation != bucket.generation) damaged("a row of the directory is older than its bucket");
  const Secret plaintext = unwrap(bucket.seals(), ledger, kDirectoryTable, place, row);
  const size_t number_bytes = entry.number.size();
  if (plaintext.size() < 2 + number_bytes + sizeof(SubjectId) ||
      plaintext.view().substr(2, number_bytes) != entry.number) {
    damaged("two numbers share a row of the directory");
  }
  return SubjectId{array_of<16>(plaintext.view().substr(2 + number_bytes, sizeof(SubjectId)))};
}

SubjectId Store::make(LmdbTxn& txn, const DirectoryEntry& entry) {
  const SubjectId subject{random_array<16>()};
  const BucketKey bucket = bucket_key(txn, BucketKind::kDirectory, bucket_of(entry.t));
  const std::string place = directory_row_key(bucket, entry.t);

  // kind, number, subject, padded: all that is needed to write the row again under other keys.
  std::string plaintext;
  plaintext.reserve(288);
  plaintext.push_back(static_cast<char>(entry.kind));
  plaintext.push_back(static_cast<char>(entry.number.size()));
  plaintext.append(entry.number);
  const size_t number_bytes = plaintext.size();
  plaintext.append(subject.view());
  plaintext.resize((plaintext.size() + 15) / 16 * 16, '\0');
  txn.put(directory, place,
          to_canonical(wrap(bucket.seals(), ledger, kDirectoryTable, place, bucket.generation, plaintext)));

  const std::string owner = owner_row_key(subject, {});
  const BucketKey owner_bucket = bucket_key(txn, BucketKind::kData, bucket_of_row(owner));
  OwnerRow row;
  plaintext.resize(number_bytes);
  row.number = wrap(owner_bucket.seals(), ledger, kOwnersTable, owner, owner_bucket.generation, plaintext);
  wipe(plaintext);
  txn.put(owners, owner, to_canonical(row));
  return subject;
}

std::optional<std::string> Store::number_of(const LmdbTxn& txn, const SubjectId& subject) const {
  const std::string owner = owner_row_key(subject, {});
  const std::optional<std::string_view> bytes = txn.get(owners, owner);
  if (!bytes) return std::nullopt;
  const auto row = row_of<OwnerRow>(*bytes);
  if (!row.number) return std::nullopt;
  const BucketKey bucket = bucket_key(txn, BucketKind::kData, bucket_of_row(owner));
  const Secret plaintext = unwrap(bucket.seals(), ledger, kOwnersTable, owner, *row.number);
  if (plaintext.size() < 2) damaged("an owner without a number");
  return std::string(plaintext.view().substr(2));
}

std::optional<FoundKey> Store::find_key(const LmdbTxn& txn, const std::string& owner, std::string_view category) const {
  const std::optional<std::string_view> bytes = txn.get(owners, owner);
  if (!bytes) return std::nullopt;
  const auto row = row_of<OwnerRow>(*bytes);
  if (row.state != static_cast<uint8_t>(RowState::kLive)) return FoundKey{RowState::kErased, {}};
  for (const CategoryKey& key : row.keys) {
    if (key.category == category) return FoundKey{RowState::kLive, key.key_id};
  }
  return std::nullopt;
}

KeyId Store::make_key(LmdbTxn& txn, const std::string& owner, std::string_view category, uint8_t* slot) {
  const uint16_t number = bucket_of_row(owner);
  const BucketKey bucket = bucket_key(txn, BucketKind::kData, number);
  const Secret key = Secret::random(kKeyBytes);
  const KeyId id = make_key_id(number);
  DataKeyRow row;
  row.owner = owner;
  row.category = category;
  row.key =
      wrap(bucket.seals(), ledger, kDataKeysTable, data_key_place(id, owner, category), bucket.generation, key.view());
  txn.put(data_keys, id.view(), to_canonical(row));

  OwnerRow owner_row;
  if (const std::optional<std::string_view> bytes = txn.get(owners, owner)) owner_row = row_of<OwnerRow>(*bytes);
  owner_row.keys.push_back({std::string(category), id});
  std::sort(owner_row.keys.begin(), owner_row.keys.end(),
            [](const CategoryKey& a, const CategoryKey& b) { return a.category < b.category; });
  txn.put(owners, owner, to_canonical(owner_row));
  fill_slot(slot, key.view());
  return id;
}

std::optional<RowState> Store::load_key(const LmdbTxn& txn, const KeyId& id, uint8_t* slot) {
  if (cache.get(id, slot)) return RowState::kLive;
  const std::optional<std::string_view> bytes = txn.get(data_keys, id.view());
  if (!bytes) return std::nullopt;
  const auto row = row_of<DataKeyRow>(*bytes);
  if (row.state != static_cast<uint8_t>(RowState::kLive)) return RowState::kErased;
  const BucketKey bucket = bucket_key(txn, BucketKind::kData, keys::bucket_of(id));
  if (row.key.generation != bucket.generation) damaged("a data key is older than its bucket");
  const Secret key =
      unwrap(bucket.seals(), ledger, kDataKeysTable, data_key_place(id, row.owner, row.category), row.key);
  fill_slot(slot, key.view());
  cache.put(id, slot);
  return RowState::kLive;
}

}  // namespace custody::keys
