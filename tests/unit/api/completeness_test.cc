// All records of a customer, an actor or an operation, with the proof that there are no others; over a whole ledger.
#include "ledger/proof/completeness.h"

#include "tests/unit/api/node_fixture.h"

namespace custody {
namespace {

using std::chrono::seconds;

class CompletenessOn : public NodeFixture, public testing::WithParamInterface<uint32_t> {
 protected:
  void SetUp() override { open(GetParam()); }

  void customer(const std::string& number, int calls) {
    ASSERT_EQ(state(opened("open-" + number, number)).status, 200);
    for (int i = 0; i < calls; ++i)
      ASSERT_EQ(state(collected("call-" + number + "-" + std::to_string(i), number, "+3460000000")).status, 200);
  }
  // Waits until a round covers all that is sealed and the views show it, then attests.
  void attest() {
    std::vector<uint64_t> sizes;
    for (const Tail* tail : node_->tails()) sizes.push_back(tail->size());
    const auto covered = [&] {
      const Position position = node_->projector().views().resolve({});
      if (position.round == 0) return false;
      for (size_t shard = 1; shard < sizes.size(); ++shard)
        if (position.sizes[shard] < sizes[shard]) return false;
      return position.sizes[0] + 1 >= sizes[0];
    };
    const auto until = std::chrono::steady_clock::now() + seconds(30);
    while (!covered() && std::chrono::steady_clock::now() < until)
      node_->projector().wait_until({node_->tails()[0]->size() + 1}, std::chrono::milliseconds(50));
    ASSERT_TRUE(covered());
    const auto answer = post("/v1/projections/attest", "");
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_EQ(json(answer).at("views").as_array().size(), kViewCount);
  }
  // Records of the log before the attested round that are about it, by a walk over the log.
  std::set<std::string> walk(const std::function<bool(const Record&)>& about) {
    std::set<std::string> refs;
    for (const Tail* tail : node_->tails()) {
      const auto reader = node_->log().read_sealed(tail->shard(), 0);
      while (const auto item = reader->next(std::chrono::milliseconds(0))) {
        const Record record = decode_record(item->record);
        if (about(record)) refs.insert(to_text(record.ref()));
      }
    }
    return refs;
  }
  // What the route answers, judged as an outsider does: by the record it names and nothing else.
  std::set<std::string> proved(const std::map<std::string, std::string>& query) {
    const auto response = get("/v1/completeness", query);
    EXPECT_EQ(response.status, 200) << response.body;
    if (response.status != 200) return {};
    const auto answer = json(response);
    const auto section = decode_completeness(from_base64(std::string(answer.at("section").as_string())));
    std::string bytes;
    const auto reader = node_->log().read_sealed(0, section.attested);
    while (const auto item = reader->next(seconds(5)))
      if (decode_seal(item->record).seq == section.attested) {
        bytes = item->record;
        break;
      }
    const auto verdict = judge_completeness(section, decode_record(bytes), GetParam());
    EXPECT_EQ(verdict.fault, "");
    std::set<std::string> refs;
    for (const Ref& ref : verdict.records) refs.insert(to_text(ref));
    std::set<std::string> told;
    for (const auto& ref : answer.at("records").as_array()) told.insert(std::string(ref.as_string()));
    EXPECT_EQ(told, refs);
    return refs;
  }
};

TEST_P(CompletenessOn, AllRecordsOfACustomerAnActorAnOperation) {
  for (const char* number : {"C-1", "C-2", "C-3", "C-4", "C-5"}) customer(number, 4);
  std::string in_operation = collected("op-1", "C-2", "+34600");
  in_operation.insert(in_operation.size() - 1, R"(,"operation":"0f0e0d0c-0b0a-4988-8776-655443322110")");
  ASSERT_EQ(state(in_operation).status, 200);
  attest();
  for (const char* number : {"C-1", "C-2", "C-5"}) {
    const std::string subject = subject_of(number);
    const auto found = proved({{"customer", subject}});
    EXPECT_EQ(found, walk([&](const Record& record) { return to_text(record.stamp.subject) == subject; }));
    EXPECT_EQ(found.size(), std::string(number) == "C-2" ? 6u : 5u);
  }
  const auto anna = proved({{"actor", "person:anna"}});
  EXPECT_EQ(anna, walk([](const Record& record) { return record.statement.actor == "person:anna"; }));
  EXPECT_EQ(anna.size(), 26u);
  const std::string operation = "0f0e0d0c-0b0a-4988-8776-655443322110";
  EXPECT_EQ(proved({{"operation", operation}}),
            walk([&](const Record& record) { return to_text(record.statement.operation) == operation; }));
  EXPECT_EQ(proved({{"operation", operation}}).size(), 1u);
}

TEST_P(CompletenessOn, AbsenceIsProvedLikewise) {
  customer("C-1", 2);
  attest();
  EXPECT_TRUE(proved({{"customer", "00000000-0000-4000-8000-000000000001"}}).empty());
  EXPECT_TRUE(proved({{"customer", "ffffffff-ffff-4fff-bfff-ffffffffffff"}}).empty());
  EXPECT_TRUE(proved({{"actor", "person:nobody"}}).empty());
  EXPECT_TRUE(proved({{"operation", "0f0e0d0c-0b0a-4988-8776-655443322110"}}).empty());
}

TEST_P(CompletenessOn, SpeaksOfTheAttestedRoundAndSurvivesAReopen) {
  customer("C-1", 2);
  attest();
  const std::string subject = subject_of("C-1");
  ASSERT_EQ(state(collected("later", "C-1", "+34600")).status, 200);
  wait_for_views();
  EXPECT_EQ(proved({{"customer", subject}}).size(), 3u) << "the later one is behind that round";
  close();
  std::filesystem::remove_all(folder_ / "data/views/attested");
  open(GetParam());
  wait_for_views();
  EXPECT_EQ(proved({{"customer", subject}}).size(), 3u) << "the tree is made again";
  attest();
  EXPECT_EQ(proved({{"customer", subject}}).size(), 4u);
}

// Asked again at the same round, the same event is stated, which is sealed once.
TEST_P(CompletenessOn, ARoundIsAttestedOnce) {
  customer("C-1", 1);
  attest();
  const auto first = node_->projector().views().attested(View::kArchives);
  ASSERT_EQ(first.size(), 1u);
  const auto round = node_->projector().views().round(first[0].round);
  EXPECT_EQ(round->sizes, node_->projector().views().resolve(Moment{first[0].round, {}, false}).sizes);
  const auto walked = walk([](const Record& record) { return record.statement.type == "view.attested"; });
  EXPECT_EQ(walked.size(), kViewCount);
}

TEST_P(CompletenessOn, NeedsAnAttestationAndAQuestion) {
  EXPECT_EQ(get("/v1/completeness", {{"actor", "person:anna"}}).status, 404);
  EXPECT_EQ(get("/v1/completeness").status, 400);
  EXPECT_EQ(get("/v1/completeness", {{"actor", "person:anna"}, {"operation", "x"}}).status, 400);
  customer("C-1", 1);
  attest();
  EXPECT_EQ(get("/v1/completeness", {{"customer", "C-1"}}).status, 400);
  EXPECT_EQ(get("/v1/completeness", {{"actor", std::string(256, 'x')}}).status, 400);
}

// Whoever spoils a section is found out; the section of one subject does not serve another.
TEST_P(CompletenessOn, AnAlteredSectionIsRefused) {
  for (const char* number : {"C-1", "C-2", "C-3"}) customer(number, 3);
  attest();
  const auto proof = node_->attester().prove({About::kActor, "person:anna"}, 1000);
  const auto judge = [&](const Completeness& section) {
    return judge_rows(section, proof.attested.rows, proof.attested.root, GetParam()).fault;
  };
  ASSERT_EQ(judge(proof.section), "");
  for (size_t i = 0; i < proof.section.range.rows.size(); ++i) {
    Completeness bad = proof.section;
    bad.range.rows.erase(bad.range.rows.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_NE(judge(bad), "");
  }
  Completeness other = proof.section;
  other.subject.name = "person:berta";
  EXPECT_NE(judge(other), "");
}

INSTANTIATE_TEST_SUITE_P(Shards, CompletenessOn, testing::Values(1u, 4u));

}  // namespace
}  // namespace custody
