#include "ledger/keys/epoch_key.h"

#include "ledger/base/file.h"
#include "ledger/base/wrapping.h"
#include "ledger/codec/canonical.h"

namespace custody::keys {
namespace {

constexpr uint64_t kMaxFileBytes = 4096;
struct Head {
  Magic magic{"CSE1"};
  LedgerId ledger;
  uint32_t epoch = 0;
  uint8_t wrapped = 0;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, ledger, epoch, wrapped);
  }
};

[[noreturn]] void altered(const EpochKeyPlace& place) {
  throw Error(ErrorCode::kStore, place.path() + " is damaged: restore it from where epoch keys are kept");
}

Secret take_bare(CanonicalReader& reader, const EpochKeyPlace& place) {
  if (reader.left() != kKeyBytes + sizeof(Digest)) altered(place);
  Secret key(reader.raw(kKeyBytes));
  if (!equal_in_constant_time(reader.raw(sizeof(Digest)), view_of(epoch_check(key, place.ledger, place.epoch)))) {
    altered(place);
  }
  return key;
}

Secret parse(std::string_view file, const EpochKeyPlace& place, const Secret& passphrase) {
  CanonicalReader reader(file);
  Head head;
  try {
    reader(head);
  } catch (const Error&) {
    throw Error(ErrorCode::kStore, place.path() + " is no epoch key");
  }
  if (head.ledger != place.ledger || head.epoch != place.epoch) {
    throw Error(ErrorCode::kStore, place.path() + " is the key of epoch " + std::to_string(head.epoch) +
                                       " of the ledger " + to_text(head.ledger) + ", not of epoch " +
                                       std::to_string(place.epoch) + " of " + to_text(place.ledger));
  }
  try {
    if (head.wrapped == 1) return unwrap_secret(file, reader.offset(), kKeyBytes, passphrase, place.path());
    if (head.wrapped == 0) return take_bare(reader, place);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kRefused) throw;  // kRefused: cut short
  }
  altered(place);
}

}  // namespace

Digest epoch_check(const Secret& key, const LedgerId& ledger, uint32_t epoch) {
  std::string number;
  append_le(number, epoch, 4);
  return hmac_sha256(key.view(), {"CSE1", ledger.view(), number});
}

Secret load_epoch_key(const EpochKeyPlace& place, const Secret& passphrase) {
  std::optional<std::string> file = read_file_if_present(place.path(), kMaxFileBytes);
  if (!file) {
    throw Error(ErrorCode::kNotFound, "the epoch key " + place.path() +
                                          " is missing: without it nobody reads the keyring; bring it back, or "
                                          "name its folder with --keys");
  }
  need_private(place.path());
  Secret contents(*file);
  wipe(*file);
  return parse(contents.view(), place, passphrase);
}

Secret make_epoch_key(const EpochKeyPlace& place, const Secret& passphrase, const ScryptCost& cost) {
  if (std::optional<std::string> present = read_file_if_present(place.path(), kMaxFileBytes)) {
    Secret key = load_epoch_key(place, passphrase);
    constexpr size_t kHeadBytes = 4 + 16 + 4 + 1;
    const bool wrapped = present->size() >= kHeadBytes && (*present)[kHeadBytes - 1] == 1;
    wipe(*present);
    if (wrapped == passphrase.empty()) {
      throw Error(ErrorCode::kConflict, place.path() + " is there already, " + (wrapped ? "with" : "without") +
                                            " a passphrase: move it away if no keyring needs it");
    }
    sync_folder(place.folder);  // who made it may have died before that
    return key;
  }
  Secret key = Secret::random(kKeyBytes);
  const Head head{.ledger = place.ledger, .epoch = place.epoch};
  std::string file;
  if (passphrase.empty()) {
    file = to_canonical(head);
    file.reserve(kMaxFileBytes);  // no copy of the key is left behind by growing
    file.append(key.view()).append(view_of(epoch_check(key, place.ledger, place.epoch)));
  } else {
    Head wrapped = head;
    wrapped.wrapped = 1;
    file = wrap_secret(to_canonical(wrapped), key, passphrase, cost);
  }
  make_folders(place.folder);
  write_file_durably(place.path(), file);
  wipe(file);
  return key;
}

}  // namespace custody::keys
