// The file that holds an epoch's key: the one thing that, destroyed, makes everything wrapped below it unreadable.
//
//   file    = "CSE1" ledger_id[16] epoch:u32 (bare | wrapped)
//   bare    = u8 0, key[32], check[32]
//   wrapped = u8 1, n:u64 r:u32 p:u32 salt[32], AES-256-GCM(scrypt(passphrase, salt), nonce zeros, all before, key)[48]
//   check   = HMAC-SHA256(key, "CSE1" ‖ ledger_id ‖ epoch)        also kept in the keyring, which so knows its own key
#pragma once

#include <string>

#include "ledger/base/crypto.h"
#include "ledger/base/ids.h"

namespace custody::keys {

inline constexpr size_t kKeyBytes = 32;

struct EpochKeyPlace {
  std::string folder;
  LedgerId ledger;
  uint32_t epoch = 1;
  std::string path() const { return folder + "/epoch-" + std::to_string(epoch); }
};

Digest epoch_check(const Secret& key, const LedgerId& ledger, uint32_t epoch);

// Error kNotFound where there is no file, kDenied where a passphrase is missing or wrong, kStore where the file is
// altered, of another ledger or epoch, or readable by others than its owner.
Secret load_epoch_key(const EpochKeyPlace& place, const Secret& passphrase);

// Makes a key and its file, durably. A file that is there already was left by an attempt before this one: it is used
// and never overwritten (a keyring somewhere may need it), unless it is bare where a passphrase is asked for or the
// reverse (Error kConflict).
Secret make_epoch_key(const EpochKeyPlace& place, const Secret& passphrase, const ScryptCost& cost);

}  // namespace custody::keys
