// R-J4: what is handed out of a ledger and altered on the way, or made to deceive, convinces no reader who holds the
// ledger's key and a policy of their own; what was done is named.
#include "tests/unit/attack/handed.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "ledger/base/file.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/event/body.h"
#include "ledger/proof/bundle_judge.h"
#include "ledger/proof/policy.h"
#include "ledger/proof/record_proof.h"
#include "ledger/proof/tile_check.h"
#include "tests/reference/log_maker.h"
#include "tests/unit/attack/small_ledger.h"
#include "tests/unit/attack/tiles_in_memory.h"
#include "tests/unit/base/temp_folder.h"
#include "tests/unit/proof/naive_tree.h"
#include "tools/attack/attack.h"
#include "tools/attack/forge.h"
#include "tools/witness/witness.h"

namespace custody {
namespace {

using Random = std::mt19937_64;
using Said = std::set<std::string>;

uint64_t below(Random& random, uint64_t end) {
  return random() % end;
}
void flip_one(Random& random, std::string& bytes) {
  char& byte = bytes[below(random, bytes.size())];
  byte = static_cast<char>(static_cast<uint8_t>(byte) ^ (1 + below(random, 255)));
}
Ed25519PrivateKey key_named(const std::string& name) {
  return Ed25519PrivateKey::from_seed(view_of(sha256(name)));
}
LogCopy a_ledger(Random& random) {
  return small_ledger(random(), static_cast<uint32_t>(1 + below(random, 4)));
}

// --- proofs of a record
// -----------------------------------------------------------------------------------------------
struct ProofParts {
  TlogProof proof;
  std::string leaf;  // the record of shard 0
  std::optional<WithinShard> within;

  std::string& record() { return within ? within->record : leaf; }
  std::string text() {
    proof.extra = encode_proof_extra(leaf, within);
    return tlog_proof_text(proof);
  }
};

// The newest round of shard 0 that has the record under it.
std::pair<uint64_t, uint64_t> round_over(const LogCopy& log, Ref at) {
  for (uint64_t seq = log.shards[0].signed_size(); seq-- > 0;) {
    const Record record = decode_record(log.shards[0].entries[seq].record);
    if (record.statement.type != LedgerRound::kType) continue;
    for (const RoundShard& named : decode_body<LedgerRound>(record.statement.body).shards)
      if (named.shard == at.shard && named.size > at.seq) return {seq, named.size};
  }
  throw Error(ErrorCode::kNotFound, "no round names " + to_text(at));
}

ProofParts a_proof(Random& random, const LogCopy& log) {
  const auto shard = static_cast<uint32_t>(below(random, log.shards.size()));
  const Ref at{shard, below(random, log.shards[shard].signed_size())};
  const CopiedShard& first = log.shards[0];
  const uint64_t size = first.signed_size();
  const auto [leaf, inner] = shard == 0 ? std::pair{at.seq, uint64_t{0}} : round_over(log, at);
  ProofParts parts;
  parts.proof.index = leaf;
  parts.proof.path = naive::inclusion(leaf, leaves(first, size));
  parts.proof.checkpoint = first.notes.at(size);
  parts.leaf = first.entries[leaf].record;
  if (shard != 0)
    parts.within = WithinShard{log.shards[shard].entries[at.seq].record,
                               naive::inclusion(at.seq, leaves(log.shards[shard], inner))};
  return parts;
}

std::string words_of(ProofVerdict::Kind kind) {
  switch (kind) {
    case ProofVerdict::kProved:
      return "proved";
    case ProofVerdict::kFault:
      return "a fault";
    case ProofVerdict::kNoEvidence:
      return "no evidence";
    case ProofVerdict::kOtherLedger:
      return "of another ledger";
    case ProofVerdict::kUnknownSigner:
      return "signed by nobody who is trusted";
    default:
      return "unwitnessed";
  }
}

std::string kind_of(const LogCopy& log, const std::string& text) {
  const VerifierKey trusted{shard_origin(log.descriptor, 0), VerifierKey::kEd25519, log.descriptor.signer};
  const ProofVerdict verdict = judge_record_proof(text, {&trusted, 1});
  EXPECT_EQ(verdict.kind == ProofVerdict::kProved, !verdict.record.empty());
  return words_of(verdict.kind);
}

void alter_proof(uint64_t seed, Said& said, const std::function<void(Random&, ProofParts&)>& alter) {
  Random random(seed);
  const LogCopy log = a_ledger(random);
  ProofParts parts = a_proof(random, log);
  ASSERT_EQ(kind_of(log, parts.text()), "proved");
  alter(random, parts);
  said.insert(kind_of(log, parts.text()));
}

void proof_index(uint64_t seed, Said& said) {
  alter_proof(seed, said, [](Random& random, ProofParts& parts) {
    const uint64_t size = checkpoint_of(parse_note(parts.proof.checkpoint)).size;
    parts.proof.index = (parts.proof.index + 1 + below(random, size - 1)) % size;
  });
}

void proof_record(uint64_t seed, Said& said) {
  alter_proof(seed, said, [](Random&, ProofParts& parts) {
    parts.record() = changed(parts.record(), [](Record& record) { record.statement.actor = "person:nobody"; });
  });
}

void proof_path(uint64_t seed, Said& said) {
  alter_proof(seed, said, [](Random& random, ProofParts& parts) {
    std::vector<Digest>& path = parts.within && !parts.within->path.empty() ? parts.within->path : parts.proof.path;
    path[below(random, path.size())][below(random, 32)] ^= static_cast<uint8_t>(1 + below(random, 255));
  });
}

void proof_signed_anew(uint64_t seed, Said& said) {
  alter_proof(seed, said, [](Random&, ProofParts& parts) {
    // A whole proof, of a ledger of the same name in which the record names another actor.
    parts.record() = changed(parts.record(), [](Record& record) { record.statement.actor = "person:nobody"; });
    parts.within.reset();
    parts.proof.index = 0;
    parts.proof.path.clear();
    const Checkpoint honest = checkpoint_of(parse_note(parts.proof.checkpoint));
    parts.proof.checkpoint = sign_checkpoint({honest.origin, 1, leaf_hash(parts.leaf)}, key_named("attacker"));
  });
}

void proof_cut_off(uint64_t seed, Said& said) {
  Random random(seed);
  const LogCopy log = a_ledger(random);
  const std::string text = a_proof(random, log).text();
  said.insert(kind_of(log, text.substr(0, below(random, text.size()))));
}

void proof_of_another_ledger(uint64_t seed, Said& said) {
  Random random(seed);
  const LogCopy log = a_ledger(random);
  LogCopy other = a_ledger(random);
  other.descriptor.origin = "elsewhere.example/0";
  sign_again(other, key_named("elsewhere"));
  const std::string text = a_proof(random, other).text();
  EXPECT_EQ(kind_of(other, text).substr(0, 6), "signed");  // the descriptor still names the other key
  said.insert(kind_of(log, text));
}

// --- bundles (those of tests/vectors/bundle)
// --------------------------------------------------------------------------
const std::string kBundles = std::string(CUSTODY_SOURCE_DIR) + "/tests/vectors/bundle/";

std::string a_bundle(Random& random) {
  const char* const valid[] = {"actor", "customer", "disclosed", "operation_over_shards", "range_of_shard_0"};
  return read_file(kBundles + "valid_" + valid[below(random, std::size(valid))] + ".bundle", kMaxProofBytes);
}
VerifierKey bundles_key() {
  std::string text = read_file(kBundles + "operator.vkey", kMaxProofBytes);
  while (text.ends_with('\n')) text.pop_back();
  return parse_vkey(text);
}
std::string kind_of_bundle(const std::string& bytes, const VerifierKey& trusted) {
  return words_of(judge_bundle(bytes, {&trusted, 1}).kind);
}

void bundle_flip(uint64_t seed, Said& said) {
  Random random(seed);
  std::string bytes = a_bundle(random);
  ASSERT_EQ(kind_of_bundle(bytes, bundles_key()), "proved");
  flip_one(random, bytes);
  said.insert(kind_of_bundle(bytes, bundles_key()));
}

void bundle_cut_off(uint64_t seed, Said& said) {
  Random random(seed);
  const std::string bytes = a_bundle(random);
  said.insert(kind_of_bundle(bytes.substr(0, below(random, bytes.size())), bundles_key()));
}

void bundle_of_another_ledger(uint64_t seed, Said& said) {
  Random random(seed);
  const VerifierKey readers{"elsewhere.example/0", VerifierKey::kEd25519, key_named("elsewhere").public_key()};
  said.insert(kind_of_bundle(a_bundle(random), readers));
}

// --- checkpoints, witnesses and policies
// ------------------------------------------------------------------------------
std::string witness_line(const std::string& name, const std::string& key) {
  return "witness " + name + " " + VerifierKey{name, VerifierKey::kCosignature, key_named(key).public_key()}.text() +
         "\n";
}

// Of three witnesses two are asked for, and one has seen the checkpoint. The policy handed out with it asks for less,
// or names somebody else's key as a witness's.
void policy_weakened(uint64_t seed, Said& said) {
  Random random(seed);
  const LogCopy log = a_ledger(random);
  const VerifierKey operators{shard_origin(log.descriptor, 0), VerifierKey::kEd25519, log.descriptor.signer};
  const std::string head = "log " + operators.text() + "\n";
  const auto witnesses = [&](const std::string& second_key) {
    return head + witness_line("w1", "w1") + witness_line("w2", second_key) + witness_line("w3", "w3");
  };
  const std::string readers = witnesses("w2") + "group g 2 w1 w2 w3\nquorum g\n";
  std::string note = log.shards[0].notes.rbegin()->second;
  const SignedNote parsed = parse_note(note);
  note += cosign(parsed, "w1", key_named("w1"), 1'700'000'000);
  note += cosign(parsed, "w2", key_named("attacker"), 1'700'000'000);
  const std::string weak[] = {witnesses("w2") + "quorum none\n", witnesses("w2") + "group g 1 w1 w2 w3\nquorum g\n",
                              witnesses("attacker") + "group g 2 w1 w2 w3\nquorum g\n"};
  const Policy handed = parse_policy(weak[below(random, 3)]), own = parse_policy(readers);
  EXPECT_TRUE(judge_policy(handed, parse_note(note)).satisfied(handed));
  said.insert(judge_policy(own, parse_note(note)).satisfied(own) ? "proved" : "unwitnessed");
}

std::string submission(const std::string& note) {
  return "old 0\n\n" + note;
}

// Two clients are shown two histories, each whole and signed with the operator's key. The same witness is asked for
// both.
void split_view(uint64_t seed, Said& said) {
  Random random(seed);
  const LogCopy one = a_ledger(random);
  LogCopy other = one;
  const Ed25519PrivateKey key = maker::signer();
  const Planted planted = plant(other, attack_kind("fork"), random(), &key);
  EXPECT_TRUE(judge(one).ok() && judge(other).ok()) << planted.what;
  const VerifyReport together = judge(other, &one);  // the second client's log against the first one's checkpoints
  ASSERT_FALSE(together.ok());
  for (const VerifyFault& fault : together.faults) said.insert(std::string(fault_name(fault.kind)));

  const TempFolder folder;
  const VerifierKey log{shard_origin(one.descriptor, 0), VerifierKey::kEd25519, one.descriptor.signer};
  Witness witness = Witness::open(folder / "state", "w1", {log}, system_clock());
  EXPECT_EQ(witness.add_checkpoint(submission(one.shards[0].notes.rbegin()->second)).status, 200);
  EXPECT_EQ(witness.add_checkpoint(submission(other.shards[0].notes.rbegin()->second)).status, 409);
  // Nor does any path lead from the one to the other.
  const std::string again = "old " + std::to_string(one.shards[0].signed_size()) + "\n\n";
  EXPECT_NE(witness.add_checkpoint(again + other.shards[0].notes.rbegin()->second).status, 200);
}

// --- tiles
// ------------------------------------------------------------------------------------------------------------
constexpr int kEventsOverATile = 600;

// Alters a file, or takes it away; the verdict names that file, or a record in it.
void alter_tile(uint64_t seed, Said& said, bool of_records, const std::function<bool(Random&, std::string&)>& alter) {
  Random random(seed);
  const LogCopy log = small_ledger(random(), 1, kEventsOverATile);
  const uint64_t size = log.shards[0].signed_size();
  TilesInMemory tiles(log.shards[0], size);
  const Checkpoint checkpoint = checkpoint_of(parse_note(log.shards[0].notes.at(size)));
  ASSERT_GT(size, 2 * kTileWidth);
  ASSERT_TRUE(check_tiles(tiles, checkpoint, [](uint64_t) {}).faults.empty());
  std::vector<std::string> paths;
  for (const auto& [path, bytes] : tiles.files)
    if (path.starts_with("tile/entries/") == of_records) paths.push_back(path);
  const std::string path = paths[below(random, paths.size())];
  if (!alter(random, tiles.files[path])) tiles.files.erase(path);
  const std::vector<std::string> faults = check_tiles(tiles, checkpoint, [](uint64_t) {}).faults;
  ASSERT_FALSE(faults.empty()) << path;
  bool named = false;
  for (const std::string& fault : faults) {
    const uint64_t tile = parse_tile_path(path)->index;
    const bool record = fault.starts_with("record ") && parse_tile_path(path)->level.value_or(0) == 0 &&
                        std::stoull(fault.substr(7)) / kTileWidth == tile;
    named = named || record || fault.starts_with(path);
    said.insert(record                    ? "a record that is not the one of its leaf"
                : fault.starts_with(path) ? "the tile"
                                          : "the root");
  }
  EXPECT_TRUE(named) << path << ": " << faults[0];
}

bool flip_bytes(Random& random, std::string& bytes) {
  flip_one(random, bytes);
  return true;
}
void tile_flip(uint64_t seed, Said& said) {
  alter_tile(seed, said, false, flip_bytes);
}
void tile_record_flip(uint64_t seed, Said& said) {
  alter_tile(seed, said, true, flip_bytes);
}
void tile_withheld(uint64_t seed, Said& said) {
  alter_tile(seed, said, seed % 2 == 0, [](Random&, std::string&) { return false; });
}

// --- the table
// --------------------------------------------------------------------------------------------------------
struct HandedKind {
  std::string_view name;
  std::string_view does;
  std::string_view found_by;
  void (*attempt)(uint64_t seed, Said& said);
};

const HandedKind kKinds[] = {
    {"proof-index", "a proof names another index", "the path, from the leaf to the signed root", proof_index},
    {"proof-record", "the record in a proof names another actor", "the path", proof_record},
    {"proof-path", "one byte of a hash in a proof is another", "the path", proof_path},
    {"proof-signed-anew", "a proof of a forged ledger of the same name, signed with the attacker's key",
     "the reader's key of the ledger", proof_signed_anew},
    {"proof-of-another-ledger", "a proof of another ledger", "the reader's key of the ledger", proof_of_another_ledger},
    {"proof-cut-off", "a proof ends before its end", "the form", proof_cut_off},
    {"bundle-flip", "one byte of a bundle is another", "the form, the paths to the signed root, the commitments",
     bundle_flip},
    {"bundle-cut-off", "a bundle ends before its end", "the form", bundle_cut_off},
    {"bundle-of-another-ledger", "a bundle of another ledger", "the reader's key of the ledger",
     bundle_of_another_ledger},
    {"policy-weakened", "with a checkpoint that too few have seen comes a policy that asks for less, or for others",
     "the reader's own policy", policy_weakened},
    {"split-view", "two clients are shown two histories, each signed by the operator",
     "the checkpoint that the other one has; a witness of both, which cosigns one alone", split_view},
    {"tile-flip", "one byte of a tile of hashes is another", "the tiles below it, or the records", tile_flip},
    {"tile-record-flip", "one byte of a tile of records is another", "the leaves", tile_record_flip},
    {"tile-withheld", "a tile is not there", "its name", tile_withheld},
};

class HandedTrials : public testing::TestWithParam<HandedKind> {};

TEST_P(HandedTrials, ConvinceNobody) {
  Said said;
  for_each_seed(GetParam().name, [&](uint64_t seed) { GetParam().attempt(seed, said); });
  EXPECT_FALSE(said.empty());
  EXPECT_FALSE(said.contains("proved"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, HandedTrials, testing::ValuesIn(kKinds), [](const auto& kind) {
  std::string name(kind.param.name);
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace

std::string handed_table() {
  std::string text = R"(
## On what is handed out

A proof, a tile or a checkpoint on its way to a reader who holds the ledger's key and a policy of their own. Tried with as many seeds. *Said*: of the
whole file by `custody check`, of a place in it by `custody verify --tiles` and `verify --against`.

| kind | what is done | found by | said |
|---|---|---|---|
)";
  for (const HandedKind& kind : kKinds) {
    Said said;
    for (uint64_t seed = 1; seed <= kTrials; ++seed) kind.attempt(seed, said);
    text +=
        "| `" + std::string(kind.name) + "` | " + std::string(kind.does) + " | " + std::string(kind.found_by) + " | ";
    for (const std::string& word : said) text += (word == *said.begin() ? "" : "; ") + word;
    text += " |\n";
  }
  return text;
}

}  // namespace custody
