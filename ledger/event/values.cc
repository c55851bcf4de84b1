#include "ledger/event/values.h"

#include "ledger/base/crypto.h"
#include "ledger/codec/canonical.h"
#include "ledger/event/vocabulary.h"

namespace custody {
namespace {

constexpr std::string_view kFieldMark = "CSF1";
constexpr std::string_view kValuesMark = "CSV1";
constexpr std::string_view kSaltMark = "CSS1";
constexpr std::string_view kSectionMark = "CSB1";

bool is_type(ValueType type) {
  return type >= ValueType::kText && type <= ValueType::kAttachment;
}

size_t most_bytes(ValueType type) {
  return type == ValueType::kAttachment ? kMaxAttachmentBytes : kMaxValueBytes;
}

Digest commitment_of(const ValueSalt& salt, ValueType type, std::string_view value) {
  char head[5] = {static_cast<char>(type)};
  for (size_t i = 0; i < 4; ++i) head[1 + i] = static_cast<char>((value.size() >> (8 * i)) & 0xff);
  return sha256({kFieldMark, view_of(salt), std::string_view(head, sizeof head), value});
}

// What decides whether a section can be read back: also checked of bytes from outside.
bool is_sound(const SaltedField& field) {
  return is_code(field.name) && is_type(field.type) && field.value.size() <= most_bytes(field.type) &&
         (field.type == ValueType::kAttachment || is_utf8(field.value));
}

template <class Field>
std::optional<std::string> fault_of(std::span<const Field> fields) {
  if (fields.size() > kMaxFieldsOfEvent) {
    return "an event has at most " + std::to_string(kMaxFieldsOfEvent) + " fields with values";
  }
  const Field* before = nullptr;
  for (const Field& field : fields) {
    // A name that is no code might be a value in the wrong place, so it is not repeated.
    if (!is_code(field.name)) return "the name of a field must be " + CodeRule::expected();
    const std::string named = "field " + std::string(field.name);
    if (before != nullptr && before->name >= field.name) return named + " is repeated or out of order";
    if (!is_type(field.type)) return named + " has a type that does not exist";
    if (field.value.size() > most_bytes(field.type)) {
      return named + " has more than the " + std::to_string(most_bytes(field.type)) + " bytes that a value may have";
    }
    if (field.type != ValueType::kAttachment && !is_utf8(field.value)) return named + " is not UTF-8";
    before = &field;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fault_of_fields(std::span<const FieldValue> fields) {
  return fault_of(fields);
}

std::optional<std::string> fault_of_fields(std::span<const SaltedField> fields) {
  return fault_of(fields);
}

Digest field_commitment(const ValueSalt& salt, ValueType type, std::string_view value) {
  if (type == ValueType::kAttachment) return attachment_commitment(salt, sha256(value));
  return commitment_of(salt, type, value);
}

Digest attachment_commitment(const ValueSalt& salt, const Digest& attachment) {
  return commitment_of(salt, ValueType::kAttachment, view_of(attachment));
}

Digest values_commitment(std::span<const CommittedField> fields) {
  if (fields.empty()) return {};
  if (fields.size() > 0xffff) throw Error(ErrorCode::kRefused, "more than 65,535 fields in one commitment");
  std::string bytes(kValuesMark);
  CanonicalWriter writer(bytes);
  writer.integer(fields.size(), 2);
  const CommittedField* before = nullptr;
  for (const CommittedField& field : fields) {
    if (before != nullptr && before->name >= field.name) {
      throw Error(ErrorCode::kRefused, "the fields of a commitment are not strictly ascending");
    }
    writer.sized(field.name, 1, true);
    writer.raw(view_of(field.commitment));
    before = &field;
  }
  return sha256(bytes);
}

Digest salt_secret(std::string_view data_key) {
  return hkdf_extract("", data_key);
}

ValueSalt field_salt(const Digest& salt_secret, const EventId& event, std::string_view name) {
  std::string info(kSaltMark);
  info.append(event.view()).append(name);
  return hkdf_expand(salt_secret, info);
}

Digest section_key(std::string_view data_key, const ByteArray<32>& salt) {
  return hkdf_sha256(data_key, view_of(salt), kSectionMark);
}

std::string section_associated(const LedgerId& ledger, const EventId& event, const SubjectId& subject, uint8_t section,
                               const Digest& statement_hash) {
  std::string out;
  out.reserve(3 * 16 + 1 + 32);
  out.append(ledger.view()).append(event.view()).append(subject.view());
  out.push_back(static_cast<char>(section));
  return out.append(view_of(statement_hash));
}

std::string encode_section(std::span<const SaltedField> fields) {
  size_t size = 4;
  for (const SaltedField& field : fields) size += 1 + field.name.size() + 32 + 1 + 4 + field.value.size();
  std::string out;
  // All at once: growing would leave copies of the values in memory that nobody wipes.
  out.reserve((size + kSectionPadding - 1) / kSectionPadding * kSectionPadding);
  CanonicalWriter writer(out);
  writer.integer(fields.size(), 4);
  for (const SaltedField& field : fields) {
    writer.sized(field.name, 1, true);
    writer.raw(view_of(field.salt));
    writer.integer(static_cast<uint64_t>(field.type), 1);
    writer.sized(field.value, 4, false);
  }
  out.resize((out.size() + kSectionPadding - 1) / kSectionPadding * kSectionPadding, '\0');
  return out;
}

std::optional<std::vector<SaltedField>> decode_section(std::string_view plaintext) try {
  CanonicalReader reader(plaintext);
  std::vector<SaltedField> fields;
  const uint64_t count = reader.integer(4);
  if (count == 0 || count > kMaxFieldsOfEvent) return std::nullopt;
  for (uint64_t i = 0; i < count; ++i) {
    SaltedField field;
    field.name = reader.sized(1, true);
    field.salt = array_of<32>(reader.raw(32));
    field.type = static_cast<ValueType>(reader.integer(1));
    field.value = reader.sized(4, false);
    if (!is_sound(field) || (i > 0 && fields.back().name >= field.name)) return std::nullopt;
    fields.push_back(field);
  }
  if (plaintext.size() % kSectionPadding != 0 || reader.left() >= kSectionPadding) return std::nullopt;
  if (reader.raw(reader.left()).find_first_not_of('\0') != std::string_view::npos) return std::nullopt;
  return fields;
} catch (const Error&) {
  return std::nullopt;
}

}  // namespace custody
