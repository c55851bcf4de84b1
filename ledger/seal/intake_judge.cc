#include "ledger/seal/intake_judge.h"

#include <algorithm>

#include "ledger/event/vocabulary.h"
#include "ledger/seal/own_records.h"

namespace custody {
namespace {

std::string refusal_of(const IntakeEntry& entry, uint32_t shard, uint32_t shards) {
  const Statement& statement = entry.statement;
  if (kSealBytes + entry.stamp_and_statement.size() > kMaxRecordBytes) return "too-long";
  if (entry.blob.size() > kMaxBlobBytes) return "too-long";
  if (!UriRule::ok(statement.source) || !SourceIdRule::ok(statement.source_id)) return "malformed";
  if (made_by_sealer(statement.type)) return "own-type";
  if (statement.id != make_event_id(statement.source, statement.source_id, statement.time.us)) return "wrong-id";
  if (shard_of(statement.type, entry.stamp.subject, statement.source, shards) != shard) return "wrong-shard";
  const bool in_process = entry.stamp.method == static_cast<uint8_t>(Method::kInProcess);
  if (is_own(statement) && (!in_process || statement.actor != "system:custody")) return "own-source";
  if (is_zero(statement.values_commit) != is_zero(entry.stamp.blob)) return "values-mismatch";
  try {
    if (blob_hash(entry.blob) != entry.stamp.blob) return "blob-mismatch";
    if (entry.blob.empty()) return {};
    const Blob blob = decode_blob(entry.blob);
    if (std::ranges::any_of(blob.sections, &BlobSection::taken_out)) return "blob-mismatch";
  } catch (const Error&) {
    return "blob-mismatch";
  }
  return {};
}

}  // namespace

IntakeJudgement judge_intake(std::string_view bytes, uint32_t shard, uint32_t shards) {
  IntakeJudgement judgement;
  try {
    judgement.entry = decode_intake(bytes);
  } catch (const Error&) {
    judgement.refusal = "malformed";
    judgement.statement = sha256(bytes);
    return judgement;
  }
  judgement.statement = sha256(judgement.entry->statement_bytes);
  judgement.refusal = refusal_of(*judgement.entry, shard, shards);
  return judgement;
}

ByteArray<16> half_digest(const Digest& digest) {
  ByteArray<16> half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return half;
}

Repetition judge_repetition(const std::optional<IdIndex::Entry>& known, const Digest& statement) {
  if (!known) return Repetition::kNew;
  return known->statement == half_digest(statement) ? Repetition::kRepeat : Repetition::kConflict;
}

}  // namespace custody
