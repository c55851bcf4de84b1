// Checkpoints, tiles and proofs as the interface gives them, of one shard and of several.
#include "tools/api/evidence.h"

#include <filesystem>

#include "ledger/base/lmdb.h"
#include "ledger/proof/record_proof.h"
#include "ledger/proof/tile.h"
#include "tests/unit/api/node_fixture.h"

namespace custody {
namespace {

using testing::HasSubstr;

class EvidenceTest : public NodeFixture {
 protected:
  void several_shards() {
    close();
    std::filesystem::remove_all(folder_ / "data");
    open(3);
  }
  // Customers' events, over all shards that take them.
  void fill(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string n = std::to_string(filled_++);
      ASSERT_EQ(state(opened("e" + n, "C-" + n)).status, 200);
    }
  }
  VerifierKey vkey() const { return {node_->descriptor().origin, VerifierKey::kEd25519, node_->descriptor().signer}; }
  ProofVerdict judged(const std::string& proof) const {
    const VerifierKey key = vkey();
    return judge_record_proof(proof, {&key, 1});
  }
  // Of every record there is.
  void expect_all_proved() {
    for (uint32_t shard = 0; shard < node_->tails().size(); ++shard)
      for (uint64_t seq = 0, size = node_->tails()[shard]->size(); seq < size; ++seq) {
        const ApiResponse answer = get("/v1/proofs/" + std::to_string(shard) + "/" + std::to_string(seq));
        ASSERT_EQ(answer.status, 200) << answer.body;
        const ProofVerdict verdict = judged(answer.body);
        ASSERT_EQ(verdict.kind, ProofVerdict::kProved) << verdict.reason;
        ASSERT_EQ(decode_record(verdict.record).ref(), (Ref{shard, seq}));
      }
  }

  int filled_ = 0;
};

// What a client makes of the tiles that the service gives it.
class ServedTiles : public TileReader {
 public:
  ServedTiles(std::function<ApiResponse(const std::string&)> get, std::string prefix)
      : get_(std::move(get)), prefix_(std::move(prefix)) {}
  std::string tile(const TileName& tile) override {
    const ApiResponse answer = get_(prefix_ + tile_path(tile));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.content_type, "application/octet-stream");
    return answer.body;
  }

 private:
  std::function<ApiResponse(const std::string&)> get_;
  std::string prefix_;
};

TEST_F(EvidenceTest, EveryRecordIsProved) {
  fill(30);
  expect_all_proved();
}

TEST_F(EvidenceTest, EveryRecordOfEveryShardIsProvedThroughARound) {
  several_shards();
  fill(30);
  EXPECT_GT(node_->tails()[1]->size(), 3U);
  EXPECT_GT(node_->tails()[2]->size(), 3U);
  expect_all_proved();
}

TEST_F(EvidenceTest, TilesLeadToTheSignedRootAndEntriesToTheirLeaves) {
  fill(300);
  const auto answer = json(get("/v1/checkpoints"));
  const auto& shard = answer.at("shards").at(0).as_object();
  const auto size = shard.at("size").to_number<uint64_t>();
  ASSERT_GT(size, 256U);
  ServedTiles tiles([&](const std::string& path) { return get(path); }, "/v1/shards/0/");
  TileNodes nodes(tiles, size);
  EXPECT_EQ(to_base64(view_of(root_of(nodes, size))), shard.at("root").as_string());
  uint64_t seq = 0;
  for (uint64_t index = 0; const uint32_t width = tile_width(0, index, size); ++index) {
    const ApiResponse bundle = get("/v1/shards/0/" + entries_path(index, width));
    ASSERT_EQ(bundle.status, 200) << bundle.body;
    for (std::string_view rest = bundle.body; !rest.empty(); ++seq) {
      const size_t length = size_t{static_cast<uint8_t>(rest[0])} << 8 | static_cast<uint8_t>(rest[1]);
      EXPECT_EQ(decode_record(rest.substr(2, length)).ref(), (Ref{0, seq}));
      EXPECT_EQ(leaf_hash(rest.substr(2, length)), nodes.node(0, seq));
      rest.remove_prefix(2 + length);
    }
  }
  EXPECT_EQ(seq, size);
}

TEST_F(EvidenceTest, HeadersSayWhatMayBeKept) {
  fill(3);
  get("/v1/proofs/0/0");  // waits for a checkpoint
  const auto cache = [](const ApiResponse& response) {
    for (const auto& [name, value] : response.headers)
      if (name == "Cache-Control") return value;
    return std::string();
  };
  EXPECT_THAT(cache(get("/v1/shards/0/tile/0/000.p/3")), HasSubstr("immutable"));
  EXPECT_THAT(cache(get("/v1/shards/0/tile/entries/000.p/3")), HasSubstr("immutable"));
  EXPECT_EQ(cache(get("/v1/shards/0/checkpoint")), "max-age=1");
  EXPECT_EQ(get("/v1/shards/0/checkpoint").content_type, "text/plain; charset=utf-8");
}

TEST_F(EvidenceTest, WhatIsNotThereIsNotFound) {
  fill(3);
  for (const char* path : {"/v1/shards/0/tile/0/000", "/v1/shards/0/tile/0/000.p/200", "/v1/shards/0/tile/0/x001/000",
                           "/v1/shards/0/tile/1/000.p/1", "/v1/shards/0/tile/63/000.p/1", "/v1/shards/0/tile/0/0",
                           "/v1/shards/0/tile/0/../../x", "/v1/shards/0/tile/entries/001", "/v1/shards/0/tile/",
                           "/v1/shards/7/tile/0/000.p/1", "/v1/shards/x/tile/0/000.p/1", "/v1/shards/7/checkpoint",
                           "/v1/shards/99999999999/checkpoint", "/v1/proofs/0/999999", "/v1/proofs/9/0",
                           "/v1/shards/0/tile/0/x018/x446/x744/x073/x709/x551/615.p/1"})
    EXPECT_EQ(get(path).status, 404) << path;
  EXPECT_EQ(get("/v1/proofs/0/x").status, 400);
}

TEST_F(EvidenceTest, CheckpointsNameKeyRoundAndThatNobodyWitnessed) {
  several_shards();
  fill(10);
  EXPECT_EQ(get("/v1/proofs/1/0").status, 200);  // waits for a checkpoint of each shard, whichever customers it has
  const auto answer = json(get("/v1/checkpoints"));
  EXPECT_EQ(answer.at("vkey").as_string(), vkey().text());
  ASSERT_EQ(answer.at("shards").as_array().size(), 3U);
  for (const auto& shard : answer.at("shards").as_array()) {
    const SignedNote note = parse_note(shard.at("note").as_string());
    EXPECT_EQ(checkpoint_of(note).size, shard.at("size").to_number<uint64_t>());
    EXPECT_EQ(note_state(note, {checkpoint_of(note).origin, VerifierKey::kEd25519, node_->descriptor().signer}),
              NoteState::kSigned);
    EXPECT_TRUE(shard.at("cosigners").as_array().empty());
    EXPECT_EQ(note_state(note, parse_vkey(shard.at("vkey").as_string())), NoteState::kSigned);
  }
}

TEST_F(EvidenceTest, CheckpointsOfARoundOfThePast) {
  fill(1);
  wait_for_views();
  EXPECT_EQ(get("/v1/proofs/0/2").status, 200);
  const auto before = json(get("/v1/checkpoints"));
  const std::string round = std::to_string(before.at("round").to_number<uint64_t>());
  fill(20);
  EXPECT_EQ(get("/v1/proofs/0/20").status, 200);
  wait_for_views();
  const auto now = json(get("/v1/checkpoints"));
  EXPECT_GT(now.at("round").to_number<uint64_t>(), before.at("round").to_number<uint64_t>());
  EXPECT_EQ(json(get("/v1/checkpoints", {{"as_of", round}})).at("shards"), before.at("shards"));
  EXPECT_EQ(get("/v1/checkpoints", {{"as_of", "1999-01-01"}}).status, 404);
}

// A store that is damaged where no root at its end tells it: the proof is judged before it is given.
TEST_F(EvidenceTest, ADamagedTreeIsFoundAndMadeAnew) {
  fill(300);
  EXPECT_EQ(get("/v1/proofs/0/7").status, 200);
  close();
  {
    LmdbEnv env = LmdbEnv::open(folder_ / "data/trees/0");
    const LmdbTable nodes = env.open_table("nodes");
    LmdbTxn txn = env.begin_write();
    const std::string key(9, '\0');
    std::string row(*txn.get(nodes, key));
    row[6 * 32] = static_cast<char>(row[6 * 32] ^ 1);  // the sibling of record 7
    txn.put(nodes, key, row);
    txn.commit();
  }
  open();
  ApiResponse answer = get("/v1/proofs/0/7");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("made anew"));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while ((answer = get("/v1/proofs/0/7")).status != 200) ASSERT_LT(std::chrono::steady_clock::now(), until);
  EXPECT_EQ(judged(answer.body).kind, ProofVerdict::kProved);
}

}  // namespace
}  // namespace custody
