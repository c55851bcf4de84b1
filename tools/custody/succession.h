// A ledger that goes on in another one: the new one's descriptor names the last checkpoint of the old one that somebody
// outside has (docs/operations/keys.md).
#pragma once

#include <optional>
#include <string>

#include "ledger/event/descriptor.h"
#include "ledger/log/log.h"
#include "ledger/proof/note.h"

namespace custody {

// The notes in what was kept: one alone, or what `custody checkpoint` prints, where each stands between empty lines.
std::vector<std::string> notes_in(const std::string& text);
inline constexpr size_t kMaxKeptBytes = 64 * kMaxNoteBytes;  // a note a shard

// What a file with a checkpoint of shard 0 says of the ledger that is succeeded. Error kRefused where it holds none, or
// none that a trusted key has signed (where there are any).
Predecessor predecessor_in(const std::string& file, const std::vector<VerifierKey>& trusted);

// Whether the old ledger's log is the one that the descriptor names, and where it says itself who succeeds it.
struct SuccessionVerdict {
  std::string fault;             // a sentence; empty = the old log is the one
  std::optional<Ref> succeeded;  // its ledger.succeeded that names this ledger
};
SuccessionVerdict judge_succession(Log& old, const Descriptor& descriptor);

}  // namespace custody
