// The rules of a record within its shard (docs/formats/log.md, "Rules").
#include <algorithm>

#include "ledger/verify/shard.h"

namespace custody {
namespace {

std::string text_of(const Digest& digest) {
  return to_base64(view_of(digest));
}

// Bodies of ledger.round, version 1.
struct RoundEntry {
  uint32_t shard = 0;
  uint64_t size = 0;
  Digest root{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("shard", shard), field("size", size), field("root", root));
  }
};
struct RoundAnchorBody {
  uint64_t round = 0;
  Digest note_sha256{};
  int64_t witnessed_at_us = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("round", round), field("note_sha256", note_sha256), field("witnessed_at", witnessed_at_us));
  }
};
struct RoundBody {
  uint64_t round = 0;
  int64_t closed_at_us = 0;
  std::vector<RoundEntry> shards;
  std::optional<RoundAnchorBody> anchor;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("round", round), field("closed_at", closed_at_us), field("shards", shards), field("anchor", anchor));
  }
};

RoundBody read_round(const Record& record, uint32_t shards) {
  if (record.statement.version != 1)
    throw Error(ErrorCode::kRefused, "version " + std::to_string(record.statement.version));
  auto body = from_canonical<RoundBody>(record.statement.body);
  if (body.closed_at_us < 0 || (body.anchor && body.anchor->witnessed_at_us < 0))
    throw Error(ErrorCode::kRefused, "a time before 1970");
  for (size_t i = 0; i < body.shards.size(); ++i)
    if (body.shards[i].shard != i + 1) throw Error(ErrorCode::kRefused, "shards out of order");
  if (body.shards.size() + 1 != shards)
    throw Error(ErrorCode::kRefused, std::to_string(body.shards.size()) + " shards besides shard 0");
  return body;
}

// SHA-256("CSB1" ‖ SHA-256(section) ...); nullopt when the bytes are no blob.
std::optional<Digest> hash_of_blob(std::string_view blob) {
  constexpr size_t kSectionHead = 16 + 32;
  CanonicalReader reader(blob);
  try {
    if (reader.raw(4) != "CSB1") return std::nullopt;
    const size_t count = reader.count();
    if (count == 0) return std::nullopt;
    std::string hashes = "CSB1";
    for (size_t i = 0; i < count; ++i) {
      const size_t begin = reader.offset();
      reader.raw(kSectionHead);
      reader.sized(4, false);
      hashes += view_of(sha256(blob.substr(begin, reader.offset() - begin)));
    }
    reader.expect_end();
    return sha256(hashes);
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool stands_anywhere(std::string_view type) {
  return type == "sealer.started" || type == "event.conflicted" || type == "event.refused";
}

}  // namespace

void ShardVerifier::check_first(const Record& record) {
  const uint64_t seq = record.seal.seq;
  const std::string_view type = record.statement.type;
  const bool created = shard_ == 0 && seq == 0;
  const bool started = seq == (shard_ == 0 ? 1u : 0u);
  if (created && type == "ledger.created" && record.statement.body != facts_.descriptor_bytes)
    fault(FaultKind::kDescriptor, "the descriptor of this ledger", "another in the body of ledger.created");
  if (created != (type == "ledger.created"))
    fault(FaultKind::kFirst, created ? "ledger.created" : "another type", std::string(type));
  if (started && type != "sealer.started") fault(FaultKind::kFirst, "sealer.started", std::string(type));
}

void ShardVerifier::check_own(const Record& record) {
  const Statement& statement = record.statement;
  const std::string_view type = statement.type;
  if (type != "ledger.created" && type != "ledger.round" && type != "sealer.started") return;
  const std::string source_id = std::string(type) + ":" + to_text(record.ref());
  if (!statement.source.starts_with("custody:") || statement.actor != "system:custody" ||
      record.stamp.method != static_cast<uint8_t>(Method::kInProcess) || statement.source_id != source_id)
    fault(FaultKind::kOwn, "made by the ledger itself, as " + source_id,
          std::string(statement.source) + ", " + std::string(statement.source_id));
}

void ShardVerifier::check_seal(const Record& record) {
  const Seal& seal = record.seal;
  check_sealed_at(seal);
  check_reg(seal);
  if (record.stamp.seen > seal.reg)
    fault(FaultKind::kSeen, "at most reg, " + std::to_string(seal.reg), std::to_string(record.stamp.seen));
  if (seal.seq > 0 && seal.intake < last_.intake && record.statement.type != "sealer.started")
    fault(FaultKind::kIntake, "at least " + std::to_string(last_.intake), std::to_string(seal.intake));
}

void ShardVerifier::check_sealed_at(const Seal& seal) {
  if (seal.seq == 0 || seal.sealed_at_us >= last_.sealed_at_us) return;
  if (shard_ != 0)
    falls_.push({seal.seq, last_.sealed_at_us, seal.sealed_at_us, seal.reg});
  else if (!clock_stepped_)
    fault(FaultKind::kSealedAt, "not before " + to_rfc3339(last_.sealed_at_us), to_rfc3339(seal.sealed_at_us));
}

void ShardVerifier::check_reg(const Seal& seal) {
  if (shard_ == 0) {
    if (seal.reg != seal.seq) fault(FaultKind::kReg, "seq, " + std::to_string(seal.seq), std::to_string(seal.reg));
    return;
  }
  if (seal.seq > 0 && seal.reg == last_.reg) return;
  if (seal.seq > 0 && seal.reg < last_.reg)
    fault(FaultKind::kReg, "at least " + std::to_string(last_.reg), std::to_string(seal.reg));
  if (seal.reg > highest_reg_) highest_reg_ = seal.reg;
  const uint64_t registry = facts_.registry_size;
  while (!reaches_.empty() && reaches_.front().reg <= registry) reaches_.drop_front();
  if (seal.reg > registry) reaches_.push({seal.seq, seal.reg});
}

void ShardVerifier::check_statement(const Record& record) {
  const Statement& statement = record.statement;
  const EventId id = make_event_id(statement.source, statement.source_id, statement.time.us);
  if (id != statement.id) fault(FaultKind::kId, to_text(id), to_text(statement.id));
  const uint32_t right = right_shard(record);
  if (right != shard_) fault(FaultKind::kShardOf, std::to_string(right), std::to_string(shard_));
  if (is_zero(statement.values_commit) != is_zero(record.stamp.blob))
    fault(FaultKind::kValues, "values_commit and blob both or neither",
          is_zero(record.stamp.blob) ? "values_commit alone" : "blob alone");
  if (statement.type == "source.attested") ++counts.attestations;
}

uint32_t ShardVerifier::right_shard(const Record& record) {
  const Statement& statement = record.statement;
  const uint32_t shards = facts_.descriptor.shards;
  if (stands_anywhere(statement.type)) return shard_;
  // Without a subject the source's hash decides, and sources come in stretches.
  if (shards == 1 || !record.stamp.subject.empty() || !statement.type.starts_with("data."))
    return shard_of(statement.type, record.stamp.subject, statement.source, shards);
  if (statement.source != last_source_ || last_source_shard_ == 0) {
    last_source_ = statement.source;
    last_source_shard_ = shard_of(statement.type, {}, statement.source, shards);
  }
  return last_source_shard_;
}

void ShardVerifier::check_blob(const Record& record, std::string_view blob) {
  const Digest& stamped = record.stamp.blob;
  if (is_zero(stamped)) {
    if (blob.empty()) return;
    ++counts.blobs_altered;
    return fault(FaultKind::kBlobAltered, "no blob", std::to_string(blob.size()) + " bytes");
  }
  if (blob.empty()) {
    ++counts.blobs_missing;
    return fault(FaultKind::kBlobMissing, "a blob with the hash " + text_of(stamped), "none");
  }
  const auto hash = hash_of_blob(blob);
  if (hash == stamped) {
    ++counts.blobs_present;
    return;
  }
  ++counts.blobs_altered;
  fault(FaultKind::kBlobAltered, "the hash " + text_of(stamped),
        hash ? "the hash " + text_of(*hash) : "no blob's form");
}

void ShardVerifier::check_round(const Record& record) {
  if (shard_ != 0 || record.statement.type != "ledger.round") return;
  RoundBody body;
  try {
    body = read_round(record, facts_.descriptor.shards);
  } catch (const Error& error) {
    return fault(FaultKind::kRoundForm, "a round of this ledger", error.what());
  }
  if (body.round != counts.last_round + 1)
    fault(FaultKind::kRoundNumber, std::to_string(counts.last_round + 1), std::to_string(body.round));
  ++counts.rounds;
  counts.last_round = body.round;
  for (const RoundEntry& entry : body.shards) {
    uint64_t& last = round_sizes_[entry.shard];
    if (entry.size < last) {
      fault(FaultKind::kRoundSize,
            "at least " + std::to_string(last) + " records on shard " + std::to_string(entry.shard),
            std::to_string(entry.size));
      continue;
    }
    last = entry.size;
    round_claims.push_back({entry.shard, {entry.size, record.seal.seq, entry.root, {}, RootClaim::kRound}});
  }
}

}  // namespace custody
