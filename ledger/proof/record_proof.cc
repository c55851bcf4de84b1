#include "ledger/proof/record_proof.h"

#include <algorithm>

#include "ledger/codec/canonical.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/proof/judging.h"
#include "ledger/proof/merkle.h"

namespace custody {
namespace {

using judging::Ends;
using judging::fault;
using judging::is_own;
using judging::read_or_end;

struct WithinBytes {
  std::string record;
  std::vector<Digest> path;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("record", as_bytes32(record)), field("path", path));
  }
};

struct Extra {
  Magic magic{"CSP1"};
  std::string record;
  std::optional<WithinBytes> within;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("record", as_bytes32(record)), field("within", within));
  }
};

Record read_record(const std::string& bytes) {
  return read_or_end([&] { return decode_record(bytes); }, "what it proves is no record");
}

void judge_within(const Extra& extra, const Record& leaf, ProofVerdict& verdict) {
  const Record record = read_record(extra.within->record);
  if (!is_own(leaf, LedgerRound::kType)) throw fault("the record of shard 0 that it stands on is no round");
  const auto round =
      read_or_end([&] { return from_canonical<LedgerRound>(leaf.statement.body); }, "the round in it cannot be read");
  const auto named = std::ranges::find(round.shards, record.seal.shard, &RoundShard::shard);
  const std::string name = to_text(record.ref());
  if (named == round.shards.end()) throw fault("the round does not name the shard of record " + name);
  if (!proves_inclusion(record.seal.seq, named->size, leaf_hash(extra.within->record), extra.within->path, named->root))
    throw fault("record " + name + " does not stand in its shard as the round names it");
  verdict.round = ProofVerdict::Round{round.round, round.closed_at.us, leaf.seal.seq, named->size};
  verdict.record = extra.within->record;
}

void judge(std::string_view text, std::span<const VerifierKey> trusted, ProofVerdict& verdict) {
  const auto proof = read_or_end([&] { return parse_tlog_proof(text); }, "this is no proof");
  const auto extra = read_or_end([&] { return from_canonical<Extra>(proof.extra); }, "it carries no record");
  judging::Signed found = judging::judge_note(proof.checkpoint, trusted);
  verdict.checkpoint = std::move(found.checkpoint);
  verdict.signer = std::move(found.signer);
  verdict.witnesses = std::move(found.witnesses);
  if (!proves_inclusion(proof.index, verdict.checkpoint.size, leaf_hash(extra.record), proof.path,
                        verdict.checkpoint.root))
    throw fault("its path does not lead from the record to the signed root: the record or the path was altered");
  const Record leaf = read_record(extra.record);
  if (leaf.seal.shard != 0 || leaf.seal.seq != proof.index)
    throw fault("the record at index " + std::to_string(proof.index) + " of shard 0 calls itself " +
                to_text(leaf.ref()));
  if (extra.within)
    judge_within(extra, leaf, verdict);
  else
    verdict.record = extra.record;
}

}  // namespace

std::string encode_proof_extra(std::string_view leaf_record, const std::optional<WithinShard>& within) {
  Extra extra;
  extra.record = leaf_record;
  if (within) extra.within = WithinBytes{within->record, within->path};
  return to_canonical(extra);
}

ProofVerdict judge_record_proof(std::string_view text, std::span<const VerifierKey> trusted) {
  ProofVerdict verdict;
  try {
    judge(text, trusted, verdict);
    verdict.kind = ProofVerdict::kProved;
    return verdict;
  } catch (const Ends& ends) {
    verdict = {};
    verdict.kind = ends.kind;
    verdict.reason = ends.reason;
    return verdict;
  }
}

}  // namespace custody
