#include "ledger/keys/keyring.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "ledger/base/file.h"
#include "ledger/keys/batch.h"
#include "ledger/keys/epoch_key.h"
#include "ledger/keys/store.h"

namespace custody {
namespace {

constexpr uint32_t kFirstEpoch = 1;
constexpr std::string_view kMetaRow = "keyring";

LmdbOptions lmdb_options(const KeyringOptions& options) {
  LmdbOptions out;
  if (options.map_size_bytes != 0) out.map_size_bytes = options.map_size_bytes;
  out.no_read_ahead = true;
  return out;
}

// The meta row, if the store has one.
std::optional<std::string> find_meta(LmdbEnv& env) {
  const std::optional<LmdbTable> table = env.find_table("meta");
  if (!table) return std::nullopt;
  const LmdbTxn txn = env.begin_read();
  const std::optional<std::string_view> bytes = txn.get(*table, kMetaRow);
  return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
}

bool is_inside(const std::string& inner, const std::string& outer) {
  const std::filesystem::path a = std::filesystem::weakly_canonical(inner);
  const std::filesystem::path b = std::filesystem::weakly_canonical(outer);
  return std::mismatch(b.begin(), b.end(), a.begin(), a.end()).first == b.end();
}

keys::Meta check_meta(std::string_view bytes, const KeyringOptions& options) {
  if (bytes.size() >= 6 && bytes.substr(0, 4) == "CSK1" && read_le(bytes, 4, 2) != keys::kKeyringVersion) {
    throw Error(ErrorCode::kStore, "the keyring " + options.folder + " has format " +
                                       std::to_string(read_le(bytes, 4, 2)) + ", this program knows " +
                                       std::to_string(keys::kKeyringVersion) + ": use the program that wrote it");
  }
  auto meta = keys::row_of<keys::Meta>(bytes);
  if (meta.ledger != options.ledger) {
    throw Error(ErrorCode::kStore, "the keyring " + options.folder + " belongs to the ledger " + to_text(meta.ledger) +
                                       ", not to " + to_text(options.ledger));
  }
  return meta;
}

}  // namespace

Keyring::Keyring(std::unique_ptr<keys::Store> store) : store_(std::move(store)) {}
Keyring::Keyring(Keyring&&) noexcept = default;
Keyring& Keyring::operator=(Keyring&&) noexcept = default;
Keyring::~Keyring() = default;

bool Keyring::exists(const std::string& folder) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder + "/data.mdb", ignored)) return false;
  LmdbOptions options;
  options.read_only = true;
  LmdbEnv env = LmdbEnv::open(folder, options);
  return find_meta(env).has_value();
}

Keyring Keyring::create(KeyringOptions options) {
  if (is_inside(options.keys_folder, options.folder)) {
    throw Error(ErrorCode::kUsage, "epoch keys must lie outside the keyring " + options.folder +
                                       ", so that a copy of it opens nothing: choose another folder with --keys");
  }
  if (exists(options.folder)) throw Error(ErrorCode::kConflict, "there is a keyring in " + options.folder + " already");
  // The key first: a keyring whose key never reached the disk would be lost with everything in it.
  const keys::EpochKeyPlace place{options.keys_folder, options.ledger, kFirstEpoch};
  Secret epoch_key = keys::make_epoch_key(place, options.passphrase, options.passphrase_cost);
  auto store = std::make_unique<keys::Store>(LmdbEnv::open(options.folder, lmdb_options(options)), options);
  store->epoch = kFirstEpoch;
  store->epoch_key = std::move(epoch_key);
  store->open_tables();
  LmdbTxn txn = store->env.begin_write();
  store->write_first_rows(txn);
  txn.commit();
  return Keyring(std::move(store));
}

Keyring Keyring::open(KeyringOptions options) {
  if (!exists(options.folder)) throw Error(ErrorCode::kNotFound, "there is no keyring in " + options.folder);
  LmdbEnv env = LmdbEnv::open(options.folder, lmdb_options(options));
  const keys::Meta meta = check_meta(find_meta(env).value_or(""), options);
  const keys::EpochKeyPlace place{options.keys_folder, options.ledger, meta.epoch};
  Secret epoch_key = keys::load_epoch_key(place, options.passphrase);
  if (!equal_in_constant_time(view_of(keys::epoch_check(epoch_key, meta.ledger, meta.epoch)), view_of(meta.check))) {
    throw Error(ErrorCode::kStore, place.path() + " is not the key of the keyring " + options.folder +
                                       ", but of another one of the same ledger");
  }
  auto store = std::make_unique<keys::Store>(std::move(env), options);
  store->epoch = meta.epoch;
  store->index_key =
      keys::unwrap(epoch_key.view(), meta.ledger, keys::kMetaTable, keys::kIndexKeyPlace, meta.index_key);
  store->epoch_key = std::move(epoch_key);
  store->open_tables();
  return Keyring(std::move(store));
}

std::optional<SubjectId> Keyring::find(DirectoryKind kind, std::string_view number) const {
  const std::optional<keys::DirectoryEntry> entry = store_->entry_of(kind, number);
  if (!entry) return std::nullopt;
  return store_->find(store_->env.begin_read(), *entry);
}

std::optional<std::string> Keyring::number_of(const SubjectId& subject) const {
  return store_->number_of(store_->env.begin_read(), subject);
}

KeyringBatch Keyring::begin() {
  return KeyringBatch(std::make_unique<keys::BatchState>(*store_));
}

ByteArray<16> Keyring::id() const {
  const Digest digest = hmac_sha256(store_->index_key.view(), {"CSKI", store_->ledger.view()});
  return array_of<16>(view_of(digest).substr(0, 16));
}
uint32_t Keyring::epoch() const {
  return store_->epoch;
}
const LedgerId& Keyring::ledger() const {
  return store_->ledger;
}

}  // namespace custody
