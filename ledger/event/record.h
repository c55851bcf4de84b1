// What is hashed: a record is seal ‖ stamp ‖ statement (docs/formats/record.md has the grammar byte by byte).
//
//   statement  what the source says happened                         "CEV1"
//   stamp      what the gateway knows of who said it and when        "CST1"
//   seal       where the sealer put it, and what stands before it    "CSR1", 72 bytes
//
// Views point into the bytes they were decoded from and live as long as these.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"
#include "ledger/base/time.h"
#include "ledger/codec/canonical.h"

namespace custody {

inline constexpr size_t kMaxRecordBytes = 65'535;
inline constexpr size_t kSealBytes = 72;
inline constexpr size_t kMaxBodyBytes = size_t{32} * 1024;  // what may be long is a value, in the blob
inline constexpr size_t kMaxBlobBytes = size_t{1} << 20;    // so that a Kafka message can hold record and blob
inline constexpr size_t kMaxShards = 64;

struct Statement {
  Magic magic{"CEV1"};
  std::string_view type;
  uint16_t version = 1;
  EventId id;
  std::string_view source;
  std::string_view source_id;
  uint64_t sequence = 0;  // the source's own count from 1; 0 = none
  Instant time;
  std::string_view actor;
  std::string_view step;
  std::string_view grant;
  std::string_view purpose;
  OperationId operation;
  std::string_view device;
  std::string_view place;
  std::string_view traceparent;
  Digest values_commit{};  // zeros = no values (ledger/event/values.h)
  std::string_view body;   // canonical bytes of the type's struct

  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("type", type), field("version", version), field("id", id), field("source", source),
       field("source_id", source_id), field("sequence", sequence), field("time", time), field("actor", actor),
       field("step", step), field("grant", grant), field("purpose", purpose), field("operation", operation),
       field("device", device), field("place", place), field("traceparent", traceparent),
       field("values_commit", values_commit), field("body", as_bytes32(body)));
  }
};

// How the sender was authenticated.
enum class Method : uint8_t { kOpen = 0, kToken = 1, kCertificate = 2, kInProcess = 3, kSigned = 4 };

struct Stamp {
  Magic magic{"CST1"};
  int64_t received_at_us = 0;
  uint64_t seen = 0;  // registry size the gateway judged the event at
  std::string_view gateway;
  std::string_view principal;
  uint8_t method = 0;   // Method
  Digest credential{};  // SHA-256 of token id or certificate; zeros in open mode
  SubjectId subject;
  Digest blob{};  // blob_hash(); zeros = none

  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("received_at", received_at_us), field("seen", seen), field("gateway", gateway),
       field("principal", principal), field("method", method), field("credential", credential),
       field("subject", subject), field("blob", blob));
  }
};

struct Seal {
  Magic magic{"CSR1"};
  uint32_t shard = 0;
  uint64_t seq = 0;
  int64_t sealed_at_us = 0;
  uint64_t reg = 0;     // registry records (shard 0) verified by the sealer at this moment; on shard 0: seq
  uint64_t intake = 0;  // position after the intake entry consumed
  Digest prev{};        // leaf of the record before; of record 0: SHA-256(descriptor)

  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("shard", shard), field("seq", seq), field("sealed_at", sealed_at_us), field("reg", reg),
       field("intake", intake), field("prev", prev));
  }
};

// A decoded record and the ranges of its parts.
struct Record {
  Seal seal;
  Stamp stamp;
  Statement statement;
  std::string_view bytes;
  std::string_view stamp_bytes;
  std::string_view statement_bytes;
  Ref ref() const { return {seal.shard, seal.seq}; }
};

// Error kRefused when the bytes are not one record in canonical form.
Record decode_record(std::string_view bytes);
// The seal alone, from the first 72 bytes.
Seal decode_seal(std::string_view bytes);
// Error kRefused when the record would be longer than kMaxRecordBytes.
std::string encode_record(const Seal& seal, std::string_view stamp_and_statement);

// One entry of the intake: u32 length of stamp ‖ statement, stamp, statement, blob (possibly empty).
struct IntakeEntry {
  std::string_view stamp_and_statement;
  std::string_view stamp_bytes;
  std::string_view statement_bytes;
  Stamp stamp;
  Statement statement;
  std::string_view blob;
};
std::string encode_intake(std::string_view stamp, std::string_view statement, std::string_view blob);
IntakeEntry decode_intake(std::string_view bytes);  // kRefused

// One entry of the sealed log as a Kafka message value: u32 length of the record, record, blob.
struct LogEntry {
  std::string_view record;
  std::string_view blob;
};
std::string encode_log_entry(std::string_view record, std::string_view blob);
LogEntry decode_log_entry(std::string_view bytes);  // kRefused

// The blob that goes with a record, and the digest of it that the stamp holds (zeros for no sections):
// SHA-256("CSB1" ‖ SHA-256(section) ...), so that one section can be erased and the others still be checked.
struct BlobSection {
  KeyId key_id;
  ByteArray<32> salt{};         // of a section that was taken out: SHA-256 of what stood there
  std::string_view ciphertext;  // with its 16-byte tag; empty: the section was taken out

  bool taken_out() const { return ciphertext.empty(); }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("key_id", key_id), field("salt", salt), field("ct", as_bytes32(ciphertext)));
  }
};
struct Blob {
  Magic magic{"CSB1"};
  std::vector<BlobSection> sections;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("sections", sections));
  }
};
std::string encode_blob(const Blob& blob);
Blob decode_blob(std::string_view bytes);       // kRefused
Digest blob_hash(std::string_view blob_bytes);  // kRefused when the bytes are no blob; zeros when they are empty
// The section that stands in another's place, so that the blob keeps its hash.
BlobSection take_out(const BlobSection& section);

// The id of an event (UUIDv8, RFC 9562): 48 bits of milliseconds (of the source's id when it is a UUIDv7, else of
// `time_us`), and 74 bits of SHA-256(source ‖ 0 ‖ source_id).
EventId make_event_id(std::string_view source, std::string_view source_id, int64_t time_us);
// The text's own bytes when it is a UUID, else the first 16 of SHA-256(source ‖ 0 ‖ text); zeros when empty.
OperationId make_operation_id(std::string_view source, std::string_view text);

// The shard an event belongs to in a ledger of `shards` shards.
uint32_t shard_of(std::string_view type, const SubjectId& subject, std::string_view source, uint32_t shards);

}  // namespace custody
