#include "ledger/keys/rows.h"

namespace custody::keys {
namespace {

void append_be(std::string& out, uint64_t value, size_t width) {
  for (size_t i = width; i-- > 0;) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

std::string associated_data(const LedgerId& ledger, char table, std::string_view place, uint32_t generation) {
  std::string out("CSW1");
  out.append(ledger.view()).push_back(table);
  out.append(place);
  append_le(out, generation, 4);
  return out;
}

}  // namespace

std::string bucket_row_key(uint32_t epoch, BucketKind kind, uint16_t bucket) {
  std::string out;
  append_be(out, epoch, 4);
  out.push_back(static_cast<char>(kind));
  append_be(out, bucket, 2);
  return out;
}

std::string owner_row_key(const SubjectId& subject, std::string_view name) {
  std::string owner(1, name.empty() ? 's' : 'o');
  owner.append(name.empty() ? subject.view() : name);
  const Digest digest = sha256(owner);
  std::string out;
  append_be(out, static_cast<uint64_t>(digest[0]) << 4 | digest[1] >> 4, 2);
  return out + owner;
}

uint16_t bucket_of_row(std::string_view row_key) {
  if (row_key.size() < 2) throw Error(ErrorCode::kStore, "the keyring is damaged: a row without a bucket");
  return static_cast<uint16_t>(static_cast<uint8_t>(row_key[0]) << 8 | static_cast<uint8_t>(row_key[1]));
}

KeyId make_key_id(uint16_t bucket) {
  KeyId id{random_array<16>()};
  id.bytes[0] = static_cast<uint8_t>(bucket >> 4);
  id.bytes[1] = static_cast<uint8_t>((bucket & 15) << 4 | (id.bytes[1] & 15));
  return id;
}

uint16_t bucket_of(const KeyId& id) {
  return static_cast<uint16_t>(id.bytes[0] << 4 | id.bytes[1] >> 4);
}

Wrapped wrap(std::string_view key, const LedgerId& ledger, char table, std::string_view place, uint32_t generation,
             std::string_view plaintext) {
  Wrapped out{generation, random_array<kAeadNonceBytes>(), {}};
  out.sealed = aead_seal(key, view_of(out.nonce), associated_data(ledger, table, place, generation), plaintext);
  return out;
}

Secret unwrap(std::string_view key, const LedgerId& ledger, char table, std::string_view place, const Wrapped& row) {
  std::optional<std::string> plaintext =
      aead_open(key, view_of(row.nonce), associated_data(ledger, table, place, row.generation), row.sealed);
  if (!plaintext) {
    throw Error(ErrorCode::kStore,
                "the keyring is damaged: a row does not open with the key above it; restore the keyring");
  }
  Secret out(*plaintext);
  wipe(*plaintext);
  return out;
}

}  // namespace custody::keys
