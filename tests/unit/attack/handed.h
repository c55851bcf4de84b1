// Attacks on what is handed out of a ledger: proofs, tiles, checkpoints, policies.
#pragma once

#include <string>

namespace custody {

// Their part of docs/attacks.md, written from trials that are tests themselves.
std::string handed_table();

}  // namespace custody
