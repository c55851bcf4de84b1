// Whom a reader trusts: verifier keys out of files.
#pragma once

#include <vector>

#include "ledger/proof/note.h"
#include "tools/custody/command.h"

namespace custody {

// Where evidence ends for which there is no trusted key, or that is none (`custody help exit`).
inline constexpr int kNoEvidence = 5;

// Of the files that --trust lists. Error kUsage where there is no key, or a line that is none.
std::vector<VerifierKey> trusted_keys(const Invocation& call);

}  // namespace custody
