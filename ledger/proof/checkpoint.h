// Checkpoints: signed statements "shard so-and-so has this size and this root", as C2SP tlog-checkpoint in a C2SP
// signed-note (c2sp.org/tlog-checkpoint, c2sp.org/signed-note), Ed25519 signature type 0x01.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/base/crypto.h"
#include "ledger/base/hash.h"
#include "ledger/event/key_history.h"
#include "ledger/proof/note.h"

namespace custody {

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Digest root{};
  bool operator==(const Checkpoint&) const = default;
};

// The three lines that are signed.
std::string checkpoint_body(const Checkpoint& checkpoint);
// The note: body, empty line, a signature line of each key under the name `checkpoint.origin`.
std::string sign_checkpoint(const Checkpoint& checkpoint, std::span<const SigningKey* const> keys);
std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key);

// What a note states, whoever signed it. Error kRefused where it is no checkpoint.
Checkpoint checkpoint_of(const SignedNote& note);
// The checkpoint of a note that carries a valid signature of `key` under its origin; nullopt where none does (other
// signatures, as of witnesses, are passed over). Error kRefused when it is no note with a checkpoint in it.
std::optional<Checkpoint> open_checkpoint(std::string_view note, const Ed25519PublicKey& key);

// Of a ledger that has had several keys: the checkpoint, and the last of them that has signed it. Whether that key was
// in force then is not judged here.
struct SignedByLedger {
  Checkpoint checkpoint;
  Ed25519PublicKey key{};
};
std::optional<SignedByLedger> open_checkpoint(std::string_view note, std::span<const LedgerKey> keys);

}  // namespace custody
