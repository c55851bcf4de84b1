// The personal values of an event: what commits to them in the statement, and the plaintext of the sections that carry
// them. Pure functions, shared by who writes (keyring, client) and who checks. Bytes: docs/formats/values.md.
//
//   c_f            = SHA-256("CSF1" ‖ t_f ‖ type:u8 ‖ u32 len ‖ value)      an attachment's value here is its SHA-256
//   values_commit  = SHA-256("CSV1" ‖ u16 n ‖ (f:str8 ‖ c_f)*)              names strictly ascending; zeros for n = 0
//   t_f            = HKDF-SHA256(key = data key, no salt, info = "CSS1" ‖ id ‖ f), or 32 random bytes of a client's own
//   section key    = HKDF-SHA256(key = data key, salt, info = "CSB1")        nonce zeros: a key seals one section only
//   associated     = ledger id ‖ event id ‖ subject ‖ section:u8 ‖ SHA-256(statement)
//   plaintext      = vec<f:str8 t_f[32] type:u8 value:bytes32> ‖ zeros to a multiple of 64
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"

namespace custody {

enum class ValueType : uint8_t {
  kText = 1,        // UTF-8
  kJson = 2,        // any other JSON value, in RFC 8785 form (ledger/codec/jcs.h)
  kAttachment = 3,  // bytes, committed to by their SHA-256
};

inline constexpr size_t kMaxValueBytes = 65'536;        // of text and JSON
inline constexpr size_t kMaxAttachmentBytes = 900'000;  // more goes as parts of one operation
inline constexpr size_t kMaxFieldsOfEvent = 256;
inline constexpr size_t kMaxSectionsOfBlob = 256;  // their number is one byte of the associated data
inline constexpr size_t kSectionPadding = 64;

using ValueSalt = ByteArray<32>;

// A field with its value, as it comes from a source: the name is public, the value is not.
struct FieldValue {
  std::string_view name;
  ValueType type = ValueType::kText;
  std::string_view value;  // of an attachment: its bytes
};

// The same with the salt of its commitment.
struct SaltedField {
  std::string_view name;
  ValueSalt salt{};
  ValueType type = ValueType::kText;
  std::string_view value;
};

struct CommittedField {
  std::string_view name;
  Digest commitment{};
};

// The sentence that says what is wrong with the fields of one event, if anything is: names that are no codes or not
// strictly ascending, values too long, text that is not UTF-8, too many. What passes can be committed to and sealed.
std::optional<std::string> fault_of_fields(std::span<const FieldValue> fields);
std::optional<std::string> fault_of_fields(std::span<const SaltedField> fields);

Digest field_commitment(const ValueSalt& salt, ValueType type, std::string_view value);
// From the digest of an attachment, for who has no more than that.
Digest attachment_commitment(const ValueSalt& salt, const Digest& attachment);
// Error kRefused where the names are not strictly ascending in byte order (or more than 65,535).
Digest values_commitment(std::span<const CommittedField> fields);

// The salt in two steps, as one data key gives the salts of many fields: the first depends on the data key alone.
Digest salt_secret(std::string_view data_key);
ValueSalt field_salt(const Digest& salt_secret, const EventId& event, std::string_view name);

// Key material (32 bytes): whoever calls wipes it.
Digest section_key(std::string_view data_key, const ByteArray<32>& salt);
std::string section_associated(const LedgerId& ledger, const EventId& event, const SubjectId& subject, uint8_t section,
                               const Digest& statement_hash);

// Fields in ascending order of their names.
std::string encode_section(std::span<const SaltedField> fields);
// nullopt where the bytes are not what encode_section makes of valid fields. Views point into `plaintext`.
std::optional<std::vector<SaltedField>> decode_section(std::string_view plaintext);

}  // namespace custody
