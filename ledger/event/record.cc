#include "ledger/event/record.h"

namespace custody {
namespace {

template <class T>
T read_part(CanonicalReader& reader) {
  T part;
  reader(part);
  return part;
}

Seal read_seal(CanonicalReader& reader) {
  auto seal = read_part<Seal>(reader);
  if (!is_time(seal.sealed_at_us)) reader.fail("sealed_at is not of 1970 to 9999");
  return seal;
}

Stamp read_stamp(CanonicalReader& reader) {
  auto stamp = read_part<Stamp>(reader);
  if (!is_time(stamp.received_at_us)) reader.fail("received_at is not of 1970 to 9999");
  if (stamp.method > static_cast<uint8_t>(Method::kSigned)) reader.fail("an unknown method of authentication");
  return stamp;
}

// Length-prefixed first part and the rest.
std::pair<std::string_view, std::string_view> split(std::string_view bytes) {
  CanonicalReader reader(bytes);
  const std::string_view first = reader.sized(4, false);
  return {first, reader.raw(reader.left())};
}

std::string join(std::string_view first, std::string_view second, std::string_view rest) {
  std::string out;
  out.reserve(4 + first.size() + second.size() + rest.size());
  append_le(out, first.size() + second.size(), 4);
  return out.append(first).append(second).append(rest);
}

std::string section_bytes(BlobSection section) {
  return to_canonical(section);
}

}  // namespace

Record decode_record(std::string_view bytes) {
  if (bytes.size() > kMaxRecordBytes)
    throw Error(ErrorCode::kRefused, "a record of " + std::to_string(bytes.size()) + " bytes");
  CanonicalReader reader(bytes);
  Record record;
  record.bytes = bytes;
  record.seal = read_seal(reader);
  record.stamp = read_stamp(reader);
  const size_t statement_at = reader.offset();
  record.statement = read_part<Statement>(reader);
  reader.expect_end();
  record.stamp_bytes = bytes.substr(kSealBytes, statement_at - kSealBytes);
  record.statement_bytes = bytes.substr(statement_at);
  return record;
}

Seal decode_seal(std::string_view bytes) {
  CanonicalReader reader(bytes.substr(0, kSealBytes));
  return read_seal(reader);
}

std::string encode_record(const Seal& seal, std::string_view stamp_and_statement) {
  if (kSealBytes + stamp_and_statement.size() > kMaxRecordBytes)
    throw Error(ErrorCode::kRefused, "a record of " + std::to_string(kSealBytes + stamp_and_statement.size()) +
                                         " bytes where " + std::to_string(kMaxRecordBytes) + " are allowed");
  if (!is_time(seal.sealed_at_us)) throw Error(ErrorCode::kRefused, "a record sealed at no time of 1970 to 9999");
  std::string out;
  out.reserve(kSealBytes + stamp_and_statement.size());
  CanonicalWriter writer(out);
  writer(seal);
  return out.append(stamp_and_statement);
}

std::string encode_intake(std::string_view stamp, std::string_view statement, std::string_view blob) {
  return join(stamp, statement, blob);
}

IntakeEntry decode_intake(std::string_view bytes) {
  IntakeEntry entry;
  std::tie(entry.stamp_and_statement, entry.blob) = split(bytes);
  CanonicalReader reader(entry.stamp_and_statement);
  entry.stamp = read_stamp(reader);
  const size_t statement_at = reader.offset();
  entry.statement = read_part<Statement>(reader);
  reader.expect_end();
  entry.stamp_bytes = entry.stamp_and_statement.substr(0, statement_at);
  entry.statement_bytes = entry.stamp_and_statement.substr(statement_at);
  return entry;
}

std::string encode_log_entry(std::string_view record, std::string_view blob) {
  return join(record, {}, blob);
}

LogEntry decode_log_entry(std::string_view bytes) {
  const auto [record, blob] = split(bytes);
  return {record, blob};
}

std::string encode_blob(const Blob& blob) {
  return to_canonical(blob);
}

Blob decode_blob(std::string_view bytes) {
  return from_canonical<Blob>(bytes);
}

Digest blob_hash(std::string_view blob_bytes) {
  if (blob_bytes.empty()) return Digest{};
  const Blob blob = decode_blob(blob_bytes);
  if (blob.sections.empty()) throw Error(ErrorCode::kRefused, "a blob without sections");
  std::string all = "CSB1";
  for (const BlobSection& section : blob.sections)
    all += view_of(section.taken_out() ? section.salt : sha256(section_bytes(section)));
  return sha256(all);
}

BlobSection take_out(const BlobSection& section) {
  if (section.taken_out()) return section;
  return {section.key_id, sha256(section_bytes(section)), {}};
}

EventId make_event_id(std::string_view source, std::string_view source_id, int64_t time_us) {
  uint64_t ms = static_cast<uint64_t>(time_us) / 1000;
  const auto uuid = parse_uuid(source_id);
  if (uuid && ((*uuid)[6] >> 4) == 7 && ((*uuid)[8] >> 6) == 2) {
    ms = 0;
    for (size_t i = 0; i < 6; ++i) ms = ms << 8 | (*uuid)[i];
  }
  const Digest hash = sha256({source, std::string_view("\0", 1), source_id});
  EventId id;
  for (size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  // 74 bits in order: 12 behind the version, 62 behind the variant.
  id.bytes[6] = static_cast<uint8_t>(0x80 | hash[0] >> 4);
  id.bytes[7] = static_cast<uint8_t>(hash[0] << 4 | hash[1] >> 4);
  id.bytes[8] = static_cast<uint8_t>(0x80 | (hash[1] & 0x0f) << 2 | hash[2] >> 6);
  for (size_t i = 9; i < 16; ++i) id.bytes[i] = static_cast<uint8_t>(hash[i - 7] << 2 | hash[i - 6] >> 6);
  return id;
}

OperationId make_operation_id(std::string_view source, std::string_view text) {
  OperationId id;
  if (text.empty()) return id;
  if (const auto uuid = parse_uuid(text)) {
    id.bytes = *uuid;
    return id;
  }
  const Digest hash = sha256({source, std::string_view("\0", 1), text});
  std::memcpy(id.bytes.data(), hash.data(), id.bytes.size());
  return id;
}

uint32_t shard_of(std::string_view type, const SubjectId& subject, std::string_view source, uint32_t shards) {
  if (shards <= 1) return 0;
  const auto spread = [&](std::string_view bytes) {
    return static_cast<uint32_t>(1 + read_le(bytes, 0, 8) % (shards - 1));
  };
  if (!subject.empty()) return spread(subject.view());
  const bool by_source = type.starts_with("data.") || type.starts_with("dataset.") || type == "operation.closed" ||
                         type == "source.attested";
  return by_source ? spread(view_of(sha256(source))) : 0;
}

}  // namespace custody
