// Proof files: what was proved is told, and every change of a file is noticed and given its right name.
#include "ledger/proof/record_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "ledger/base/file.h"
#include "ledger/codec/canonical.h"
#include "ledger/event/bodies_ledger.h"
#include "tests/unit/base/caught_error.h"
#include "tests/unit/proof/naive_tree.h"

namespace custody {
namespace {

using testing::HasSubstr;

std::string record_of(uint32_t shard, uint64_t seq, const std::string& type, const std::string& source,
                      const std::string& body) {
  Seal seal;
  seal.shard = shard;
  seal.seq = seq;
  seal.sealed_at_us = 1'700'000'000'000'000;
  Stamp stamp;
  stamp.gateway = "test";
  stamp.principal = "crm";
  const std::string source_id = std::to_string(seq);  // which the statement only points at
  Statement statement;
  statement.type = type;
  statement.source = source;
  statement.source_id = source_id;
  statement.actor = "person:anna";
  statement.body = body;
  return encode_record(seal, to_canonical(stamp) + to_canonical(statement));
}

// A ledger of two shards, signed with a key of its own: 40 records in shard 1, and in shard 0 20, of which the last is
// the round.
class ProofTest : public testing::Test {
 protected:
  ProofTest() {
    for (uint64_t seq = 0; seq < 40; ++seq) others_.push_back(record_of(1, seq, "data.accessed", "urn:crm", "o"));
    for (uint64_t seq = 0; seq < 19; ++seq) registry_.push_back(record_of(0, seq, "step.registered", "urn:crm", "r"));
    LedgerRound round;
    round.round = 3;
    round.closed_at.us = 1'700'000'000'000'000;
    round.shards.push_back({1, others_.size(), naive::root(leaves(others_))});
    registry_.push_back(record_of(0, 19, "ledger.round", "custody:sealer", to_canonical(round)));
  }
  static std::vector<Digest> leaves(const std::vector<std::string>& records) {
    std::vector<Digest> all;
    for (const std::string& record : records) all.push_back(leaf_hash(record));
    return all;
  }
  std::string note() const {
    return sign_checkpoint({"vectors.example/0", registry_.size(), naive::root(leaves(registry_))}, key_);
  }
  std::string proof(uint64_t index, const std::string& extra) const {
    return tlog_proof_text({extra, index, naive::inclusion(index, leaves(registry_)), note()});
  }
  std::string of_registry(uint64_t seq) const { return proof(seq, encode_proof_extra(registry_[seq], std::nullopt)); }
  std::string of_other(uint64_t seq, uint64_t round = 19) const {
    return proof(
        round, encode_proof_extra(registry_[round], WithinShard{others_[seq], naive::inclusion(seq, leaves(others_))}));
  }
  VerifierKey vkey() const { return {"vectors.example/0", VerifierKey::kEd25519, key_.public_key()}; }
  ProofVerdict judge(const std::string& text) const {
    const VerifierKey trusted = vkey();
    return judge_record_proof(text, {&trusted, 1});
  }
  void expect(const std::string& text, ProofVerdict::Kind kind, const std::string& reason) const {
    const ProofVerdict verdict = judge(text);
    EXPECT_EQ(verdict.kind, kind) << verdict.reason;
    EXPECT_THAT(verdict.reason, HasSubstr(reason));
    EXPECT_TRUE(verdict.record.empty() && verdict.signer.empty());  // nothing else is told as a fact
  }

  Ed25519PrivateKey key_ = Ed25519PrivateKey::from_seed(std::string(32, 's'));
  std::vector<std::string> registry_, others_;
};

TEST_F(ProofTest, OfEachRecordOfShardZero) {
  for (uint64_t seq = 0; seq < registry_.size(); ++seq) {
    const ProofVerdict verdict = judge(of_registry(seq));
    ASSERT_EQ(verdict.kind, ProofVerdict::kProved) << verdict.reason;
    EXPECT_EQ(verdict.record, registry_[seq]);
    EXPECT_EQ(verdict.checkpoint.size, 20U);
    EXPECT_EQ(verdict.signer, vkey().text());
    EXPECT_FALSE(verdict.round);
  }
}

TEST_F(ProofTest, OfEachRecordOfAnotherShardThroughTheRound) {
  for (uint64_t seq = 0; seq < others_.size(); ++seq) {
    const ProofVerdict verdict = judge(of_other(seq));
    ASSERT_EQ(verdict.kind, ProofVerdict::kProved) << verdict.reason;
    EXPECT_EQ(verdict.record, others_[seq]);
    ASSERT_TRUE(verdict.round);
    EXPECT_EQ(verdict.round->number, 3U);
    EXPECT_EQ(verdict.round->seq, 19U);
    EXPECT_EQ(verdict.round->shard_size, 40U);
  }
}

TEST_F(ProofTest, ReadBackIsTheSameText) {
  for (const std::string& text : {of_registry(0), of_registry(19), of_other(7)})
    EXPECT_EQ(tlog_proof_text(parse_tlog_proof(text)), text);
  const TlogProof bare{"", 0, {}, note()};
  EXPECT_EQ(parse_tlog_proof(tlog_proof_text(bare)), bare);
}

TEST_F(ProofTest, CutOffAnywhereIsNoEvidence) {
  for (const std::string& text : {of_registry(7), of_other(7)})
    for (size_t size = 0; size < text.size(); ++size)
      EXPECT_EQ(judge(text.substr(0, size)).kind, ProofVerdict::kNoEvidence) << size;
}

TEST_F(ProofTest, AnyChangedByteIsNoticed) {
  for (const std::string& text : {of_registry(7), of_other(7)})
    for (size_t i = 0; i < text.size(); ++i)
      for (const char flip : {'\x01', '\x02', '\x20', '\x80'}) {
        std::string bad = text;
        bad[i] = static_cast<char>(bad[i] ^ flip);
        const ProofVerdict verdict = judge(bad);
        ASSERT_NE(verdict.kind, ProofVerdict::kProved) << "byte " << i;
        ASSERT_FALSE(verdict.reason.empty());
        ASSERT_TRUE(verdict.record.empty());
      }
}

TEST_F(ProofTest, WhatIsNoProofIsSaidToBeNone) {
  expect("", ProofVerdict::kNoEvidence, "no proof");
  expect("hello\n", ProofVerdict::kNoEvidence, "first line");
  expect(std::string(kMaxProofBytes + 1, 'x'), ProofVerdict::kNoEvidence, "larger");
  expect("c2sp.org/tlog-proof@v2\nindex 0\n\n" + note(), ProofVerdict::kNoEvidence, "first line");
  expect("c2sp.org/tlog-proof@v1\nindex 007\n\n" + note(), ProofVerdict::kNoEvidence, "index");
  expect("c2sp.org/tlog-proof@v1\nindex -1\n\n" + note(), ProofVerdict::kNoEvidence, "index");
  expect("c2sp.org/tlog-proof@v1\nextra ?\nindex 7\n\n" + note(), ProofVerdict::kNoEvidence, "base64");
  expect("c2sp.org/tlog-proof@v1\nindex 7\nAAAA\n\n" + note(), ProofVerdict::kNoEvidence, "path");
  expect(proof(7, ""), ProofVerdict::kNoEvidence, "carries no record");  // a tlog-proof of somebody else's
  expect(proof(7, "CSP2"), ProofVerdict::kNoEvidence, "carries no record");
}

TEST_F(ProofTest, OfAnotherLedgerOrByAnUnknownKeyIsSaidSo) {
  const std::string text = of_registry(7);
  const auto with = [&](const VerifierKey& key) { return judge_record_proof(text, {&key, 1}); };
  VerifierKey other = vkey();
  other.name = "vectors.example/another/0";
  EXPECT_EQ(with(other).kind, ProofVerdict::kOtherLedger);
  EXPECT_THAT(with(other).reason, HasSubstr("vectors.example/0"));
  VerifierKey unknown = vkey();
  unknown.key = Ed25519PrivateKey::from_seed(std::string(32, 'x')).public_key();
  EXPECT_EQ(with(unknown).kind, ProofVerdict::kUnknownSigner);
  VerifierKey witness = vkey();
  witness.type = VerifierKey::kCosignature;  // a witness's word is not the ledger's
  EXPECT_EQ(with(witness).kind, ProofVerdict::kOtherLedger);
  EXPECT_EQ(judge_record_proof(text, {}).kind, ProofVerdict::kOtherLedger);
}

TEST_F(ProofTest, ForAnotherIndexOrRecordDoesNotHold) {
  const auto path = naive::inclusion(7, leaves(registry_));
  const auto made = [&](uint64_t index, const std::string& record) {
    return tlog_proof_text({encode_proof_extra(record, std::nullopt), index, path, note()});
  };
  expect(made(8, registry_[7]), ProofVerdict::kFault, "path");
  expect(made(7, registry_[8]), ProofVerdict::kFault, "path");
  expect(made(1'000'000, registry_[7]), ProofVerdict::kFault, "path");
  std::string altered = registry_[7];
  altered.back() = static_cast<char>(altered.back() ^ 1);
  expect(made(7, altered), ProofVerdict::kFault, "path");
}

TEST_F(ProofTest, ARecordOfAnotherShardStandsOnARoundThatNamesIt) {
  // On a signed record that is no round, with whatever its source wrote into it.
  LedgerRound forged;
  forged.round = 9;
  forged.shards.push_back({1, others_.size(), naive::root(leaves(others_))});
  registry_[4] = record_of(0, 4, "ledger.round", "urn:crm", to_canonical(forged));
  expect(of_other(7, 4), ProofVerdict::kFault, "no round");
  // At another place, or of a shard that the round does not name.
  const auto within = [&](const std::string& record, uint64_t seq) {
    return proof(19, encode_proof_extra(registry_[19], WithinShard{record, naive::inclusion(seq, leaves(others_))}));
  };
  expect(within(others_[7], 8), ProofVerdict::kFault, "1:7");
  others_[7] = record_of(1, 7, "data.accessed", "urn:crm", "altered");
  expect(within(others_[7], 7), ProofVerdict::kFault, "1:7");
  expect(within(record_of(2, 7, "data.accessed", "urn:crm", "o"), 7), ProofVerdict::kFault, "2:7");
}

// The operator itself signs a record under a number that is not its own.
TEST_F(ProofTest, ARecordThatCallsItselfAnotherIsAFault) {
  registry_[7] = record_of(0, 6, "step.registered", "urn:crm", "r");
  expect(of_registry(7), ProofVerdict::kFault, "calls itself 0:6");
  registry_[7] = record_of(1, 7, "step.registered", "urn:crm", "r");
  expect(of_registry(7), ProofVerdict::kFault, "calls itself 1:7");
}

// The bytes of the format: what was written once is written so for ever.
TEST_F(ProofTest, TheFilesOfTheFormatAreWrittenAndProved) {
  for (const auto& [name, text] :
       std::map<std::string, std::string>{{"shard_0", of_registry(7)}, {"another_shard", of_other(7)}}) {
    const std::string kept = read_file(CUSTODY_SOURCE_DIR "/tests/vectors/proof/" + name + ".proof", kMaxProofBytes);
    EXPECT_EQ(kept, text) << name;
    EXPECT_EQ(judge(kept).kind, ProofVerdict::kProved) << name;
  }
}

}  // namespace
}  // namespace custody
