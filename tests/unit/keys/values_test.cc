// Commitments, salts and sections against vectors that another program made, and against hostile plaintexts.
#include "ledger/event/values.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <random>

#include "ledger/base/crypto.h"
#include "ledger/base/file.h"
#include "ledger/codec/json.h"
#include "ledger/event/record.h"

namespace custody {
namespace {

std::string bytes_at(const boost::json::value& object, const char* name) {
  return from_hex(std::string_view(object.at(name).as_string()));
}

boost::json::array vectors() {
  return parse_json(read_file(CUSTODY_SOURCE_DIR "/tests/vectors/values/values.json", 1 << 20)).as_array();
}

struct VectorField {
  std::string name, category, salt, value, commitment;
  ValueType type;
};

std::vector<VectorField> fields_of(const boost::json::value& vector) {
  std::vector<VectorField> out;
  for (const auto& field : vector.at("fields").as_array()) {
    out.push_back({std::string(field.at("name").as_string()), std::string(field.at("category").as_string()),
                   bytes_at(field, "salt"), bytes_at(field, "value"), bytes_at(field, "commitment"),
                   static_cast<ValueType>(field.at("type").as_int64())});
  }
  return out;
}

TEST(Values, CommitmentsOfTheVectors) {
  for (const auto& vector : vectors()) {
    SCOPED_TRACE(vector.at("title").as_string().c_str());
    const std::vector<VectorField> fields = fields_of(vector);
    std::vector<CommittedField> committed;
    for (const VectorField& field : fields) {
      const Digest c = field_commitment(array_of<32>(field.salt), field.type, field.value);
      EXPECT_EQ(to_hex(view_of(c)), to_hex(field.commitment));
      committed.push_back({field.name, c});
    }
    EXPECT_EQ(to_hex(view_of(values_commitment(committed))), vector.at("values_commit").as_string().c_str());
  }
}

TEST(Values, SaltsOfTheVectors) {
  size_t checked = 0;
  for (const auto& vector : vectors()) {
    if (vector.at("title").as_string() == "salts of the client's own") continue;
    std::map<std::string, Digest> secrets;
    for (const auto& section : vector.at("sections").as_array()) {
      secrets[section.at("category").as_string().c_str()] = salt_secret(bytes_at(section, "data_key"));
    }
    const EventId event{array_of<16>(bytes_at(vector, "event"))};
    for (const VectorField& field : fields_of(vector)) {
      const ValueSalt salt = field_salt(secrets.at(field.category), event, field.name);
      EXPECT_EQ(to_hex(view_of(salt)), to_hex(field.salt));
      ++checked;
    }
  }
  EXPECT_GT(checked, 5U);
}

TEST(Values, SectionsAndBlobsOfTheVectors) {
  for (const auto& vector : vectors()) {
    SCOPED_TRACE(vector.at("title").as_string().c_str());
    const std::vector<VectorField> fields = fields_of(vector);
    const LedgerId ledger{array_of<16>(bytes_at(vector, "ledger"))};
    const EventId event{array_of<16>(bytes_at(vector, "event"))};
    const SubjectId subject{array_of<16>(bytes_at(vector, "subject"))};
    Blob blob;
    std::vector<std::string> sealed;
    const auto& sections = vector.at("sections").as_array();
    sealed.reserve(sections.size());
    for (const auto& section : sections) {
      std::vector<SaltedField> chosen;
      for (const VectorField& field : fields) {
        if (field.category != std::string_view(section.at("category").as_string())) continue;
        chosen.push_back({field.name, array_of<32>(field.salt), field.type, field.value});
      }
      const std::string plaintext = encode_section(chosen);
      EXPECT_EQ(to_hex(plaintext), section.at("plaintext").as_string().c_str());
      const auto decoded = decode_section(plaintext);
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->size(), chosen.size());
      const auto salt = array_of<32>(bytes_at(section, "salt"));
      const Digest key = section_key(bytes_at(section, "data_key"), salt);
      const std::string associated = section_associated(ledger, event, subject, static_cast<uint8_t>(sealed.size()),
                                                        sha256(bytes_at(vector, "statement")));
      EXPECT_EQ(to_hex(associated), section.at("associated").as_string().c_str());
      sealed.push_back(aead_seal(view_of(key), std::string(kAeadNonceBytes, '\0'), associated, plaintext));
      EXPECT_EQ(to_hex(sealed.back()), section.at("ct").as_string().c_str());
      blob.sections.push_back({KeyId{array_of<16>(bytes_at(section, "key_id"))}, salt, sealed.back()});
    }
    const std::string bytes = blob.sections.empty() ? "" : encode_blob(blob);
    EXPECT_EQ(to_hex(bytes), vector.at("blob").as_string().c_str());
    EXPECT_EQ(to_hex(view_of(blob_hash(bytes))), vector.at("blob_hash").as_string().c_str());
  }
}

TEST(Values, CommitmentsNeedAscendingNames) {
  const std::vector<CommittedField> repeated{{"a", {}}, {"a", {}}};
  const std::vector<CommittedField> reversed{{"b", {}}, {"a", {}}};
  EXPECT_THROW(values_commitment(repeated), Error);
  EXPECT_THROW(values_commitment(reversed), Error);
  EXPECT_TRUE(is_zero(values_commitment({})));
}

TEST(Values, AnyBitOfWhatIsCommittedToCounts) {
  const ValueSalt salt{1};
  const Digest c = field_commitment(salt, ValueType::kText, "600");
  EXPECT_NE(field_commitment(ValueSalt{2}, ValueType::kText, "600"), c);
  EXPECT_NE(field_commitment(salt, ValueType::kJson, "600"), c);
  EXPECT_NE(field_commitment(salt, ValueType::kAttachment, "600"), c);
  EXPECT_NE(field_commitment(salt, ValueType::kText, "601"), c);
}

std::string plaintext_of(std::span<const SaltedField> fields, size_t padding_to = kSectionPadding, char pad = '\0') {
  std::string out;
  append_le(out, fields.size(), 4);
  for (const SaltedField& field : fields) {
    out.push_back(static_cast<char>(field.name.size()));
    out.append(field.name).append(view_of(field.salt)).push_back(static_cast<char>(field.type));
    append_le(out, field.value.size(), 4);
    out.append(field.value);
  }
  while (out.size() % padding_to != 0) out.push_back(pad);
  return out;
}

// Whoever has a data key can seal any bytes: reading them must refuse every form that writing would not have made.
TEST(Values, HostileSections) {
  const SaltedField a{"a", {}, ValueType::kText, "1"};
  const SaltedField b{"b", {}, ValueType::kText, "2"};
  EXPECT_TRUE(decode_section(plaintext_of({{a, b}})));
  EXPECT_FALSE(decode_section(""));
  EXPECT_FALSE(decode_section(std::string(64, '\0')));  // no fields
  EXPECT_FALSE(decode_section(std::string(64, '\xff')));
  EXPECT_FALSE(decode_section(plaintext_of({{b, a}})));
  EXPECT_FALSE(decode_section(plaintext_of({{a, a}})));
  EXPECT_FALSE(decode_section(plaintext_of({{a}}, 1)));
  EXPECT_FALSE(decode_section(plaintext_of({{a}}, kSectionPadding, 'x')));
  EXPECT_FALSE(decode_section(plaintext_of({{a}}) + std::string(64, '\0')));
  EXPECT_FALSE(decode_section(plaintext_of({{SaltedField{"A", {}, ValueType::kText, "1"}}})));
  EXPECT_FALSE(decode_section(plaintext_of({{SaltedField{"a", {}, ValueType{0}, "1"}}})));
  EXPECT_FALSE(decode_section(plaintext_of({{SaltedField{"a", {}, ValueType::kText, "\xc0\x80"}}})));
  EXPECT_FALSE(decode_section(plaintext_of({{SaltedField{"a", {}, ValueType::kText, std::string(70'000, 'x')}}})));
  const std::string good = plaintext_of({{a, b}});
  for (size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(decode_section(good.substr(0, size))) << size;
}

TEST(Values, SectionsReadBackAsWritten) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    std::map<std::string, std::string> values;
    for (unsigned k = random() % 8 + 1; k > 0; --k) {
      values["f" + std::to_string(random() % 100)] =
          std::string(random() % 300, static_cast<char>('a' + random() % 26));
    }
    std::vector<SaltedField> fields;
    for (const auto& [name, value] : values) fields.push_back({name, random_array<32>(), ValueType::kText, value});
    const std::string plaintext = encode_section(fields);
    EXPECT_EQ(plaintext, plaintext_of(fields));
    const auto decoded = decode_section(plaintext);
    ASSERT_TRUE(decoded);
    ASSERT_EQ(decoded->size(), fields.size());
    for (size_t k = 0; k < fields.size(); ++k) {
      EXPECT_EQ((*decoded)[k].name, fields[k].name);
      EXPECT_EQ((*decoded)[k].salt, fields[k].salt);
      EXPECT_EQ((*decoded)[k].value, fields[k].value);
    }
  }
}

}  // namespace
}  // namespace custody
