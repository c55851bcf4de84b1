// Reading signed checkpoints: C2SP signed-note with a tlog-checkpoint in it, Ed25519 signatures (type 0x01).
//
//   note      = body "\n" signature+        body = origin "\n" size "\n" root "\n" (extension "\n")*
//   signature = "— " name " " base64(key_hash[4] ‖ signature[64]) "\n"
//   key_hash  = first 4 bytes of SHA-256(name ‖ "\n" ‖ 0x01 ‖ key)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/crypto.h"

namespace custody {

inline constexpr size_t kMaxNoteBytes = 64 * 1024;

// A note's parts, before anybody asks whose word it is.
struct ReadNote {
  enum Status { kRead, kMalformed, kForeignOrigin } status = kMalformed;
  uint64_t size = 0;  // where it could be read
  Digest root{};
  std::string body;  // what is signed
  struct Signature {
    std::string key_hash;
    std::string bytes;
  };
  std::vector<Signature> signatures;  // under the origin; those under other names (of witnesses) are passed over
};
ReadNote read_note(std::string_view note, std::string_view origin);

// What `key` says under `origin`; one signature of it that does not hold spoils the others.
enum class KeyWord { kNone, kHolds, kWrong };
KeyWord word_of(const Ed25519PublicKey& key, const ReadNote& note, std::string_view origin);

}  // namespace custody
