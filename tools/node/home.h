// Where a ledger lives on a machine: the data folder, and the keys folder that is never backed up with it.
//
//   DATA/lock           held by the process that has the folder open      DATA/service.json  where that process serves
//   DATA/log/           the embedded log                                   DATA/tail/<shard>/ ids sealed (derived)
//   DATA/keyring/       directory and data keys                            DATA/views/        projections (derived)
//   DATA/verified       head of the last verification                      DATA/trees/<shard>/ tiles (derived)
//   DATA/policy         of the witnesses that the last service had
//   DATA/views/attested/  trees of the views as last attested (derived)
//   KEYS/<ledger id>/signer    the first signing key (ledger/base/signing_file.h)    KEYS/<ledger id>/epoch-<n>
//   KEYS/<ledger id>/signer-<16 hex digits of the public key>    each later one
//   KEYS/<ledger id>/signed    what was signed (ledger/seal/signer.h)
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/base/crypto.h"
#include "ledger/event/descriptor.h"
#include "ledger/seal/signer.h"

namespace custody {

struct Home {
  std::string data;
  std::string keys;

  // From the flags where given, else CUSTODY_DATA and CUSTODY_KEYS, else ~/.local/share/custody and
  // ~/.config/custody/keys.
  static Home find(const std::string& data_flag, const std::string& keys_flag);
  // Error kUsage where the keys would lie in the data folder: a copy of it would open everything in it.
  void check_apart() const;
  std::string keys_of(const LedgerId& ledger) const { return keys + "/" + to_hex(ledger.view()); }
  std::string signed_file(const LedgerId& ledger) const { return keys_of(ledger) + "/signed"; }
  std::string path(const std::string& name) const { return data + "/" + name; }
  std::string policy_file() const { return path("policy"); }
};

struct NewLedger {
  std::string name = "custody";
  std::string origin;  // prefix without "/<shard>"; empty = localhost/<ledger id>
  uint32_t shards = 1;
  std::vector<Founder> founders;
  std::optional<Predecessor> predecessor;
  std::string token;  // "pkcs11:..." where the signing key is in a token already; empty = a key is made
};

// Makes and keeps the signing key (durable before this returns), and the descriptor that names it. Error kUsage for a
// name or a number of shards that cannot be; kUnavailable when the keys folder cannot be written.
Descriptor make_descriptor(const Home& home, const NewLedger& wanted, int64_t now_us);
// The file of a signing key: `signer-<16 hex digits>`.
std::string signing_file_of(const Home& home, const LedgerId& ledger, const Ed25519PublicKey& key);
// The first key. kNotFound when the keys folder has none of this ledger; kDenied without its passphrase.
std::unique_ptr<SigningKey> signing_key(const Home& home, const LedgerId& ledger);
// Every key of the ledger that the folder has, now or later. kNotFound when it has none now, and what keeps the first
// from being opened (a missing passphrase) when none can be.
FindKey signing_keys(const Home& home, const LedgerId& ledger);

// Where the process that has the data folder open serves.
struct RunningService {
  std::string url;
  std::optional<Digest> certificate;  // of an https:// one: SHA-256 of its certificate, DER
};
// Of the process that has the data folder open; nullopt where none has, or while it says nothing yet.
std::optional<RunningService> running_service(const Home& home);
void announce_service(const Home& home, const RunningService& service);
void withdraw_service(const Home& home);

}  // namespace custody
