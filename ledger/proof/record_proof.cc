#include "ledger/proof/record_proof.h"

#include <algorithm>

#include "ledger/codec/canonical.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/proof/merkle.h"

namespace custody {
namespace {

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

// How judging ends early: with a kind and a sentence.
struct Ends {
  ProofVerdict::Kind kind;
  std::string reason;
};

template <class Call>
auto read_or_end(Call call, const std::string& what) {
  try {
    return call();
  } catch (const Error& error) {
    throw Ends{ProofVerdict::kNoEvidence, what + ": " + error.what()};
  }
}

Ends fault(const std::string& what) {
  return {ProofVerdict::kFault, what};
}

void judge_signature(const SignedNote& note, std::span<const VerifierKey> trusted, ProofVerdict& verdict) {
  const std::string& origin = verdict.checkpoint.origin;
  bool known_log = false;
  for (const VerifierKey& key : trusted) {
    if (key.type != VerifierKey::kEd25519 || key.name != origin) continue;
    known_log = true;
    const NoteState state = note_state(note, key);
    if (state == NoteState::kWrong)
      throw fault("the signature of " + key.name + " does not hold: the checkpoint was altered");
    if (state == NoteState::kSigned) verdict.signer = key.text();
  }
  if (!known_log)
    throw Ends{ProofVerdict::kOtherLedger, "it is of the ledger " + origin + ", for which no key is trusted here"};
  if (verdict.signer.empty())
    throw Ends{ProofVerdict::kUnknownSigner, "it is signed by a key of " + origin + " that is not trusted here"};
  for (const VerifierKey& key : trusted)
    if (const auto time = cosigned_at(note, key)) verdict.witnesses.push_back({key.name, *time});
}

Record read_record(const std::string& bytes) {
  return read_or_end([&] { return decode_record(bytes); }, "what it proves is no record");
}

// Records of the ledger itself (docs/formats/record.md) are nobody else's to state.
bool is_own_round(const Record& record) {
  return record.statement.type == LedgerRound::kType && record.statement.source.starts_with("custody:");
}

void judge_within(const Extra& extra, const Record& leaf, ProofVerdict& verdict) {
  const Record record = read_record(extra.within->record);
  if (!is_own_round(leaf)) throw fault("the record of shard 0 that it stands on is no round");
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
  const auto note = read_or_end([&] { return parse_note(proof.checkpoint); }, "its checkpoint cannot be read");
  verdict.checkpoint = read_or_end([&] { return checkpoint_of(note); }, "its checkpoint cannot be read");
  const auto extra = read_or_end([&] { return from_canonical<Extra>(proof.extra); }, "it carries no record");
  judge_signature(note, trusted, verdict);
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
