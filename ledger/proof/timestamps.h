// Time stamps of checkpoints (RFC 3161) as lines of their notes: whoever gets the note has them, and tools that do not
// know them pass them over, as they do any unknown signature.
//
//   line     = "— " name " " base64(key_id ‖ token) "\n"       name = authority "/rfc3161", as its address has it
//   key_id   = the first 4 bytes of SHA-256(name ‖ "\n" ‖ 0xff ‖ "custody/rfc3161")
//   token    = the TimeStampToken, DER, over the SHA-256 of the note's body
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/timestamp.h"
#include "ledger/proof/note.h"

namespace custody {

// `authority` is a host name, with its port where it has one.
std::string timestamp_line(const std::string& authority, const std::string& token);
// Whether a note as it stands in a log has such a line; quick, and judges nothing.
bool has_timestamp(std::string_view note);
// Those that hold, the earliest first.
std::vector<Timestamp> judge_timestamps(const SignedNote& note, const TimeAuthorities& trusted);

}  // namespace custody
