#include "ledger/keys/batch.h"

#include <algorithm>
#include <map>
#include <utility>

#include "ledger/event/vocabulary.h"

namespace custody {
namespace keys {
namespace {

constexpr size_t kSlotsOfSlab = 64;

// The keyrings whose write lock this thread holds: LMDB would wait for itself for ever.
std::vector<const Store*>& writing_here() {
  thread_local std::vector<const Store*> stores;
  return stores;
}

}  // namespace

BatchState::BatchState(Store& of) : store(of), txn(of.env.begin_read()) {}

BatchState::~BatchState() {
  end();
}

void BatchState::become_writer() {
  if (writing) return;
  transaction();
  if (std::ranges::find(writing_here(), &store) != writing_here().end()) {
    throw Error(ErrorCode::kUsage, "this thread has another keyring batch that makes keys: end it first");
  }
  txn.reset();  // an old snapshot held while waiting for the lock would keep pages from being used again
  writing_here().push_back(&store);
  writing = true;
  txn.emplace(store.env.begin_write());
}

LmdbTxn& BatchState::transaction() {
  if (!txn) throw Error(ErrorCode::kUsage, "a keyring batch was used after its end");
  return *txn;
}

uint8_t* BatchState::new_slot() {
  if (slots_used == slabs.size() * kSlotsOfSlab) slabs.emplace_back(kSlotsOfSlab * kSlotBytes);
  return slabs.back().data() + slots_used++ % kSlotsOfSlab * kSlotBytes;
}

const BatchKey& BatchState::key_of(const ValueOwner& owner, std::string_view category) {
  std::string name(owner.name.empty() ? owner.subject.view() : owner.name);
  name.push_back('\0');  // codes have none, and a subject has its fixed length
  name.append(category);
  if (const auto known = keys.find(name); known != keys.end()) return known->second;

  const std::string row = owner_row_key(owner.subject, owner.name);
  std::optional<FoundKey> found = store.find_key(transaction(), row, category);
  if (!found && !writing) {
    become_writer();
    found = store.find_key(transaction(), row, category);  // somebody may have been faster
  }
  if (found && found->state != RowState::kLive) {
    throw Error(ErrorCode::kRefused,
                "the keys of what this event is about were erased: nothing can be encrypted for it");
  }
  BatchKey key{found ? found->id : KeyId{}, new_slot(), !found};
  if (found) {
    const std::optional<RowState> state = store.load_key(transaction(), key.id, key.slot);
    if (state != RowState::kLive) throw Error(ErrorCode::kStore, "the keyring is damaged: an owner's key is missing");
  } else {
    key.id = store.make_key(transaction(), row, category, key.slot);
    made = true;
  }
  return keys.emplace(std::move(name), key).first->second;
}

void BatchState::end() noexcept {
  txn.reset();
  if (writing) std::erase(writing_here(), &store);
  writing = false;
}

}  // namespace keys

using keys::BatchKey;

PreparedValues::PreparedValues(std::unique_ptr<keys::PreparedState> state) : state_(std::move(state)) {}
PreparedValues::PreparedValues(PreparedValues&&) noexcept = default;
PreparedValues& PreparedValues::operator=(PreparedValues&&) noexcept = default;
PreparedValues::~PreparedValues() = default;

const Digest& PreparedValues::values_commit() const {
  return state_->commit;
}

KeyringBatch::KeyringBatch(std::unique_ptr<keys::BatchState> state) : state_(std::move(state)) {}
KeyringBatch::KeyringBatch(KeyringBatch&&) noexcept = default;
KeyringBatch& KeyringBatch::operator=(KeyringBatch&&) noexcept = default;
KeyringBatch::~KeyringBatch() = default;

std::optional<SubjectId> KeyringBatch::find(DirectoryKind kind, std::string_view number) {
  const std::optional<keys::DirectoryEntry> entry = state_->store.entry_of(kind, number);
  if (!entry) return std::nullopt;
  std::string memo(view_of(entry->t));
  if (const auto known = state_->subjects.find(memo); known != state_->subjects.end()) return known->second;
  const std::optional<SubjectId> subject = state_->store.find(state_->transaction(), *entry);
  if (subject) state_->subjects.emplace(std::move(memo), *subject);
  return subject;
}

SubjectId KeyringBatch::find_or_make(DirectoryKind kind, std::string_view number) {
  if (const std::optional<SubjectId> subject = find(kind, number)) return *subject;
  const std::optional<keys::DirectoryEntry> entry = state_->store.entry_of(kind, number);
  if (!entry) {
    throw Error(ErrorCode::kRefused, "a customer's number must be " + TextRule::expected());
  }
  if (!state_->writing) {
    state_->become_writer();
    if (const std::optional<SubjectId> subject = find(kind, number)) return *subject;  // another batch was first
  }
  const SubjectId subject = state_->store.make(state_->transaction(), *entry);
  state_->made = true;
  state_->subjects.emplace(view_of(entry->t), subject);
  return subject;
}

namespace {

using Sections = std::map<std::string_view, std::vector<size_t>>;  // category -> fields, both ascending

void check_owner(const ValueOwner& owner, size_t fields) {
  if (fields > 0 && owner.name.empty() && owner.subject.empty()) {
    throw Error(ErrorCode::kUsage, "values need a subject or a name whose key encrypts them");
  }
  if (!owner.name.empty() && !is_code(owner.name)) throw Error(ErrorCode::kUsage, "the owner of values must be a code");
}

template <class Field>
Sections divide(std::span<const Field> fields, const CategoryOf& category_of) {
  if (const std::optional<std::string> fault = fault_of_fields(fields)) throw Error(ErrorCode::kRefused, *fault);
  Sections sections;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string_view category = category_of(fields[i].name);
    if (!is_code(category)) throw Error(ErrorCode::kUsage, "the category of a field must be a code");
    sections[category].push_back(i);
  }
  return sections;
}

Digest commit_to(std::span<const SaltedField> fields) {
  std::vector<CommittedField> committed;
  committed.reserve(fields.size());
  for (const SaltedField& field : fields) {
    committed.push_back({field.name, field_commitment(field.salt, field.type, field.value)});
  }
  return values_commitment(committed);
}

std::string draft_section(std::span<const SaltedField> fields, const std::vector<size_t>& chosen) {
  std::vector<SaltedField> section;
  section.reserve(chosen.size());
  for (const size_t i : chosen) section.push_back(fields[i]);
  return encode_section(section);
}

}  // namespace

PreparedValues KeyringBatch::prepare(const EventId& event, const ValueOwner& owner, std::span<const FieldValue> fields,
                                     const CategoryOf& category_of) {
  check_owner(owner, fields.size());
  auto state = std::make_unique<keys::PreparedState>();
  state->event = event;
  state->subject = owner.subject;
  const Sections sections = divide(fields, category_of);
  std::vector<SaltedField> salted;
  salted.reserve(fields.size());
  for (const FieldValue& field : fields) salted.push_back({field.name, {}, field.type, field.value});
  for (const auto& [category, chosen] : sections) {
    const BatchKey& key = state_->key_of(owner, category);
    Digest salts = keys::DataKeyView{key.slot}.salts();
    for (const size_t i : chosen) salted[i].salt = field_salt(salts, event, salted[i].name);
    wipe(salts);
    state->sections.push_back({key, draft_section(salted, chosen)});
  }
  state->commit = commit_to(salted);
  return PreparedValues(std::move(state));
}

PreparedValues KeyringBatch::prepare_salted(const EventId& event, const ValueOwner& owner,
                                            std::span<const SaltedField> fields, const CategoryOf& category_of) {
  check_owner(owner, fields.size());
  auto state = std::make_unique<keys::PreparedState>();
  state->event = event;
  state->subject = owner.subject;
  for (const auto& [category, chosen] : divide(fields, category_of)) {
    state->sections.push_back({state_->key_of(owner, category), draft_section(fields, chosen)});
  }
  state->commit = commit_to(fields);
  return PreparedValues(std::move(state));
}

std::string KeyringBatch::seal(const PreparedValues& values, const Digest& statement_hash) {
  static constexpr ByteArray<kAeadNonceBytes> kNoNonce{};  // every section has a key of its own
  const keys::PreparedState& prepared = *values.state_;
  if (prepared.sections.empty()) return {};
  Blob blob;
  std::vector<std::string> sealed(prepared.sections.size());
  for (size_t i = 0; i < sealed.size(); ++i) {
    const keys::SectionDraft& draft = prepared.sections[i];
    BlobSection section{draft.key.id, random_array<32>(), {}};
    Digest key = section_key(keys::DataKeyView{draft.key.slot}.key(), section.salt);
    sealed[i] = aead_seal(view_of(key), view_of(kNoNonce),
                          section_associated(state_->store.ledger, prepared.event, prepared.subject,
                                             static_cast<uint8_t>(i), statement_hash),
                          draft.plaintext);
    wipe(key);
    section.ciphertext = sealed[i];
    blob.sections.push_back(section);
  }
  return encode_blob(blob);
}

void KeyringBatch::commit() {
  LmdbTxn& txn = state_->transaction();
  if (state_->made) {
    try {
      txn.commit();
    } catch (...) {
      state_->end();
      throw;
    }
    for (const auto& [name, key] : state_->keys) {
      if (key.made) state_->store.cache.put(key.id, key.slot);
    }
  }
  state_->end();
}

bool KeyringBatch::made_something() const {
  return state_->made;
}

}  // namespace custody
