// What a source signs when it attests its statements (docs/formats/attestation.md):
//
//   signature = Ed25519("CSA1" ‖ ledger_id ‖ body without signature)
//   digest    = SHA-256(SHA-256(statement) ...) of the source's statements from_sequence ... to_sequence
#pragma once

#include <string>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"
#include "ledger/event/bodies_motion.h"

namespace custody {

// At most so many statements go without an attestation.
inline constexpr uint64_t kMaxUnattested = 4096;

std::string attested_bytes(const LedgerId& ledger, const SourceAttested& body);

}  // namespace custody
