#include "ledger/event/record.h"

#include <gtest/gtest.h>

#include "ledger/event/descriptor.h"

namespace custody {
namespace {

Statement sample_statement() {
  Statement statement;
  statement.type = "data.accessed";
  statement.id = make_event_id("urn:crm", "e-1", 1'772'440'200'123'456);
  statement.source = "urn:crm";
  statement.source_id = "e-1";
  statement.sequence = 17;
  statement.time = {1'772'440'200'123'456, 60};
  statement.actor = "person:ana";
  statement.step = "step:use";
  statement.body = "body";
  return statement;
}

Stamp sample_stamp() {
  Stamp stamp;
  stamp.received_at_us = 1'772'440'201'000'000;
  stamp.seen = 9;
  stamp.gateway = "gw-1";
  stamp.principal = "system:crm";
  stamp.method = 1;
  stamp.subject.bytes.fill(0x11);
  return stamp;
}

Seal sample_seal() {
  Seal seal;
  seal.shard = 1;
  seal.seq = 42;
  seal.sealed_at_us = 1'772'440'202'000'000;
  seal.reg = 10;
  seal.intake = 43;
  seal.prev.fill(0x22);
  return seal;
}

std::string sample_record() {
  return encode_record(sample_seal(), to_canonical(sample_stamp()) + to_canonical(sample_statement()));
}

// The grammar of docs/formats, spelled out by hand.
TEST(Record, BytesAreTheOnesOfTheFormat) {
  const std::string zeros16(32, '0');
  const std::string zeros32(64, '0');
  const std::string time_us = "40948364064c0600";
  const std::string expected =
      "43535231"
      "01000000"
      "2a00000000000000"
      "8036a064064c0600"
      "0a00000000000000"
      "2b00000000000000" +
      std::string(64, '2') +
      "43535431"
      "40f49064064c0600"
      "0900000000000000"
      "0467772d31"
      "0a73797374656d3a63726d"
      "01" +
      zeros32 + std::string(32, '1') + zeros32 +
      "43455631"
      "0d646174612e6163636573736564"
      "0100" +
      to_hex(sample_statement().id.view()) +
      "0775726e3a63726d"
      "03652d31"
      "1100000000000000" +
      time_us +
      "3c00"
      "0a706572736f6e3a616e61"
      "08737465703a757365"
      "00"
      "00" +
      zeros16 +
      "00"
      "00"
      "00" +
      zeros32 +
      "04000000"
      "626f6479";
  EXPECT_EQ(to_hex(sample_record()), expected);
  EXPECT_EQ(to_canonical(sample_seal()).size(), kSealBytes);
}

TEST(Record, DecodesIntoItsParts) {
  const std::string bytes = sample_record();
  const Record record = decode_record(bytes);
  EXPECT_EQ(record.ref(), (Ref{1, 42}));
  EXPECT_EQ(record.statement.actor, "person:ana");
  EXPECT_EQ(record.statement.time.offset_min, 60);
  EXPECT_EQ(record.stamp.principal, "system:crm");
  EXPECT_EQ(record.statement.body, "body");
  EXPECT_EQ(std::string(record.stamp_bytes) + std::string(record.statement_bytes), bytes.substr(kSealBytes));
  EXPECT_EQ(to_canonical(decode_seal(bytes)), bytes.substr(0, kSealBytes));
}

TEST(Record, EveryCutAndEveryExtensionIsRefused) {
  const std::string bytes = sample_record();
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(decode_record(std::string_view(bytes).substr(0, size)), Error) << size;
  EXPECT_THROW(decode_record(bytes + '\0'), Error);
}

// Whatever byte is changed to whatever: refused, or the spelling of another record.
TEST(Record, EveryChangedByteIsRefusedOrAnotherRecord) {
  const std::string bytes = sample_record();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const int value : {0, 1, 2, 0x7f, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      try {
        Record record = decode_record(changed);
        const std::string rest = to_canonical(record.stamp) + to_canonical(record.statement);
        ASSERT_EQ(encode_record(record.seal, rest), changed);
      } catch (const Error& error) {
        ASSERT_EQ(error.code(), ErrorCode::kRefused) << error.what();
      }
    }
  }
}

TEST(Record, IsBoundedInSize) {
  const std::string head = to_canonical(sample_stamp());
  Statement statement = sample_statement();
  const size_t overhead = kSealBytes + head.size() + to_canonical(statement).size() - statement.body.size();
  const std::string body(kMaxRecordBytes - overhead, 'x');
  statement.body = body;
  const std::string largest = encode_record(sample_seal(), head + to_canonical(statement));
  EXPECT_EQ(largest.size(), kMaxRecordBytes);
  EXPECT_EQ(decode_record(largest).statement.body.size(), body.size());
  const std::string larger = body + "x";
  statement.body = larger;
  EXPECT_THROW(encode_record(sample_seal(), head + to_canonical(statement)), Error);
}

TEST(Record, UnknownMethodIsRefused) {
  Stamp stamp = sample_stamp();
  stamp.method = 5;
  EXPECT_THROW(decode_record(encode_record(sample_seal(), to_canonical(stamp) + to_canonical(sample_statement()))),
               Error);
}

TEST(IntakeEntry, HoldsStampStatementAndBlob) {
  const std::string stamp = to_canonical(sample_stamp());
  const std::string statement = to_canonical(sample_statement());
  const std::string bytes = encode_intake(stamp, statement, "blob");
  const IntakeEntry entry = decode_intake(bytes);
  EXPECT_EQ(entry.stamp_bytes, stamp);
  EXPECT_EQ(entry.statement_bytes, statement);
  EXPECT_EQ(entry.blob, "blob");
  for (size_t size = 0; size < 4 + stamp.size() + statement.size(); ++size)
    EXPECT_THROW(decode_intake(std::string_view(bytes).substr(0, size)), Error) << size;
  EXPECT_THROW(decode_intake("\xff\xff\xff\xff" + stamp), Error);
}

TEST(LogEntry, HoldsRecordAndBlob) {
  const std::string record = sample_record();
  const std::string bytes = encode_log_entry(record, "");
  EXPECT_EQ(decode_log_entry(bytes).record, record);
  EXPECT_EQ(decode_log_entry(bytes).blob, "");
  EXPECT_EQ(decode_log_entry(encode_log_entry(record, "xyz")).blob, "xyz");
  EXPECT_THROW(decode_log_entry("\x01\0\0"), Error);
}

TEST(Blob, HashCoversEachSectionApart) {
  Blob blob;
  BlobSection section;
  section.key_id.bytes.fill(1);
  section.ciphertext = "ciphertext";
  blob.sections = {section, section};
  blob.sections[1].key_id.bytes.fill(2);
  const std::string bytes = encode_blob(blob);
  const std::string one = to_canonical(blob.sections[0]);
  const std::string two = to_canonical(blob.sections[1]);
  EXPECT_EQ(bytes, std::string("CSB1\x02\0\0\0", 8) + one + two);
  EXPECT_EQ(blob_hash(bytes), sha256({"CSB1", view_of(sha256(one)), view_of(sha256(two))}));
  Blob taken = blob;
  taken.sections[0] = take_out(taken.sections[0]);
  EXPECT_EQ(blob_hash(encode_blob(taken)), blob_hash(bytes));
  EXPECT_EQ(decode_blob(encode_blob(taken)).sections[0].salt, sha256(one));
  EXPECT_LT(encode_blob(taken).size(), bytes.size());
  taken.sections[0].salt[0] ^= 1;
  EXPECT_NE(blob_hash(encode_blob(taken)), blob_hash(bytes));
  EXPECT_TRUE(is_zero(blob_hash("")));
  EXPECT_THROW(blob_hash(encode_blob(Blob{})), Error);
  EXPECT_THROW(decode_blob(std::string("CSB1\xff\xff\xff\xff", 8)), Error);
}

// Computed with Python's hashlib from the definition.
TEST(EventId, IsMadeFromSourceAndSourceId) {
  EXPECT_EQ(to_hex(make_event_id("urn:crm", "e-1", 1'772'440'200'123'456).view()), "019cadab23bb8068996d721130213a42");
  // The time inside a UUIDv7 wins over the event's own.
  EXPECT_EQ(to_hex(make_event_id("urn:crm", "019aa5b2-7c00-7000-8000-00000000001f", 5).view()),
            "019aa5b27c008ceaba1a8012d76568bd");
  EXPECT_NE(make_event_id("urn:crm", "e-1", 0), make_event_id("urn:crme", "-1", 0));
}

TEST(OperationId, IsTheUuidOrAHash) {
  EXPECT_TRUE(make_operation_id("urn:crm", "").empty());
  EXPECT_EQ(to_text(make_operation_id("urn:crm", "019aa5b2-7c00-7000-8000-00000000001f")),
            "019aa5b2-7c00-7000-8000-00000000001f");
  EXPECT_EQ(to_hex(make_operation_id("urn:crm", "op-1").view()), "bb09211cb39b901c1d5f7a7f6bb6961b");
}

TEST(Shard, FollowsTheSubjectElseTheSourceElseTheRegistry) {
  SubjectId subject;
  subject.bytes[0] = 5;
  EXPECT_EQ(shard_of("data.accessed", subject, "urn:crm", 1), 0U);
  EXPECT_EQ(shard_of("data.accessed", subject, "urn:crm", 4), 1U + 5 % 3);
  EXPECT_EQ(shard_of("hold.placed", subject, "urn:crm", 4), 1U + 5 % 3);
  for (const char* type : {"data.accessed", "dataset.filled", "operation.closed", "source.attested"}) {
    EXPECT_EQ(shard_of(type, {}, "urn:crm", 4), 2U) << type;
    EXPECT_EQ(shard_of(type, {}, "urn:crm", 64), 50U) << type;
  }
  EXPECT_EQ(shard_of("policy.adopted", {}, "urn:crm", 64), 0U);
}

TEST(DescriptorBytes, AreCheckedWhenRead) {
  Descriptor descriptor;
  descriptor.name = "trial";
  descriptor.origin = "localhost/abc/0";
  descriptor.founders.push_back({"person:ana", {}});
  const std::string bytes = encode_descriptor(descriptor);
  const Descriptor again = decode_descriptor(bytes);
  EXPECT_EQ(encode_descriptor(again), bytes);
  EXPECT_FALSE(again.open_mode());
  EXPECT_EQ(shard_origin(again, 12), "localhost/abc/12");

  for (const uint32_t shards : {0U, 65U}) {
    descriptor.shards = shards;
    EXPECT_THROW(decode_descriptor(encode_descriptor(descriptor)), Error) << shards;
  }
  descriptor.shards = 64;
  EXPECT_NO_THROW(decode_descriptor(encode_descriptor(descriptor)));
  descriptor.hash = 2;
  EXPECT_THROW(decode_descriptor(encode_descriptor(descriptor)), Error);
}

}  // namespace
}  // namespace custody
