// Evidence bundles as the interface makes them, of one shard and of several.
#include "ledger/proof/bundle.h"

#include <filesystem>

#include "ledger/base/lmdb.h"
#include "ledger/proof/bundle_complete.h"
#include "ledger/proof/bundle_judge.h"
#include "ledger/proof/completeness.h"
#include "ledger/proof/judging.h"
#include "tests/unit/api/node_fixture.h"

namespace custody {
namespace {

using testing::HasSubstr;

class MadeBundleTest : public NodeFixture {
 protected:
  void several_shards() {
    close();
    std::filesystem::remove_all(folder_ / "data");
    open(3);
  }
  void open_archive(const std::string& number) { ASSERT_EQ(state(opened("o" + number, number)).status, 200); }
  void collect(const std::string& id, const std::string& number, const std::string& phone) {
    ASSERT_EQ(state(collected(id, number, phone)).status, 200);
  }
  void fill() {
    for (const std::string n : {"1", "2", "3", "4"}) {
      open_archive("C-" + n);
      collect("c" + n, "C-" + n, "+3460000" + n);
    }
    wait_for_views();
  }
  ApiResponse bundle(const std::string& by, const std::string& what, const std::string& more = "") {
    return post("/v1/bundles", R"({"by":")" + by + R"(","what":")" + what + "\"" + more + "}");
  }
  BundleVerdict judged(const ApiResponse& answer) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    kept_ = answer.body;  // which the verdict points into
    const VerifierKey key{node_->descriptor().origin, VerifierKey::kEd25519, node_->descriptor().signer};
    const BundleVerdict verdict = judge_bundle(kept_, {&key, 1});
    EXPECT_EQ(verdict.kind, ProofVerdict::kProved) << verdict.reason;
    return verdict;
  }
  static std::string header(const ApiResponse& response, const std::string& wanted) {
    for (const auto& [name, value] : response.headers)
      if (name == wanted) return value;
    return "";
  }
  uint64_t reads_sealed() {
    wait_for_views();
    const auto answer = json(
        get("/v1/activity", {{"by", "actor"}, {"name", "system:custody"}, {"as_of", "frontier"}, {"limit", "1000"}}));
    uint64_t reads = 0;
    for (const auto& event : answer.at("events").as_array())
      if (event.at("type").as_string() == "ledger.read") ++reads;
    return reads;
  }

  std::string kept_;
};

// Part 131 of what was made, put in its place changed; everything else as it was.
std::string with_complete(const std::string& bytes, const std::function<void(Bundle&, Completeness&)>& change) {
  Bundle bundle = decode_bundle(bytes);
  Completeness section = decode_completeness(bundle.complete.value());
  change(bundle, section);
  const std::string part = encode_completeness(section);
  bundle.complete = part;
  return encode_bundle(bundle);
}

TEST_F(MadeBundleTest, OfAnAttestedViewProvesThatTheseAreAll) {
  several_shards();
  fill();
  ASSERT_EQ(judged(bundle("actor", "person:anna")).complete, std::nullopt) << "nothing is attested yet";
  const auto attested = post("/v1/projections/attest", "");
  ASSERT_EQ(attested.status, 200) << attested.body;
  const uint64_t round = json(attested).at("views").at(0).at("round").to_number<uint64_t>();
  const std::string subject = subject_of("C-2");
  for (const auto& [by, what] : std::map<std::string, std::string>{{"actor", "person:anna"}, {"customer", subject}}) {
    const BundleVerdict verdict = judged(bundle(by, what));
    ASSERT_TRUE(verdict.complete) << by;
    EXPECT_EQ(verdict.complete->round, round);
    EXPECT_EQ(verdict.records.size(), by == "actor" ? 8u : 2u);
  }
  const BundleVerdict absent = judged(bundle("actor", "person:nobody"));
  ASSERT_TRUE(absent.complete);
  EXPECT_TRUE(absent.records.empty());
  const BundleVerdict later = judged(bundle("customer", subject, ",\"from\":\"" + std::to_string(round) + "\""));
  EXPECT_TRUE(later.complete);
}

TEST_F(MadeBundleTest, WhoLeavesOutARecordOfAnAttestedViewIsFoundOut) {
  fill();
  ASSERT_EQ(post("/v1/projections/attest", "").status, 200);
  const std::string bytes = bundle("actor", "person:anna").body;
  const VerifierKey key{node_->descriptor().origin, VerifierKey::kEd25519, node_->descriptor().signer};
  const auto judge = [&](const std::string& changed) { return judge_bundle(changed, {&key, 1}); };
  ASSERT_TRUE(judge(bytes).complete);
  const auto row_gone = with_complete(
      bytes, [](Bundle&, Completeness& section) { section.range.rows.erase(section.range.rows.begin() + 2); });
  EXPECT_EQ(judge(row_gone).kind, ProofVerdict::kFault);
  const auto other = with_complete(bytes, [](Bundle&, Completeness& section) { section.subject.name = "person:b"; });
  EXPECT_THAT(judge(other).reason, HasSubstr("something else than what was asked"));
  const auto unattested = with_complete(bytes, [](Bundle&, Completeness& section) { section.attested -= 1; });
  EXPECT_EQ(judge(unattested).kind, ProofVerdict::kFault);
  // As if the file had been made, and proved, without one of its records, or with one that the view does not have.
  const Bundle whole = decode_bundle(bytes);
  size_t inside = 0;
  for (size_t i = 0; i < whole.records.size(); ++i) {
    BundleVerdict fewer = judge(bytes);
    const Seal seal = decode_seal(whole.records[i]);
    const auto round = node_->projector().views().round(fewer.complete->round);
    if (seal.seq >= round->sizes.at(seal.shard)) continue;  // of what lies behind the attested round nothing is said
    ++inside;
    fewer.records.erase(fewer.records.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_THROW(judge_complete(*whole.complete, fewer), judging::Ends) << i;
  }
  EXPECT_GT(inside, 2u);
  BundleVerdict more = judge(bytes);
  more.records.push_back(more.supporting.front());
  EXPECT_THROW(judge_complete(*whole.complete, more), judging::Ends);
  // A bundle behind a later round, with the section of the whole: what the view has before is not asked for.
  const std::string narrow = bundle("actor", "person:anna", R"(,"from":"2")").body;
  const BundleVerdict behind = judge(narrow);
  EXPECT_EQ(behind.kind, ProofVerdict::kProved) << behind.reason;
}

TEST_F(MadeBundleTest, OfACustomerHoldsTheTimeline) {
  fill();
  const std::string subject = subject_of("C-2");
  const BundleVerdict verdict = judged(bundle("customer", subject));
  ASSERT_EQ(verdict.records.size(), 2U);
  EXPECT_EQ(decode_record(verdict.records[0]).statement.type, "archive.opened");
  EXPECT_EQ(decode_record(verdict.records[1]).statement.type, "data.collected");
  EXPECT_TRUE(verdict.values.empty());
  EXPECT_EQ(verdict.descriptor.ledger_id, node_->descriptor().ledger_id);
  EXPECT_THAT(kept_, testing::Not(HasSubstr("+34600002")));
}

TEST_F(MadeBundleTest, OfEveryQuestionOverSeveralShards) {
  several_shards();
  fill();
  size_t events = 8;
  // It is chance which shard a customer is in: more of them until each shard has one.
  for (; node_->tails()[1]->size() < 2 || node_->tails()[2]->size() < 2; ++events)
    open_archive("more-" + std::to_string(events));
  EXPECT_EQ(judged(bundle("customer", subject_of("C-3"))).records.size(), 2U);
  EXPECT_EQ(judged(bundle("actor", "person:anna")).records.size(), events);
  EXPECT_EQ(judged(bundle("actor", "person:nobody")).records.size(), 0U);
  for (uint32_t shard = 0; shard < 3; ++shard) {
    const BundleVerdict verdict = judged(bundle("range", std::to_string(shard) + ":0-1"));
    EXPECT_EQ(verdict.records.size(), 2U);
    EXPECT_TRUE(verdict.whole_range);
  }
  std::set<uint32_t> shards;
  const BundleVerdict of_actor = judged(bundle("actor", "person:anna"));
  for (const auto record : of_actor.records) shards.insert(decode_seal(record).shard);
  EXPECT_EQ(shards, (std::set<uint32_t>{1, 2}));
}

TEST_F(MadeBundleTest, OfAnOperationHoldsItsEvents) {
  open_archive("C-1");
  for (const std::string id : {"a", "b", "c"}) {
    std::string text = collected(id, "C-1", "+34600" + id);
    if (id != "b") text.insert(1, R"("operation":"0197a1b2-0000-7000-8000-00000000000a",)");
    ASSERT_EQ(state(text).status, 200);
  }
  wait_for_views();
  const BundleVerdict verdict = judged(bundle("operation", "0197a1b2-0000-7000-8000-00000000000a"));
  ASSERT_EQ(verdict.records.size(), 2U);
  EXPECT_EQ(decode_record(verdict.records[1]).statement.source_id, "c");
}

TEST_F(MadeBundleTest, TheSameQuestionAtTheSameRoundGivesTheSameBytes) {
  fill();
  const std::string subject = subject_of("C-2");
  const std::string first = bundle("customer", subject, R"(,"disclose":["phone"],"reason":"audit")").body;
  const std::string round = std::to_string(decode_bundle(first).question.to);
  collect("later", "C-2", "+34611111");
  wait_for_views();
  const std::string to = R"(,"to":")" + round + "\"";
  EXPECT_EQ(bundle("customer", subject, to + R"(,"disclose":["phone"],"reason":"audit")").body, first);
  EXPECT_EQ(judged(bundle("customer", subject)).records.size(), 5U);  // both reads among them
  reopen();
  wait_for_views();
  EXPECT_EQ(bundle("customer", subject, to + R"(,"disclose":["phone"],"reason":"other")").body, first);
}

TEST_F(MadeBundleTest, FromARoundOnLeavesOutWhatWasBefore) {
  fill();
  const std::string subject = subject_of("C-2");
  const uint64_t round = judged(bundle("customer", subject)).to.number;
  collect("later", "C-2", "+34611111");
  wait_for_views();
  const BundleVerdict verdict = judged(bundle("customer", subject, R"(,"from":")" + std::to_string(round + 1) + "\""));
  ASSERT_EQ(verdict.records.size(), 1U);
  ASSERT_TRUE(verdict.from);
  EXPECT_EQ(verdict.from->number, round);
  EXPECT_EQ(judged(bundle("customer", subject, R"(,"from":"1970-01-01","to":"now")")).records.size(), 3U);
  EXPECT_EQ(bundle("customer", subject, R"(,"to":"1999-01-01")").status, 404);
  EXPECT_EQ(bundle("customer", subject, R"(,"to":"999999")").status, 404);
  EXPECT_EQ(bundle("customer", subject, R"(,"from":"9","to":"2")").status, 404);
}

TEST_F(MadeBundleTest, DisclosedValuesAreSealedAsReadAndProved) {
  fill();
  const uint64_t before = reads_sealed();
  const BundleVerdict verdict =
      judged(bundle("customer", subject_of("C-2"), R"(,"disclose":["phone","subject"],"reason":"audit")"));
  ASSERT_EQ(verdict.values.size(), 3U);  // the number goes with either record
  EXPECT_EQ(verdict.values[0].field, "subject");
  EXPECT_EQ(verdict.values[0].value, "C-2");
  EXPECT_EQ(verdict.values[1].value, "+34600002");
  EXPECT_THAT(kept_, testing::Not(HasSubstr("Lugo")));  // the city stays closed
  EXPECT_EQ(reads_sealed(), before + 1);
  // Of several customers each read is in the timeline of its own.
  judged(bundle("actor", "person:anna", R"(,"disclose":["phone"],"reason":"audit")"));
  EXPECT_EQ(reads_sealed(), before + 5);
  EXPECT_EQ(bundle("customer", subject_of("C-2"), R"(,"disclose":["phone"])").status, 400);
  EXPECT_EQ(bundle("customer", subject_of("C-2"), R"(,"disclose":["phone"],"reason":"No Code!")").status, 400);
  EXPECT_EQ(reads_sealed(), before + 5);
}

TEST_F(MadeBundleTest, WhatCannotBeAskedIsRefused) {
  fill();
  for (const auto& [by, what] : std::vector<std::pair<std::string, std::string>>{
           {"customer", "C-1"}, {"actor", ""}, {"range", "0:5"}, {"range", "0:5-4"}, {"step", "step:sales"}})
    EXPECT_EQ(bundle(by, what).status, 400) << by << " " << what;
  EXPECT_EQ(bundle("range", "0:0-999999").status, 404);
  EXPECT_EQ(bundle("range", "7:0-1").status, 404);
  EXPECT_EQ(post("/v1/bundles", "{}").status, 400);
  EXPECT_EQ(post("/v1/bundles", "[]").status, 400);
  EXPECT_EQ(bundle("actor", "person:anna", R"(,"policy":"quorum of some kind")").status, 422);
  EXPECT_EQ(bundle("actor", "person:anna", R"(,"to":"frontier")").status, 400);
}

TEST_F(MadeBundleTest, WhatWasSealedBeforeItWasAskedForIsInIt) {
  for (int i = 0; i < 20; ++i) {
    const std::string number = "N-" + std::to_string(i);
    open_archive(number);
    ASSERT_EQ(judged(bundle("customer", subject_of(number))).records.size(), 1U);
  }
}

// A store that is damaged where no root at its end tells it: the proof is judged before it is given.
TEST_F(MadeBundleTest, ADamagedTreeIsFoundAndMadeAnew) {
  for (int i = 0; i < 300; ++i) open_archive("C-" + std::to_string(i));
  wait_for_views();
  judged(bundle("range", "0:6-6"));
  close();
  {
    LmdbEnv env = LmdbEnv::open(folder_ / "data/trees/0");
    const LmdbTable nodes = env.open_table("nodes");
    LmdbTxn txn = env.begin_write();
    const std::string key(9, '\0');
    std::string row(*txn.get(nodes, key));
    row[7 * 32] = static_cast<char>(row[7 * 32] ^ 1);  // the sibling of record 6
    txn.put(nodes, key, row);
    txn.commit();
  }
  open();
  wait_for_views();
  ApiResponse answer = bundle("range", "0:6-6");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("made anew"));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while ((answer = bundle("range", "0:6-6")).status != 200) ASSERT_LT(std::chrono::steady_clock::now(), until);
  judged(answer);
}

}  // namespace
}  // namespace custody
