// Opening of blobs: everything a stranger may have changed ends as a state of the answer, never as an exception.
#include <algorithm>

#include "ledger/keys/keyring.h"
#include "ledger/keys/store.h"

namespace custody {
namespace {

constexpr ByteArray<kAeadNonceBytes> kNoNonce{};

std::optional<Blob> authentic_blob(const Record& record, std::string_view bytes) try {
  if (blob_hash(bytes) != record.stamp.blob) return std::nullopt;
  Blob blob = bytes.empty() ? Blob{} : decode_blob(bytes);
  if (blob.sections.size() > kMaxSectionsOfBlob) return std::nullopt;
  return blob;
} catch (const Error& error) {
  if (error.code() != ErrorCode::kRefused) throw;
  return std::nullopt;
}

OpenedSection open_section(keys::Store& store, const LmdbTxn& txn, const Record& record, const Digest& statement_hash,
                           const BlobSection& section, size_t index) {
  OpenedSection out;
  out.key_id = section.key_id;
  Secret slot(keys::kSlotBytes);
  const std::optional<keys::RowState> state = store.load_key(txn, section.key_id, slot.data());
  if (!state) return out;
  if (*state == keys::RowState::kErased) {
    out.state = SectionState::kErased;
    return out;
  }
  if (section.taken_out()) {
    out.state = SectionState::kTakenOut;
    return out;
  }
  Digest key = section_key(keys::DataKeyView{slot.data()}.key(), section.salt);
  std::optional<std::string> plaintext =
      aead_open(view_of(key), view_of(kNoNonce),
                section_associated(store.ledger, record.statement.id, record.stamp.subject, static_cast<uint8_t>(index),
                                   statement_hash),
                section.ciphertext);
  wipe(key);
  out.state = SectionState::kAltered;
  if (!plaintext) return out;
  out.plaintext = Secret(*plaintext);
  wipe(*plaintext);
  if (std::optional<std::vector<SaltedField>> fields = decode_section(out.plaintext.view())) {
    out.fields = *std::move(fields);
    out.state = SectionState::kOpen;
  }
  return out;
}

CommitState judge(const OpenedBlob& opened, const Digest& values_commit) {
  std::vector<CommittedField> fields;
  for (const OpenedSection& section : opened.sections) {
    if (section.state != SectionState::kOpen) return CommitState::kIncomplete;
    for (const SaltedField& field : section.fields) {
      fields.push_back({field.name, field_commitment(field.salt, field.type, field.value)});
    }
  }
  if (fields.empty() && !is_zero(values_commit)) return CommitState::kIncomplete;
  const auto by_name = [](const CommittedField& a, const CommittedField& b) { return a.name < b.name; };
  std::sort(fields.begin(), fields.end(), by_name);
  for (size_t i = 1; i < fields.size(); ++i) {
    if (fields[i - 1].name == fields[i].name) return CommitState::kDiffers;  // one field in two sections
  }
  return values_commitment(fields) == values_commit ? CommitState::kMatches : CommitState::kDiffers;
}

}  // namespace

OpenedBlob Keyring::open_blob(const Record& record, std::string_view blob_bytes) const {
  OpenedBlob out;
  const std::optional<Blob> blob = authentic_blob(record, blob_bytes);
  if (!blob) return out;
  out.authentic = true;
  const Digest statement_hash = sha256(record.statement_bytes);
  const LmdbTxn txn = store_->env.begin_read();
  for (size_t i = 0; i < blob->sections.size(); ++i) {
    out.sections.push_back(open_section(*store_, txn, record, statement_hash, blob->sections[i], i));
  }
  out.commit = judge(out, record.statement.values_commit);
  return out;
}

}  // namespace custody
