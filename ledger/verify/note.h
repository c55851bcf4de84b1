// Reading signed checkpoints: C2SP signed-note with a tlog-checkpoint in it, Ed25519 signatures (type 0x01).
//
//   note      = body "\n" signature+        body = origin "\n" size "\n" root "\n" (extension "\n")*
//   signature = "— " name " " base64(key_hash[4] ‖ signature[64]) "\n"
//   key_hash  = first 4 bytes of SHA-256(name ‖ "\n" ‖ 0x01 ‖ key)
#pragma once

#include <cstdint>
#include <string_view>

#include "ledger/base/crypto.h"

namespace custody {

inline constexpr size_t kMaxNoteBytes = 64 * 1024;

struct NoteVerdict {
  enum Status { kHolds, kMalformed, kForeignOrigin, kUnsigned } status;
  uint64_t size = 0;  // where it could be read
  Digest root{};
};
// Signatures under other names (of witnesses) are passed over. A note without any valid signature of `key` under
// `origin`, or with an invalid one beside, is kUnsigned.
NoteVerdict judge_note(std::string_view note, std::string_view origin, const Ed25519PublicKey& key);

}  // namespace custody
