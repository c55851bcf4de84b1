// A secret that a passphrase opens, as it stands in a file:
//
//   wrapped = head, n:u64 r:u32 p:u32 salt[32], AES-256-GCM(scrypt(passphrase, salt), nonce zeros, all before, secret)
//
// The head is the caller's; it says what the secret is of, and no byte of it can be changed unseen.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/crypto.h"

namespace custody {

std::string wrap_secret(std::string_view head, const Secret& secret, const Secret& passphrase, const ScryptCost& cost);

// `file` begins with `head_bytes` of head. Error kStore where it is not of that form, or asks for more than scrypt may
// take; kDenied where the passphrase is missing or does not open it. `path` is for the message.
Secret unwrap_secret(std::string_view file, size_t head_bytes, size_t secret_bytes, const Secret& passphrase,
                     const std::string& path);

// CUSTODY_PASSPHRASE, or the first line of the file that CUSTODY_PASSPHRASE_FILE names; empty where neither is set.
Secret passphrase_from_environment();

// Error kStore where others than the owner may read the file.
void need_private(const std::string& path);

}  // namespace custody
