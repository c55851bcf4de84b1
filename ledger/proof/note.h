// C2SP signed notes (c2sp.org/signed-note) as one reads them from outside, and the keys they are verified with.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/crypto.h"

namespace custody {

inline constexpr size_t kMaxNoteBytes = 65'536;
inline constexpr uint64_t kLastSecond = 253'402'300'799;  // of the year 9999: no later time is anybody's

struct NoteSignature {
  std::string name;
  ByteArray<4> key_id{};
  std::string bytes;  // behind the key's id; what they are is the key's to say
};

struct SignedNote {
  std::string body;  // with its last newline
  std::vector<NoteSignature> signatures;
};

// The line of a signature, with its newline.
std::string signature_line(const NoteSignature& signature);
// Error kRefused, with what is wrong: too long, not UTF-8, a control character, no or a malformed signature line.
SignedNote parse_note(std::string_view note);

// A key that notes are verified with: name+id+base64(type ‖ key). Of other types than these nothing is verified.
struct VerifierKey {
  static constexpr char kEd25519 = 0x01;      // of the log itself
  static constexpr char kCosignature = 0x04;  // of a witness, with the time (c2sp.org/tlog-cosignature)
  std::string name;
  char type = kEd25519;
  Ed25519PublicKey key{};

  ByteArray<4> id() const;
  std::string text() const;
};
// Error kUsage for anything else: another type, or an id that is not the key's.
VerifierKey parse_vkey(std::string_view text);

// What a note says under a key. One signature of the key that does not hold spoils the others.
enum class NoteState { kNotSigned, kWrong, kSigned };
NoteState note_state(const SignedNote& note, const VerifierKey& key);
// The line by which a witness says under `name` that it saw the note's body at `time_s`, before 2^63 (Error kUsage).
std::string cosign(const SignedNote& note, const std::string& name, const Ed25519PrivateKey& key, uint64_t time_s);
// When a witness saw the note, in seconds since 1970; nullopt where no signature of it holds.
std::optional<uint64_t> cosigned_at(const SignedNote& note, const VerifierKey& key);

}  // namespace custody
