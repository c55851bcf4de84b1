// Policies: who must have seen a checkpoint, read line by line, and checkpoints held against them.
#include "ledger/proof/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/base/file.h"
#include "ledger/proof/checkpoint.h"
#include "tests/unit/base/caught_error.h"

namespace custody {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

Ed25519PrivateKey private_key(const std::string& name) {
  return Ed25519PrivateKey::from_seed(view_of(sha256(name)));
}
std::string log_key(const std::string& name = "example.org/log") {
  return VerifierKey{name, VerifierKey::kEd25519, private_key(name).public_key()}.text();
}
std::string witness_key(const std::string& name) {
  return VerifierKey{name, VerifierKey::kCosignature, private_key(name).public_key()}.text();
}
std::string witness_line(const std::string& name) {
  return "witness " + name + " " + witness_key(name) + "\n";
}

// Signed by the log, seen by these.
std::string note(const std::vector<std::string>& witnesses, const std::string& log = "example.org/log") {
  std::string text = sign_checkpoint({log, 7, sha256("root")}, private_key(log));
  const SignedNote parsed = parse_note(text);
  for (const std::string& name : witnesses) text += cosign(parsed, name, private_key(name), 1'700'000'000);
  return text;
}

// Two of three of X, and any of Y.
std::string two_houses() {
  std::string text = "# two houses\n\nlog " + log_key() + "\n";
  for (const char* name : {"X1", "X2", "X3", "Y1", "Y2"}) text += witness_line(name);
  return text + "group X 2 X1 X2 X3\n  group\tY any Y1  Y2 \ngroup both all X Y\nquorum both\n";
}

bool satisfied(const std::string& policy, const std::string& checkpoint) {
  const Policy read = parse_policy(policy);
  return judge_policy(read, parse_note(checkpoint)).satisfied(read);
}

std::string refusal(const std::string& policy) {
  const CaughtError error = error_of([&] { parse_policy(policy); });
  EXPECT_EQ(error.code, ErrorCode::kRefused) << policy;
  return error.text;
}

TEST(Policy, AQuorumIsReachedByTheMembersOfItsGroups) {
  EXPECT_TRUE(satisfied(two_houses(), note({"X1", "X3", "Y2"})));
  EXPECT_TRUE(satisfied(two_houses(), note({"Y1", "X3", "X2", "X1", "Y2", "stranger"})));
  EXPECT_FALSE(satisfied(two_houses(), note({"X1", "X2", "X3"})));
  EXPECT_FALSE(satisfied(two_houses(), note({"X1", "Y1", "Y2"})));
  EXPECT_FALSE(satisfied(two_houses(), note({"X1", "X1", "Y1"})));  // one is one, however often it says so
  EXPECT_FALSE(satisfied(two_houses(), note({})));
}

TEST(Policy, OneWitnessOrNoneCanBeTheQuorum) {
  const std::string head = "log " + log_key() + "\n" + witness_line("w");
  EXPECT_TRUE(satisfied(head + "quorum w\n", note({"w"})));
  EXPECT_FALSE(satisfied(head + "quorum w\n", note({"x"})));
  EXPECT_TRUE(satisfied(head + "quorum none\n", note({})));
}

TEST(Policy, ACheckpointOfAnotherLogIsNotTaken) {
  const std::string tail = witness_line("w") + "quorum w\n";
  EXPECT_FALSE(satisfied("log " + log_key() + "\n" + tail, note({"w"}, "example.org/other")));
  EXPECT_TRUE(satisfied("log " + log_key("a") + "\nlog " + log_key("b") + "\n" + tail, note({"w"}, "b")));
  EXPECT_TRUE(satisfied(tail, note({"w"}, "example.org/other")));  // logs are known otherwise
}

TEST(Policy, AWrongSignatureIsNamedAndNotCounted) {
  const Policy policy = parse_policy(two_houses());
  const std::string other = sign_checkpoint({"example.org/log", 8, sha256("root")}, private_key("example.org/log"));
  const std::string stray = cosign(parse_note(other), "X2", private_key("X2"), 1);
  const PolicyVerdict verdict = judge_policy(policy, parse_note(note({"X1", "Y1"}) + stray));
  EXPECT_THAT(verdict.wrong, ElementsAre("X2"));
  ASSERT_EQ(verdict.vouching.size(), 2U);
  EXPECT_EQ(policy.witnesses[verdict.vouching[1].witness].name, "Y1");
  EXPECT_EQ(verdict.vouching[1].time_s, 1'700'000'000U);
  EXPECT_FALSE(verdict.quorum);
}

TEST(Policy, TellsWhoOwnsAWitness) {
  const Policy policy =
      parse_policy(witness_line("w") + "#custody:owner w  Example Court, Vienna \nwitness v " + witness_key("v") +
                   " https://v.example/\n# custody:owner is a word of ours\nquorum w\n");
  EXPECT_EQ(policy.witnesses[0].owner, "Example Court, Vienna");
  EXPECT_EQ(policy.witnesses[1].owner, "");
  EXPECT_EQ(policy.witnesses[1].url, "https://v.example/");
}

TEST(Policy, IsRefusedByTheLineThatIsWrong) {
  const std::string w = witness_line("w"), v = witness_line("v");
  const std::vector<std::pair<std::string, std::string>> faults = {
      {"", "line 1: no quorum"},
      {w, "line 2: no quorum"},
      {w + "quorum w", "line 2: it does not end"},
      {w + "quorum w\r\n", "line 2: a control character"},
      {w + "quorum v\n", "line 2: 'v' is not defined above"},
      {"quorum w\n" + w, "line 1: 'w' is not defined above"},
      {w + "quorum w\nquorum w\n", "line 3: a second quorum"},
      {w + "quorum w w\n", "line 2: a quorum is"},
      {w + w + "quorum w\n", "line 2: 'w' was defined before"},
      {w + "witness v " + witness_key("w") + "\nquorum w\n", "line 2: this key was named before"},
      {"log " + log_key() + "\nlog " + log_key() + "\nquorum none\n", "line 2: this key was named before"},
      {"witness none " + witness_key("w") + "\nquorum none\n", "line 1: 'none' cannot"},
      {"witness w " + log_key() + "\nquorum w\n", "line 1: this verifier key is not of the type of a witness"},
      {"log " + witness_key("w") + "\nquorum none\n", "line 1: this verifier key is not of the type of a log"},
      {"log x\nquorum none\n", "line 1: a verifier key is"},
      {"log\nquorum none\n", "line 1: a log is"},
      {"witness w\nquorum none\n", "line 1: a witness is"},
      {w + "group g 2 w\nquorum g\n", "line 2: of 1 members"},
      {w + "group g 0 w\nquorum g\n", "line 2: of 1 members"},
      {w + "group g 01 w\nquorum g\n", "line 2: of 1 members"},
      {w + "group g most w\nquorum g\n", "line 2: of 1 members"},
      {w + "group g any\nquorum g\n", "line 2: a group is"},
      {w + "group g any w w\nquorum g\n", "line 2: 'w' is a member already"},
      {w + "group g any w\ngroup h any w\nquorum g\n", "line 3: 'w' is a member already"},
      {w + "group g any g\nquorum g\n", "line 2: 'g' is not defined above"},
      {w + "group g any none\nquorum g\n", "line 2: 'none' is not defined above"},
      {w + v + "group w any v\nquorum w\n", "line 3: 'w' was defined before"},
      {w + "#custody:owner v Somebody\nquorum w\n", "line 2: an owner of 'v'"},
      {w + "#custody:owner w \nquorum w\n", "line 2: an owner without a name"},
      {w + "#custody:owner w A\n#custody:owner w B\nquorum w\n", "line 3: a second owner"},
      {w + "\n# note\nmirror w\nquorum w\n", "line 4: it begins with none"},
  };
  for (const auto& [policy, reason] : faults) EXPECT_THAT(refusal(policy), StartsWith(reason)) << policy;
}

TEST(Policy, HasBounds) {
  std::string text;
  for (size_t i = 0; i < Policy::kMost; ++i) text += witness_line("w" + std::to_string(i));
  EXPECT_EQ(parse_policy(text + "quorum w255\n").witnesses.size(), Policy::kMost);
  EXPECT_THAT(refusal(text + witness_line("more") + "quorum w0\n"), StartsWith("line 257: too many"));
  EXPECT_THAT(refusal(std::string(kMaxPolicyBytes, '#') + "\n"), StartsWith("larger"));
}

// Of names, keys and bytes that other tools made.
TEST(Policy, TakesTheNotesOfOpenssl) {
  const auto file = [](const std::string& name) {
    return read_file(CUSTODY_SOURCE_DIR "/tests/vectors/cosignature/" + name, kMaxNoteBytes);
  };
  const std::string policy = "log " + file("log.vkey") + "witness w " + file("witness.vkey") + "quorum w\n";
  EXPECT_TRUE(satisfied(policy, file("valid.note")));
  EXPECT_FALSE(satisfied(policy, file("body_of_another.note")));
}

}  // namespace
}  // namespace custody
