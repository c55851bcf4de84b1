#include "ledger/verify/sources.h"

namespace custody {
namespace {

constexpr size_t kRowsBytes = 512 * 1024;
constexpr size_t kMaxSources = 16'384;

// Bodies of source.attested and source.registered, version 1, as far as they are looked at.
struct AttestedBody {
  std::string source;
  uint64_t from = 0;
  uint64_t to = 0;
  Digest digest{};
  ByteArray<64> signature{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("source", source), field("from_sequence", from), field("to_sequence", to), field("digest", digest),
       field("signature", signature));
  }
};
struct RegisteredBody {
  std::string id;
  std::optional<std::string> label;
  std::optional<std::string> owner;
  std::optional<uint64_t> heartbeat_s;
  std::optional<PublicKey> key;
  std::optional<std::vector<std::string>> steps;
  std::optional<std::vector<std::string>> senders;
  std::vector<std::string> values;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("id", id), field("label", label), field("owner", owner), field("heartbeat_s", heartbeat_s),
       field("key", key), field("steps", steps), field("senders", senders), field("values", values));
  }
};

SourceHash hash_of_source(std::string_view source) {
  return array_of<16>(view_of(sha256(source)).substr(0, 16));
}

}  // namespace

SourceRows::SourceRows(const std::string& temp_folder)
    : statements(temp_folder, kRowsBytes), attestations(temp_folder, kRowsBytes) {}

const SourceHash& SourceRows::hash_of(std::string_view source) {
  if (source != last_name_) {
    last_name_ = source;
    last_hash_ = hash_of_source(source);
  }
  return last_hash_;
}

std::string SourceRows::take(const Record& record) {
  const Statement& statement = record.statement;
  if (statement.type == "source.attested") return take_attestation(record);
  if (statement.type == "source.registered" && record.seal.shard == 0) take_registration(record);
  if (statement.sequence > 0)
    statements.add({hash_of(statement.source), statement.sequence, record.seal.shard, record.seal.seq,
                    sha256(record.statement_bytes)});
  return {};
}

std::string SourceRows::take_attestation(const Record& record) {
  AttestedBody body;
  try {
    if (record.statement.version != 1) return "version " + std::to_string(record.statement.version);
    body = from_canonical<AttestedBody>(record.statement.body);
  } catch (const Error& error) {
    return error.what();
  }
  if (body.source != record.statement.source)
    return "stated by another source, " + std::string(record.statement.source);
  if (body.from == 0 || body.from > body.to) return "it begins behind its end, or at 0";
  const SourceHash source = hash_of(body.source);
  if (names.size() < kMaxSources) names.emplace(source, body.source);
  attestations.add(
      {source, record.seal.shard, record.seal.seq, record.seal.reg, body.from, body.to, body.digest, body.signature});
  return {};
}

void SourceRows::take_registration(const Record& record) {
  if (record.statement.version != 1 || keys.size() == kMaxSources) return;
  try {
    const auto body = from_canonical<RegisteredBody>(record.statement.body);
    keys.push_back({hash_of_source(body.id), record.seal.seq + 1, body.key});
  } catch (const Error&) {  // one that cannot be read registers nothing
  }
}

}  // namespace custody
