// A signing key that never leaves a PKCS #11 token: the one wrapper of p11-kit. The token signs with CKM_EDDSA
// (PKCS #11 3.0 §2.3.14), the mechanism of Ed25519.
#pragma once

#include <memory>
#include <string_view>

#include "ledger/base/crypto.h"

namespace custody {

// `uri` after RFC 7512: names the key and its token, and the module in `module-path`:
//   pkcs11:token=ledger;object=signer?module-path=/usr/lib/softhsm/libsofthsm2.so
// The PIN is what is given here; one in the URI is refused (Error kUsage), as it would lie open. Error kUsage also for
// a malformed URI or one that names several keys or another kind; kNotFound where the module, the token or the key is
// not there; kDenied for a missing or wrong PIN; kUnavailable where the token refuses.
std::unique_ptr<SigningKey> open_token_key(std::string_view uri, const Secret& pin);

}  // namespace custody
