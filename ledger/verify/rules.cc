// The rules of a record within its shard (docs/formats/log.md, "Rules").
#include <algorithm>

#include "ledger/verify/shard.h"

namespace custody {
namespace {

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

// Bodies of sealer.started, version 1.
struct TermBody {
  uint64_t term = 0;
  ByteArray<16> intake{};
  uint64_t from = 0;
  std::string build;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("term", term), field("intake", intake), field("from", from), field("build", build));
  }
};

RoundBody read_round(const Record& record, uint32_t shards) {
  if (record.statement.version != 1)
    throw Error(ErrorCode::kRefused, "version " + std::to_string(record.statement.version));
  auto body = from_canonical<RoundBody>(record.statement.body);
  if (!is_time(body.closed_at_us) || (body.anchor && !is_time(body.anchor->witnessed_at_us)))
    throw Error(ErrorCode::kRefused, "a time that is not of 1970 to 9999");
  if (body.anchor && (body.anchor->round == 0 || body.anchor->round >= body.round))
    throw Error(ErrorCode::kRefused, "an anchor that is no earlier round");
  for (size_t i = 0; i < body.shards.size(); ++i)
    if (body.shards[i].shard != i + 1) throw Error(ErrorCode::kRefused, "shards out of order");
  if (body.shards.size() + 1 != shards)
    throw Error(ErrorCode::kRefused, std::to_string(body.shards.size()) + " shards besides shard 0");
  return body;
}

struct BlobFacts {
  Digest hash{};  // SHA-256("CSB1" ‖ SHA-256(section) ...)
  size_t sections = 0;
  size_t taken_out = 0;  // of them: an empty ciphertext, and in the salt's place the hash of what stood there
};

// nullopt when the bytes are no blob.
std::optional<BlobFacts> facts_of_blob(std::string_view blob) {
  CanonicalReader reader(blob);
  try {
    if (reader.raw(4) != "CSB1") return std::nullopt;
    BlobFacts facts;
    facts.sections = reader.count();
    if (facts.sections == 0) return std::nullopt;
    std::string hashes = "CSB1";
    for (size_t i = 0; i < facts.sections; ++i) {
      const size_t begin = reader.offset();
      reader.raw(16);
      const std::string_view salt = reader.raw(32);
      if (reader.sized(4, false).empty()) {
        ++facts.taken_out;
        hashes += salt;
      } else {
        hashes += view_of(sha256(blob.substr(begin, reader.offset() - begin)));
      }
    }
    reader.expect_end();
    facts.hash = sha256(hashes);
    return facts;
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool stands_anywhere(std::string_view type) {
  return type == "sealer.started" || type == "event.conflicted" || type == "event.refused";
}

// What nobody but the sealer makes, for the place where it stands.
bool made_by_sealer(std::string_view type) {
  return type == "ledger.created" || type == "ledger.round" || stands_anywhere(type);
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
  const bool sealers = made_by_sealer(statement.type);
  const bool named_own = statement.source.starts_with("custody:");
  const bool in_process = record.stamp.method == static_cast<uint8_t>(Method::kInProcess);
  if (!sealers && !named_own) return;
  const std::string source_id =
      sealers ? std::string(statement.type) + ":" + to_text(record.ref()) : std::string(statement.source_id);
  if (!named_own || !in_process || statement.actor != "system:custody" || statement.source_id != source_id)
    fault(FaultKind::kOwn, "made by the ledger itself, as " + source_id,
          std::string(statement.source) + ", " + std::string(statement.source_id));
}

void ShardVerifier::check_seal(const Record& record) {
  const Seal& seal = record.seal;
  check_sealed_at(seal);
  check_reg(seal);
  if (record.stamp.seen > seal.reg)
    fault(FaultKind::kSeen, "at most reg, " + std::to_string(seal.reg), std::to_string(record.stamp.seen));
  const bool anew = begins_intake(record);
  if (seal.seq > 0 && seal.intake < last_.intake && !anew)
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

// Whether the record begins a term on another intake than the term before.
bool ShardVerifier::begins_intake(const Record& record) {
  if (record.statement.type != "sealer.started") return false;
  TermBody body;
  try {
    if (record.statement.version != 1) throw Error(ErrorCode::kRefused, "another version");
    body = from_canonical<TermBody>(record.statement.body);
  } catch (const Error& error) {
    fault(FaultKind::kTerm, "the beginning of a term", error.what());
    return false;
  }
  if (body.term != term_ + 1 || body.from != record.seal.intake)
    fault(FaultKind::kTerm,
          "term " + std::to_string(term_ + 1) + " from intake position " + std::to_string(record.seal.intake),
          "term " + std::to_string(body.term) + " from " + std::to_string(body.from));
  const bool another = intake_id_ != body.intake;
  term_ = body.term;
  intake_id_ = body.intake;
  return another;
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
  if (std::string wrong = sources_.take(record); !wrong.empty())
    fault(FaultKind::kAttestedForm, "an attestation of the source that states it", std::move(wrong));
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
    return fault(FaultKind::kBlobMissing, "a blob with the hash " + to_base64(view_of(stamped)), "none");
  }
  const auto facts = facts_of_blob(blob);
  if (!facts || facts->hash != stamped) {
    ++counts.blobs_altered;
    return fault(FaultKind::kBlobAltered, "the hash " + to_base64(view_of(stamped)),
                 facts ? "the hash " + to_base64(view_of(facts->hash)) : "no blob's form");
  }
  if (facts->taken_out == 0) {
    ++counts.blobs_present;
    return;
  }
  ++counts.blobs_missing;
  fault(FaultKind::kBlobMissing, std::to_string(facts->sections) + " sections",
        std::to_string(facts->sections - facts->taken_out));
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
  if (body.closed_at_us != record.seal.sealed_at_us)
    fault(FaultKind::kRoundTime, to_rfc3339(record.seal.sealed_at_us), to_rfc3339(body.closed_at_us));
  ++counts.rounds;
  counts.last_round = body.round;
  facts_.named_before = facts_.named_last;
  for (const RoundEntry& entry : body.shards) {
    uint64_t& last = round_sizes_[entry.shard];
    if (entry.size < last) {
      fault(FaultKind::kRoundSize,
            "at least " + std::to_string(last) + " records on shard " + std::to_string(entry.shard),
            std::to_string(entry.size));
      continue;
    }
    last = facts_.named_last[entry.shard] = entry.size;
    round_claims.push_back({entry.shard, {entry.size, record.seal.seq, entry.root, {}, RootClaim::kRound}});
  }
}

}  // namespace custody
