// A witness against a log, honest and not: what it cosigns, what it answers else, and what it knows after a restart.
#include "tools/witness/witness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/base/caught_error.h"
#include "tests/unit/base/temp_folder.h"
#include "tests/unit/proof/naive_tree.h"

namespace custody {
namespace {

using testing::HasSubstr;

class AtNoon : public Clock {
 public:
  int64_t now_us() const override { return 1'700'000'000'999'999; }
  int64_t monotonic_us() const override { return 0; }
};

class WitnessTest : public testing::Test {
 protected:
  void SetUp() override { reopen(); }

  void reopen() {
    witness_.reset();
    witness_.emplace(Witness::open(folder_ / "state", "witness.example/w1", {key_of("log.example/0")}, clock_));
  }

  static Ed25519PrivateKey private_key(const std::string& name) {
    return Ed25519PrivateKey::from_seed(view_of(sha256(name)));
  }
  static VerifierKey key_of(const std::string& log) {
    return {log, VerifierKey::kEd25519, private_key(log).public_key()};
  }
  // The leaves of a history: `fork` is the first that is another's.
  static std::vector<Digest> leaves(uint64_t size, uint64_t fork = UINT64_MAX) {
    std::vector<Digest> out;
    for (uint64_t i = 0; i < size; ++i) out.push_back(leaf_hash(std::to_string(i) + (i >= fork ? "'" : "")));
    return out;
  }
  static std::string note(uint64_t size, uint64_t fork = UINT64_MAX, const std::string& log = "log.example/0",
                          const std::string& signer = "log.example/0") {
    return sign_checkpoint({log, size, naive::root(leaves(size, fork))}, private_key(signer));
  }
  static std::string request(uint64_t old, const std::vector<Digest>& path, const std::string& checkpoint) {
    std::string out = "old " + std::to_string(old) + "\n";
    for (const Digest& digest : path) out += to_base64(view_of(digest)) + "\n";
    return out + "\n" + checkpoint;
  }
  static std::string grown(uint64_t old, uint64_t size, uint64_t fork = UINT64_MAX) {
    const auto path = old == 0 ? std::vector<Digest>() : naive::consistency(old, leaves(size, fork));
    return request(old, path, note(size, fork));
  }
  int status(const std::string& body) { return witness_->add_checkpoint(body).status; }
  // Refused with the size that the witness knows.
  void expect_known(const std::string& body, uint64_t size) {
    const ApiResponse answer = witness_->add_checkpoint(body);
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.content_type, "text/x.tlog.size");
    EXPECT_EQ(answer.body, std::to_string(size) + "\n");
  }

  TempFolder folder_;
  AtNoon clock_;
  std::optional<Witness> witness_;
};

TEST_F(WitnessTest, CosignsWhatGrewOutOfWhatItSaw) {
  for (const auto& [old, size] : {std::pair<uint64_t, uint64_t>{0, 5}, {5, 5}, {5, 13}, {13, 300}}) {
    const ApiResponse answer = witness_->add_checkpoint(grown(old, size));
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(cosigned_at(parse_note(note(size) + answer.body), witness_->vkey()), 1'700'000'000U);
  }
  expect_known(grown(0, 301), 300);
}

TEST_F(WitnessTest, NeverCosignsTwoHistories) {
  ASSERT_EQ(status(grown(0, 8)), 200);
  EXPECT_EQ(status(grown(8, 13, 6)), 422);                  // another history, with its own proof
  EXPECT_EQ(status(request(8, {}, note(13))), 422);         // no proof
  expect_known(grown(0, 13, 6), 8);                         // as if it had seen nothing
  expect_known(request(8, {}, note(8, 6)), 8);              // another tree of this size
  expect_known(grown(7, 13), 8);                            // of a size that it did not see last
  expect_known(request(3, {}, note(5)), 8);                 // back
  EXPECT_EQ(status(request(8, {}, note(5))), 400);          // smaller than it says itself
  EXPECT_EQ(status(request(8, {Digest{}}, note(8))), 422);  // a proof of nothing
  EXPECT_EQ(status(grown(8, 13)), 200);
}

TEST_F(WitnessTest, RemembersOverARestart) {
  ASSERT_EQ(status(grown(0, 8)), 200);
  const std::string vkey = witness_->vkey().text();
  reopen();
  EXPECT_EQ(witness_->vkey().text(), vkey);
  expect_known(grown(0, 13, 6), 8);
  EXPECT_EQ(status(grown(8, 13, 6)), 422);
  EXPECT_EQ(status(grown(8, 13)), 200);
}

TEST_F(WitnessTest, CosignsNothingThatItCannotKeep) {
  ASSERT_EQ(status(grown(0, 8)), 200);
  std::filesystem::rename(folder_ / "state/logs", folder_ / "gone");
  EXPECT_EQ(error_of([&] { witness_->add_checkpoint(grown(8, 13)); }).code, ErrorCode::kNotFound);
  std::filesystem::rename(folder_ / "gone", folder_ / "state/logs");
  expect_known(grown(0, 13), 8);
  EXPECT_EQ(status(grown(8, 13)), 200);
}

TEST_F(WitnessTest, KnowsLogsByNameAndKey) {
  EXPECT_EQ(status(request(0, {}, note(5, UINT64_MAX, "other.example/0"))), 404);
  EXPECT_EQ(status(request(0, {}, note(5, UINT64_MAX, "log.example/0", "other.example/0"))), 403);
  std::string altered = note(5);
  altered.replace(altered.find("\n5\n"), 3, "\n6\n");
  EXPECT_EQ(status(request(0, {}, altered)), 403);
  std::string strangers = note(5) + "\xE2\x80\x94 stranger " + to_base64(std::string(68, 'x')) + "\n";
  EXPECT_EQ(status(request(0, {}, strangers)), 200);
}

TEST_F(WitnessTest, RefusesWhatIsNoRequest) {
  const std::string good = grown(0, 5), line = to_base64(view_of(Digest{})) + "\n";
  std::string many = "old 0\n";
  for (int i = 0; i < 64; ++i) many += line;
  for (const std::string& bad :
       {std::string(), std::string("old 0"), std::string("old 0\n"), std::string("old 0\n\n"),
        "old 00" + good.substr(5), "old -1" + good.substr(5), "new 0" + good.substr(5), "old 0\nx\n" + good.substr(6),
        many + "\n" + note(5), "old 0\n" + to_base64("short") + "\n" + good.substr(6),
        "old 99999999999999999999" + good.substr(5)})
    EXPECT_EQ(status(bad), 400) << bad;
  for (size_t size = 0; size < good.size(); ++size) EXPECT_EQ(status(good.substr(0, size)), 400) << size;
  EXPECT_EQ(status(good), 200);
}

TEST_F(WitnessTest, ItsStateIsOneWitnessInOneProcess) {
  const auto open = [&](const std::string& folder, const std::string& name) {
    return [&, folder, name] { (void)Witness::open(folder_ / folder, name, {key_of("log.example/0")}, clock_); };
  };
  EXPECT_EQ(error_of(open("state", "")).code, ErrorCode::kConflict);
  ASSERT_EQ(status(grown(0, 5)), 200);
  witness_.reset();
  EXPECT_EQ(error_of(open("state", "another")).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of(open("new", "")).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of(open("new", "with space")).code, ErrorCode::kUsage);
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "state/logs"))
    std::filesystem::resize_file(entry.path(), 20);
  EXPECT_EQ(error_of(open("state", "")).code, ErrorCode::kStore);
}

}  // namespace
}  // namespace custody
