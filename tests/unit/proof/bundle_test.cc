// Evidence bundles: what holds is told, and each thing in one that is changed is noticed and given its right name.
#include "ledger/proof/bundle.h"

#include <random>

#include "ledger/base/file.h"
#include "tests/unit/base/caught_error.h"
#include "tests/unit/proof/bundle_fixture.h"

namespace custody {
namespace {

using testing::HasSubstr;

class BundleTest : public BundleFixture {};

TEST_F(BundleTest, OfACustomerIsProved) {
  const std::string bytes = of_customer().bytes();
  const BundleVerdict verdict = judge(bytes);
  ASSERT_EQ(verdict.kind, ProofVerdict::kProved) << verdict.reason;
  EXPECT_EQ(verdict.records.size(), 7U);
  EXPECT_EQ(verdict.records[1], shards_[1][4]);
  EXPECT_EQ(verdict.checkpoint.size, 10U);
  EXPECT_EQ(verdict.signer, vkey().text());
  EXPECT_EQ(verdict.descriptor.name, "vectors");
  EXPECT_EQ(verdict.to.number, 2U);
  EXPECT_EQ(verdict.to.seq, 9U);
  EXPECT_FALSE(verdict.from || verdict.whole_range || verdict.policy);
  EXPECT_EQ(verdict.question.what_text(), uuid_of(kAnna));
}

TEST_F(BundleTest, OfEachKindOfQuestionIsProved) {
  EXPECT_EQ(judge(of_operation().bytes()).kind, ProofVerdict::kProved);
  const Parts actor = parts_of(question("actor", "person:anna"), {{0, 1}, {0, 7}, {1, 0}, {1, 19}});
  EXPECT_EQ(judge(actor.bytes()).kind, ProofVerdict::kProved);
  for (const Parts& parts : {of_range(1, 3, 17), of_range(2, 12, 12), of_range(0, 0, 8), of_range(0, 4, 6)}) {
    const BundleVerdict verdict = judge(parts.bytes());
    EXPECT_EQ(verdict.kind, ProofVerdict::kProved) << verdict.reason;
    EXPECT_TRUE(verdict.whole_range);
  }
  const BundleVerdict none = judge(parts_of(question("customer", uuid_of(1)), {}).bytes());
  EXPECT_EQ(none.kind, ProofVerdict::kProved) << none.reason;  // of a ledger without an answer
  EXPECT_TRUE(none.records.empty());
}

TEST_F(BundleTest, BehindARoundIsProvedByThatRound) {
  Parts parts = of_range(1, 10, 15, 1);
  const BundleVerdict verdict = judge(parts.bytes());
  ASSERT_EQ(verdict.kind, ProofVerdict::kProved) << verdict.reason;
  ASSERT_TRUE(verdict.from);
  EXPECT_EQ(verdict.from->number, 1U);
  EXPECT_EQ(verdict.from->seq, 5U);
  EXPECT_EQ(judge(of_range(0, 5, 8, 1).bytes()).kind, ProofVerdict::kProved);
  expect(parts_of(question("customer", uuid_of(kAnna), 1), {{1, 7}, {1, 13}}).bytes(), ProofVerdict::kFault,
         "1:7 was not sealed between the rounds");
  expect(of_range(0, 4, 8, 1).bytes(), ProofVerdict::kFault, "0:4 was not sealed between the rounds");
  expect(of_range(0, 4, 9).bytes(), ProofVerdict::kFault, "0:9 was not sealed between the rounds");
  parts.supporting.erase(parts.supporting.begin() + 1);
  parts.trees[0] = tree_of(0, {0, 9});
  expect(parts.bytes(), ProofVerdict::kFault, "lacks round 1");
}

TEST_F(BundleTest, ReadBackIsTheSameFile) {
  Parts parts = of_customer();
  parts.disclosed = disclosed(phones());
  parts.policy = "quorum none\n";
  for (const std::string& bytes : {parts.bytes(), of_operation().bytes(), of_range(0, 4, 6).bytes()})
    EXPECT_EQ(encode_bundle(decode_bundle(bytes)), bytes);
}

TEST_F(BundleTest, DisclosedValuesAreThoseCommittedTo) {
  Parts parts = of_customer();
  parts.disclosed = disclosed(phones());
  const std::string bytes = parts.bytes();
  const BundleVerdict verdict = judge(bytes);
  ASSERT_EQ(verdict.kind, ProofVerdict::kProved) << verdict.reason;
  ASSERT_EQ(verdict.values.size(), 2U);
  EXPECT_EQ(verdict.values[1].ref, (Ref{1, 7}));
  EXPECT_EQ(verdict.values[1].field, "phone");
  EXPECT_EQ(verdict.values[1].value, "+34600123456");
  EXPECT_THAT(bytes, testing::Not(HasSubstr("Lugo")));
}

TEST_F(BundleTest, AChangedDisclosureIsAFault) {
  Parts parts = of_customer();
  const auto with = [&](const std::function<void(std::vector<Disclosure>&)>& change) {
    std::vector<Disclosure> all = phones();
    change(all);
    parts.disclosed = disclosed(all);
    return parts.bytes();
  };
  expect(with([](auto& all) { all[0].fields[1].opened->value = "+34600123457"; }), ProofVerdict::kFault,
         "field phone is not the one that record 1:4 commits to");
  expect(with([](auto& all) { all[0].fields[1].opened->salt[31] ^= 1; }), ProofVerdict::kFault, "field phone");
  expect(with([](auto& all) { all[0].fields[1].opened->type = 2; }), ProofVerdict::kFault, "field phone");
  expect(with([](auto& all) { all[0].fields[1].opened->type = 9; }), ProofVerdict::kFault,
         "a type that does not exist");
  expect(with([](auto& all) { all[0].fields[0].commitment[0] ^= 1; }), ProofVerdict::kFault, "1:4");
  expect(with([](auto& all) { all[0].fields.erase(all[0].fields.begin()); }), ProofVerdict::kFault, "1:4");
  expect(with([](auto& all) { all[0].fields[1].name = "fax"; }), ProofVerdict::kFault, "1:4");
  expect(with([](auto& all) { all[1].ref = {1, 10}; }), ProofVerdict::kFault, "1:10");  // another record's
  expect(with([](auto& all) { all[1].ref = {1, 8}; }), ProofVerdict::kFault, "1:8, which it does not hold");
  expect(with([](auto& all) { std::swap(all[0], all[1]); }), ProofVerdict::kFault, "order");
  expect(with([](auto& all) { all[1] = all[0]; }), ProofVerdict::kFault, "order");
  expect(with([](auto& all) { std::swap(all[0].fields[0], all[0].fields[1]); }), ProofVerdict::kNoEvidence,
         "ascending");
  parts.disclosed = disclosed(phones()) + "x";
  expect(parts.bytes(), ProofVerdict::kNoEvidence, "discloses");
}

TEST_F(BundleTest, AnAlteredRecordOrPlaceIsAFault) {
  const Parts good = of_operation();
  for (size_t i = 0; i < good.records.size(); ++i) {
    Parts parts = good;
    parts.records[i].back() = 'x';
    expect(parts.bytes(), ProofVerdict::kFault, "do not lead");
    parts = good;
    parts.records.erase(parts.records.begin() + static_cast<std::ptrdiff_t>(i));
    expect(parts.bytes(), ProofVerdict::kFault, "do not lead");
    parts = good;
    parts.records.insert(parts.records.begin() + static_cast<std::ptrdiff_t>(i), parts.records[i]);
    expect(parts.bytes(), ProofVerdict::kFault, "does not stand behind");
  }
  Parts parts = good;
  parts.records[1] = shards_[1][6];  // another one of the same log
  expect(parts.bytes(), ProofVerdict::kFault, "do not lead");
  parts.trees[1] = tree_of(1, {0, 6, 15});  // with its right proof: but it is no answer
  expect(parts.bytes(), ProofVerdict::kFault, "1:6 is no answer");
  parts = good;
  std::swap(parts.records[0], parts.records[1]);
  expect(parts.bytes(), ProofVerdict::kFault, "does not stand behind");
  parts = good;
  parts.records[1] = record_at(1, 6, {.operation = kOperation});  // under another number
  expect(parts.bytes(), ProofVerdict::kFault, "do not lead");
  parts = good;
  parts.records.push_back(record_at(7, 9, {.operation = kOperation}));  // of a shard that there is not
  expect(parts.bytes(), ProofVerdict::kFault, "does not name the shard of record 7:9");
}

TEST_F(BundleTest, AnAlteredTreeIsAFault) {
  std::mt19937_64 random(3);
  const Parts good = of_operation();
  for (size_t tree = 0; tree < good.trees.size(); ++tree)
    for (const naive::Path& bad : naive::spoiled(good.trees[tree].nodes, random)) {
      Parts parts = good;
      parts.trees[tree].nodes = bad;
      expect(parts.bytes(), ProofVerdict::kFault, "do not lead");
    }
  Parts parts = good;
  parts.trees.pop_back();
  expect(parts.bytes(), ProofVerdict::kFault, "do not lead");
  parts = of_customer();
  parts.trees.push_back(tree_of(2, {1}));
  expect(parts.bytes(), ProofVerdict::kFault, "a tree of a shard of which it has no record");
}

TEST_F(BundleTest, WhatSupportsItMustBeThere) {
  const Parts good = of_customer();
  Parts parts = good;
  parts.supporting.erase(parts.supporting.begin());
  parts.trees[0] = tree_of(0, {9});
  expect(parts.bytes(), ProofVerdict::kFault, "lacks the first record");
  parts = good;
  parts.supporting.pop_back();
  parts.trees[0] = tree_of(0, {0});
  expect(parts.bytes(), ProofVerdict::kFault, "lacks the round that its checkpoint ends with");
  parts = good;
  parts.supporting.push_back(shards_[1][0]);
  expect(parts.bytes(), ProofVerdict::kFault, "supports nothing");
  parts = good;
  parts.supporting.insert(parts.supporting.begin() + 1, shards_[0][3]);  // more than it needs is no fault
  parts.trees[0] = tree_of(0, {0, 3, 9});
  EXPECT_EQ(judge(parts.bytes()).kind, ProofVerdict::kProved);
}

TEST_F(BundleTest, TheCheckpointIsThatOfTheRoundAskedFor) {
  Parts parts = of_customer();
  parts.question.to = 3;
  expect(parts.bytes(), ProofVerdict::kFault, "that of round 2, not of round 3");
  shards_[0][9] = record_at(0, 9, {.type = "ledger.round", .body = "x"});  // stated by somebody else
  expect(of_customer().bytes(), ProofVerdict::kFault, "0:9 is no round");
}

TEST_F(BundleTest, OfAnotherLedgerIsSaidSo) {
  const std::string bytes = of_customer().bytes();
  found("another.example");
  expect(bytes, ProofVerdict::kOtherLedger, "vectors.example/0");
  // Signed under our name, with the records of another ledger.
  Parts parts = of_customer();
  parts.note = sign_checkpoint({"vectors.example/0", shards_[0].size(), naive::root(leaves(shards_[0]))}, key_);
  found("vectors.example");
  expect(parts.bytes(), ProofVerdict::kFault, "another ledger");
}

TEST_F(BundleTest, ByAnUnknownKeyIsSaidSo) {
  Parts parts = of_customer();
  const auto other = Ed25519PrivateKey::from_seed(std::string(32, 'x'));
  parts.note = sign_checkpoint({descriptor_.origin, shards_[0].size(), naive::root(leaves(shards_[0]))}, other);
  expect(parts.bytes(), ProofVerdict::kUnknownSigner, "not trusted");
  parts = of_customer();
  parts.note[parts.note.find("\n10\n") + 2] = '1';
  expect(parts.bytes(), ProofVerdict::kFault, "the checkpoint was altered");
  parts.note = "no note";
  expect(parts.bytes(), ProofVerdict::kNoEvidence, "checkpoint cannot be read");
}

TEST_F(BundleTest, OfARangeNothingMayBeMissing) {
  Parts parts = of_range(1, 3, 17);
  parts.records.erase(parts.records.begin() + 4);
  std::vector<uint64_t> indices;
  for (uint64_t seq = 3; seq <= 17; ++seq)
    if (seq != 7) indices.push_back(seq);
  parts.trees[1] = tree_of(1, indices);
  expect(parts.bytes(), ProofVerdict::kFault, "leaves out records");
  // Also at its ends; and a range that goes on behind the round ends with it.
  expect(parts_of(question("range", "1:3-5"), {{1, 3}, {1, 4}}).bytes(), ProofVerdict::kFault, "leaves out records");
  EXPECT_EQ(judge(parts_of(question("range", "1:18-99"), {{1, 18}, {1, 19}}).bytes()).kind, ProofVerdict::kProved);
}

TEST_F(BundleTest, WhatIsNoBundleIsSaidToBeNone) {
  const std::string bytes = of_customer().bytes();
  expect("", ProofVerdict::kNoEvidence, "first bytes");
  expect("hello, world: this is none", ProofVerdict::kNoEvidence, "first bytes");
  expect(bytes + "x", ProofVerdict::kNoEvidence, "behind its end");
  std::string newer = bytes;
  newer[4] = 2;
  expect(newer, ProofVerdict::kNoEvidence, "of version 2; this program knows version 1");
  newer[4] = 0;
  expect(newer, ProofVerdict::kNoEvidence, "version 0");
  std::string long_one = bytes;
  long_one[11] = 1;  // 2^40 bytes
  expect(long_one, ProofVerdict::kNoEvidence, "larger than any");
}

TEST_F(BundleTest, CutOffAnywhereIsNoEvidence) {
  const std::string bytes = of_customer().bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(judge(bytes.substr(0, size)).kind, ProofVerdict::kNoEvidence) << size;
    // Also where the length is made to fit what is left.
    std::string fitted = bytes.substr(0, size);
    if (size < 14) continue;
    std::string length;
    append_le(length, size, 8);
    fitted.replace(6, 8, length);
    ASSERT_EQ(judge(fitted).kind, ProofVerdict::kNoEvidence) << size;
  }
}

TEST_F(BundleTest, AnyChangedByteIsNoticed) {
  Parts parts = of_customer();
  parts.disclosed = disclosed(phones());
  const std::string bytes = parts.bytes();
  for (size_t i = 0; i < bytes.size(); ++i)
    for (const char flip : {'\x01', '\x80'}) {
      std::string bad = bytes;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      const BundleVerdict verdict = judge(bad);
      // What was made another optional part, or an unknown one, is passed over: its values are no longer told.
      if (verdict.kind == ProofVerdict::kProved && bad[i] != bytes[i] && static_cast<uint8_t>(bytes[i]) == 128 &&
          verdict.values.empty())
        continue;
      ASSERT_NE(verdict.kind, ProofVerdict::kProved) << "byte " << i;
      ASSERT_FALSE(verdict.reason.empty());
      expect_nothing_told(verdict);
    }
}

// A file with this part put in at its place.
std::string with_part(const std::string& bytes, uint8_t kind, const std::string& body) {
  std::string part(1, static_cast<char>(kind));
  append_le(part, body.size(), 4);
  part += body;
  size_t at = 14;
  while (at < bytes.size() && static_cast<uint8_t>(bytes[at]) < kind) at += 5 + read_le(bytes, at + 1, 4);
  std::string out = bytes;
  out.insert(at, part);
  std::string length;
  append_le(length, out.size(), 8);
  return out.replace(6, 8, length);
}

TEST_F(BundleTest, UnknownPartsAreRefusedOrSaidToBeUnjudged) {
  const std::string bytes = of_customer().bytes();
  expect(with_part(bytes, 6, "x"), ProofVerdict::kNoEvidence, "newer version: its part 6");
  expect(with_part(bytes, 127, "x"), ProofVerdict::kNoEvidence, "newer version: its part 127");
  const std::string newer = with_part(with_part(bytes, 200, "x"), 255, "");
  const BundleVerdict verdict = judge(newer);
  ASSERT_EQ(verdict.kind, ProofVerdict::kProved) << verdict.reason;
  EXPECT_EQ(verdict.unknown, (std::vector<uint8_t>{200, 255}));
  expect(with_part(bytes, 1, "x"), ProofVerdict::kNoEvidence, "ascend");
  expect(with_part(bytes, 0, "x"), ProofVerdict::kNoEvidence, "ascend");
}

TEST_F(BundleTest, APartThatIsMissingIsSaidToBe) {
  const std::string bytes = of_customer().bytes();
  for (uint8_t kind = 1; kind <= 5; ++kind) {
    size_t at = 14;
    while (static_cast<uint8_t>(bytes[at]) != kind) at += 5 + read_le(bytes, at + 1, 4);
    std::string without = bytes;
    without.erase(at, 5 + read_le(bytes, at + 1, 4));
    std::string length;
    append_le(length, without.size(), 8);
    without.replace(6, 8, length);
    expect(without, ProofVerdict::kNoEvidence, "part " + std::to_string(kind) + " is missing");
  }
}

TEST(BundleQuestions, HaveOneSpelling) {
  for (const auto& [by, what] : std::vector<std::pair<std::string, std::string>>{
           {"customer", "0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b"}, {"actor", "person:anna"}, {"range", "0:12-12"}}) {
    const auto question = parse_question(by, what);
    ASSERT_TRUE(question) << what;
    EXPECT_EQ(question->by_text(), by);
    EXPECT_EQ(question->what_text(), what);
  }
  for (const auto& [by, what] :
       std::vector<std::pair<std::string, std::string>>{{"customer", "0B0B0B0B-0b0b-0b0b-0b0b-0b0b0b0b0b0b"},
                                                        {"customer", "00000000-0000-0000-0000-000000000000"},
                                                        {"customer", "C-10017"},
                                                        {"actor", ""},
                                                        {"actor", std::string(256, 'a')},
                                                        {"actor", "\xff"},
                                                        {"operation", ""},
                                                        {"range", "0:12"},
                                                        {"range", "0:12-11"},
                                                        {"range", "0:012-13"},
                                                        {"range", "0:1-18446744073709551616"},
                                                        {"step", "step:sales"},
                                                        {"", ""}})
    EXPECT_FALSE(parse_question(by, what)) << by << " " << what;
}

// A file that says a great many records or nodes are in it takes no memory for them.
TEST_F(BundleTest, CountsThatCannotBeAreRefusedAtOnce) {
  std::string bytes = of_customer().bytes();
  size_t at = 14;
  while (static_cast<uint8_t>(bytes[at]) != 4) at += 5 + read_le(bytes, at + 1, 4);
  bytes.replace(at + 5, 4, "\xff\xff\xff\x7f");
  expect(bytes, ProofVerdict::kNoEvidence, "no bundle");
}

}  // namespace
}  // namespace custody
