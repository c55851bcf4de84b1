// An Ed25519 key that signs, as it is kept: a file of mode 0600 that is one of
//
//   bare    = seed[32]                                           the key itself
//   wrapped = "CSW1" public_key[32], and as in wrapping.h        the seed, which a passphrase opens
//   token   = "pkcs11:..." and a newline                         where it is in a PKCS #11 token (signing_token.h)
#pragma once

#include <memory>
#include <string>

#include "ledger/base/crypto.h"

namespace custody {

// Error kNotFound where there is no file, kDenied where a passphrase or PIN is missing or wrong, kStore where the file
// is none of these or may be read by others, kUnavailable where the token cannot be reached. The passphrase is also the
// token's PIN.
std::unique_ptr<SigningKey> open_signing_file(const std::string& path, const Secret& passphrase);

// Durably. Wrapped where there is a passphrase. Error kConflict where a file is there: no key is ever overwritten.
void write_signing_file(const std::string& path, const Ed25519PrivateKey& key, const Secret& passphrase,
                        const ScryptCost& cost = {});
// A file that names a key in a token, and the key it names: so that it is known to work before it is relied on.
std::unique_ptr<SigningKey> write_token_file(const std::string& path, const std::string& uri, const Secret& pin);

// Whether a passphrase, a PIN or nothing is needed: "bare", "wrapped", "token".
std::string signing_file_form(const std::string& path);

}  // namespace custody
