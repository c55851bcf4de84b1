// Sealing and opening of blobs: what opens, and what each kind of tampering comes to.
#include <algorithm>

#include "tests/unit/keys/fixture.h"

namespace custody {
namespace {

const std::vector<FieldValue> kFields{{"address", ValueType::kJson, R"({"city":"Lugo"})"},
                                      {"diagnosis", ValueType::kText, "J45"},
                                      {"phone", ValueType::kText, "+34 600 123 456"},
                                      {"subject", ValueType::kText, "C-10017"}};

std::string_view two_categories(std::string_view field) {
  return field == "diagnosis" ? "health" : "basic";
}

class BlobTest : public KeyringTest {
 protected:
  void SetUp() override {
    keyring_.emplace(Keyring::create(options()));
    subject_ = admit(*keyring_, "C-10017");
    event_ = emit(*keyring_, 1, {subject_, {}}, kFields, two_categories);
  }

  // The event with another blob, and a stamp that names it.
  SealedEvent with_blob(const Blob& blob) const {
    SealedEvent out;
    out.blob = encode_blob(blob);
    out.bytes = record_bytes(event_id(1), subject_, event_.record().statement.values_commit, blob_hash(out.blob));
    return out;
  }

  // Puts a row into a table of the keyring behind its back, as an erasure would.
  void put_row(const char* table_name, std::string_view key, std::string_view value) {
    keyring_.reset();
    {
      LmdbEnv env = LmdbEnv::open(options().folder, {.map_size_bytes = kTestMapBytes});
      const LmdbTable table = env.open_table(table_name);
      LmdbTxn txn = env.begin_write();
      if (value.empty())
        txn.erase(table, key);
      else
        txn.put(table, key, value);
      txn.commit();
    }
    keyring_.emplace(Keyring::open(options()));
  }

  std::optional<Keyring> keyring_;
  SubjectId subject_;
  SealedEvent event_;
};

TEST_F(BlobTest, OpensInSectionsByCategory) {
  const OpenedBlob opened = keyring_->open_blob(event_.record(), event_.blob);
  EXPECT_TRUE(opened.authentic);
  EXPECT_EQ(opened.commit, CommitState::kMatches);
  ASSERT_EQ(opened.sections.size(), 2U);
  std::vector<FieldValue> fields;
  for (const OpenedSection& section : opened.sections) {
    EXPECT_EQ(section.state, SectionState::kOpen);
    for (const SaltedField& field : section.fields) fields.push_back({field.name, field.type, field.value});
  }
  EXPECT_EQ(opened.sections[1].fields.size(), 1U);
  std::ranges::sort(fields, {}, &FieldValue::name);
  ASSERT_EQ(fields.size(), kFields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    EXPECT_EQ(fields[i].name, kFields[i].name);
    EXPECT_EQ(fields[i].type, kFields[i].type);
    EXPECT_EQ(fields[i].value, kFields[i].value);
  }
}

TEST_F(BlobTest, TheSameEventGivesTheSameCommitmentAndNeverTheSameBytes) {
  const SealedEvent again = emit(*keyring_, 1, {subject_, {}}, kFields, two_categories);
  EXPECT_EQ(again.record().statement.values_commit, event_.record().statement.values_commit);
  EXPECT_NE(again.blob, event_.blob);
  const SealedEvent other = emit(*keyring_, 2, {subject_, {}}, kFields, two_categories);
  EXPECT_NE(other.record().statement.values_commit, event_.record().statement.values_commit);
}

TEST_F(BlobTest, EqualValuesOfTwoCustomersDoNotShow) {
  const SubjectId other = admit(*keyring_, "C-2");
  const SealedEvent event = emit(*keyring_, 1, {other, {}}, kFields, two_categories);
  EXPECT_NE(event.record().statement.values_commit, event_.record().statement.values_commit);
}

TEST_F(BlobTest, NoFieldsNoBlob) {
  const SealedEvent event = emit(*keyring_, 3, {subject_, {}}, {});
  EXPECT_TRUE(event.blob.empty());
  EXPECT_TRUE(is_zero(event.record().statement.values_commit));
  const OpenedBlob opened = keyring_->open_blob(event.record(), event.blob);
  EXPECT_TRUE(opened.authentic);
  EXPECT_EQ(opened.commit, CommitState::kMatches);
}

TEST_F(BlobTest, ARecordWithoutSubjectHasTheKeyOfWhatItNames) {
  for (const char* owner : {"person:anna", "dataset:crm", "request:r-17", "incident:i-3"}) {
    const SealedEvent event = emit(*keyring_, 4, {{}, owner}, kFields);
    const OpenedBlob opened = keyring_->open_blob(event.record(), event.blob);
    EXPECT_EQ(opened.commit, CommitState::kMatches);
    EXPECT_NE(opened.sections[0].key_id, keyring_->open_blob(event_.record(), event_.blob).sections[0].key_id);
  }
  EXPECT_EQ(error_of([&] { emit(*keyring_, 5, {}, kFields); }).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of([&] { emit(*keyring_, 5, {{}, "Not A Code"}, kFields); }).code, ErrorCode::kUsage);
}

TEST_F(BlobTest, AnAttachmentOfFullSizeIsCommittedToByItsDigest) {
  const std::string bytes(kMaxAttachmentBytes, '\x80');
  const SealedEvent event = emit(*keyring_, 6, {subject_, {}}, {{{"attachment", ValueType::kAttachment, bytes}}});
  const OpenedBlob opened = keyring_->open_blob(event.record(), event.blob);
  ASSERT_EQ(opened.commit, CommitState::kMatches);
  const SaltedField& field = opened.sections[0].fields[0];
  EXPECT_EQ(field.value, bytes);
  const CommittedField committed{"attachment", attachment_commitment(field.salt, sha256(bytes))};
  EXPECT_EQ(values_commitment({&committed, 1}), event.record().statement.values_commit);
}

TEST_F(BlobTest, SaltsOfTheClientAreKept) {
  const SaltedField field{"phone", random_array<32>(), ValueType::kText, "1"};
  const CommittedField committed{"phone", field_commitment(field.salt, field.type, field.value)};
  KeyringBatch batch = keyring_->begin();
  const PreparedValues values = batch.prepare_salted(event_id(7), {subject_, {}}, {&field, 1});
  EXPECT_EQ(values.values_commit(), values_commitment({&committed, 1}));
}

TEST_F(BlobTest, RefusesFieldsThatCannotBeCommittedTo) {
  const std::string long_value(kMaxValueBytes + 1, 'x');
  const std::vector<std::vector<FieldValue>> wrong{{{"b", ValueType::kText, "1"}, {"a", ValueType::kText, "1"}},
                                                   {{"a", ValueType::kText, "1"}, {"a", ValueType::kText, "1"}},
                                                   {{"Not A Code", ValueType::kText, "1"}},
                                                   {{"", ValueType::kText, "1"}},
                                                   {{"a", ValueType::kText, "\xff"}},
                                                   {{"a", ValueType{4}, "1"}},
                                                   {{"a", ValueType::kText, long_value}}};
  for (const auto& fields : wrong) {
    const CaughtError error = error_of([&] { emit(*keyring_, 8, {subject_, {}}, fields); });
    EXPECT_EQ(error.code, ErrorCode::kRefused);
    EXPECT_EQ(error.text.find("Not A Code"), std::string::npos);
  }
}

TEST_F(BlobTest, AnyFlippedByteIsNoticed) {
  for (size_t at = 0; at < event_.blob.size(); ++at) {
    std::string altered = event_.blob;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    const OpenedBlob opened = keyring_->open_blob(event_.record(), altered);
    EXPECT_FALSE(opened.authentic) << "byte " << at;
    EXPECT_TRUE(opened.sections.empty());
  }
  for (const size_t size : {size_t{0}, size_t{3}, size_t{8}, event_.blob.size() - 1}) {
    EXPECT_FALSE(keyring_->open_blob(event_.record(), event_.blob.substr(0, size)).authentic);
  }
  EXPECT_FALSE(keyring_->open_blob(event_.record(), event_.blob + '\0').authentic);
}

// Who may write the log can make a stamp that names any blob; the sections still know where they belong.
TEST_F(BlobTest, ASectionOpensInItsPlaceOnly) {
  Blob blob = decode_blob(event_.blob);
  std::swap(blob.sections[0], blob.sections[1]);
  SealedEvent forged = with_blob(blob);
  OpenedBlob opened = keyring_->open_blob(forged.record(), forged.blob);
  EXPECT_TRUE(opened.authentic);
  for (const OpenedSection& section : opened.sections) EXPECT_EQ(section.state, SectionState::kAltered);

  blob = decode_blob(event_.blob);
  blob.sections.pop_back();
  forged = with_blob(blob);
  opened = keyring_->open_blob(forged.record(), forged.blob);
  EXPECT_EQ(opened.sections[0].state, SectionState::kOpen);
  EXPECT_EQ(opened.commit, CommitState::kDiffers);  // a withheld section is noticed

  const SealedEvent elsewhere = emit(*keyring_, 9, {subject_, {}}, kFields, two_categories);
  forged = with_blob(decode_blob(elsewhere.blob));
  for (const OpenedSection& section : keyring_->open_blob(forged.record(), forged.blob).sections) {
    EXPECT_EQ(section.state, SectionState::kAltered);
  }
}

TEST_F(BlobTest, AnotherSubjectStatementOrLedgerOpensNothing) {
  const Digest commit = event_.record().statement.values_commit;
  const std::string other_subject =
      record_bytes(event_id(1), SubjectId{random_array<16>()}, commit, blob_hash(event_.blob));
  const std::string other_statement = record_bytes(event_id(1), subject_, Digest{}, blob_hash(event_.blob));
  for (const std::string& bytes : {other_subject, other_statement}) {
    for (const OpenedSection& section : keyring_->open_blob(decode_record(bytes), event_.blob).sections) {
      EXPECT_EQ(section.state, SectionState::kAltered);
    }
  }
  KeyringOptions foreign = options();
  foreign.folder = folder_ / "other/keyring";
  foreign.keys_folder = folder_ / "other/keys";
  foreign.ledger = test_ledger(0x4d);
  const Keyring other = Keyring::create(std::move(foreign));
  const OpenedBlob opened = other.open_blob(event_.record(), event_.blob);
  EXPECT_TRUE(opened.authentic);
  EXPECT_EQ(opened.commit, CommitState::kIncomplete);
  for (const OpenedSection& section : opened.sections) EXPECT_EQ(section.state, SectionState::kUnknownKey);
}

// A gateway that encrypts something else than it committed to.
TEST_F(BlobTest, WhatWasEncryptedMustBeWhatWasCommittedTo) {
  KeyringBatch batch = keyring_->begin();
  const std::vector<FieldValue> other{{"phone", ValueType::kText, "+34 600 000 000"}};
  const PreparedValues lie = batch.prepare(event_id(1), {subject_, {}}, other);
  std::string statement;
  const Digest commit = event_.record().statement.values_commit;
  record_bytes(event_id(1), subject_, commit, {}, &statement);
  const std::string blob = batch.seal(lie, sha256(statement));
  batch.commit();
  const std::string bytes = record_bytes(event_id(1), subject_, commit, blob_hash(blob));
  const OpenedBlob opened = keyring_->open_blob(decode_record(bytes), blob);
  EXPECT_EQ(opened.sections[0].state, SectionState::kOpen);
  EXPECT_EQ(opened.commit, CommitState::kDiffers);
}

TEST_F(BlobTest, WhatAnErasureLeavesBehindIsErasedAndNotUnknown) {
  const Blob blob = decode_blob(event_.blob);
  // A tombstone: state erased, everything else of the row empty (docs/formats/keyring.md).
  const std::string tombstone = std::string("\2", 1) + std::string(4 + 1 + 4 + 12 + 4, '\0');
  put_row("data_keys", blob.sections[0].key_id.view(), tombstone);
  OpenedBlob opened = keyring_->open_blob(event_.record(), event_.blob);
  EXPECT_EQ(opened.sections[0].state, SectionState::kErased);
  EXPECT_EQ(opened.sections[1].state, SectionState::kOpen);  // the other category is still there
  EXPECT_EQ(opened.commit, CommitState::kIncomplete);

  put_row("data_keys", blob.sections[1].key_id.view(), "");
  opened = keyring_->open_blob(event_.record(), event_.blob);
  EXPECT_EQ(opened.sections[1].state, SectionState::kUnknownKey);
}

TEST_F(BlobTest, ASectionTakenOutLeavesTheOthersOpen) {
  Blob blob = decode_blob(event_.blob);
  blob.sections[0] = take_out(blob.sections[0]);
  const OpenedBlob opened = keyring_->open_blob(event_.record(), encode_blob(blob));
  EXPECT_TRUE(opened.authentic);
  EXPECT_EQ(opened.sections[0].state, SectionState::kTakenOut);
  EXPECT_EQ(opened.sections[1].state, SectionState::kOpen);
  EXPECT_EQ(opened.commit, CommitState::kIncomplete);
}

TEST_F(BlobTest, MoreKeysThanTheCacheHolds) {
  keyring_.reset();
  KeyringOptions small = options();
  small.cached_keys = 3;
  keyring_.emplace(Keyring::open(std::move(small)));
  std::vector<SealedEvent> events;
  for (int round = 0; round < 2; ++round) {
    KeyringBatch batch = keyring_->begin();
    for (uint64_t i = 0; i < 100; ++i) {
      const SubjectId subject = batch.find_or_make(DirectoryKind::kCustomer, "N" + std::to_string(i));
      events.push_back(seal_event(batch, event_id(100 + i), {subject, {}}, kFields));
    }
    batch.commit();
  }
  for (const SealedEvent& event : events) {
    EXPECT_EQ(keyring_->open_blob(event.record(), event.blob).commit, CommitState::kMatches);
  }
}

}  // namespace
}  // namespace custody
