// tests/vectors/bundle: files that hold, and one for each thing that can be wrong. Their bytes are made here, and are
// so for ever; CUSTODY_WRITE_VECTORS=1 writes them anew, with the table that other verifiers go by.
#include <cstdlib>
#include <fstream>

#include "ledger/base/file.h"
#include "tests/unit/proof/bundle_fixture.h"

namespace custody {
namespace {

using Kind = ProofVerdict::Kind;

struct Vector {
  std::string name;
  std::string bytes;
  Kind kind = ProofVerdict::kProved;
  std::string reason;  // a part of it
};

std::string_view word_of(Kind kind) {
  switch (kind) {
    case Kind::kProved:
      return "proved";
    case Kind::kFault:
      return "fault";
    case Kind::kOtherLedger:
      return "other_ledger";
    case Kind::kUnknownSigner:
      return "unknown_signer";
    case Kind::kNoEvidence:
    case Kind::kUnwitnessed:
      break;
  }
  return "no_evidence";
}

class BundleVectors : public BundleFixture {
 protected:
  void good(const std::string& name, const Parts& parts) { all_.push_back({name, parts.bytes(), Kind::kProved, ""}); }
  void bad(const std::string& name, const Parts& parts, Kind kind, const std::string& reason) {
    all_.push_back({name, parts.bytes(), kind, reason});
  }
  void bad_bytes(const std::string& name, std::string bytes, const std::string& reason) {
    all_.push_back({name, std::move(bytes), Kind::kNoEvidence, reason});
  }
  // A change of one thing.
  template <class Change>
  static Parts changed(Parts parts, const Change& change) {
    change(parts);
    return parts;
  }
  template <class Change>
  static Parts disclosing(Parts parts, const Change& change) {
    auto all = phones();
    change(all);
    parts.disclosed = disclosed(all);
    return parts;
  }
  static std::string fitted(std::string bytes) {
    std::string length;
    append_le(length, bytes.size(), 8);
    return bytes.replace(6, 8, length);
  }
  static std::string with_part(const std::string& bytes, uint8_t kind, const std::string& body) {
    std::string part(1, static_cast<char>(kind));
    append_le(part, body.size(), 4);
    return fitted(bytes + part + body);
  }

  void make_valid() {
    good("valid_customer", of_customer());
    good("valid_operation_over_shards", of_operation());
    good("valid_actor", parts_of(question("actor", "system:crm"), {{2, 0}, {2, 5}, {2, 12}}));
    good("valid_range_of_shard_0", of_range(0, 4, 6));
    good("valid_range_behind_a_round", of_range(1, 10, 15, 1));
    good("valid_without_an_answer", parts_of(question("customer", uuid_of(1)), {}));
    good("valid_disclosed", disclosing(of_customer(), [](auto&) {}));
    good("valid_policy", changed(of_customer(), [](Parts& parts) { parts.policy = "quorum none\n"; }));
    all_.push_back(
        {"valid_unknown_part", with_part(of_customer().bytes(), 200, "of a newer program"), Kind::kProved, ""});
  }

  void make_bad_records() {
    const Parts whole = of_operation();
    bad("record_altered", changed(whole, [](Parts& p) { p.records[2].back() = 'x'; }), Kind::kFault, "do not lead");
    bad("record_removed", changed(whole, [](Parts& p) { p.records.erase(p.records.begin() + 1); }), Kind::kFault,
        "do not lead");
    bad("record_repeated", changed(whole, [](Parts& p) { p.records.insert(p.records.begin(), p.records[0]); }),
        Kind::kFault, "does not stand behind");
    bad("records_swapped", changed(whole, [](Parts& p) { std::swap(p.records[0], p.records[1]); }), Kind::kFault,
        "does not stand behind");
    bad("record_from_another_position", changed(whole, [&](Parts& p) { p.records[1] = shards_[1][6]; }), Kind::kFault,
        "do not lead");
    bad("record_under_another_number",
        changed(whole, [](Parts& p) { p.records[1] = record_at(1, 6, {.operation = kOperation}); }), Kind::kFault,
        "do not lead");
    bad("record_of_another_shard",
        changed(whole, [](Parts& p) { p.records.push_back(record_at(7, 9, {.operation = kOperation})); }), Kind::kFault,
        "does not name the shard");
    bad("record_that_is_no_answer",
        changed(whole,
                [&](Parts& p) {
                  p.records[1] = shards_[1][6];
                  p.trees[1] = tree_of(1, {0, 6, 15});
                }),
        Kind::kFault, "1:6 is no answer");
    bad("record_before_the_rounds", parts_of(question("customer", uuid_of(kAnna), 1), {{1, 7}, {1, 13}}), Kind::kFault,
        "not sealed between the rounds");
    bad("record_behind_the_rounds", of_range(0, 4, 9), Kind::kFault, "not sealed between the rounds");
    bad("range_with_a_gap",
        changed(of_range(1, 3, 7),
                [&](Parts& p) {
                  p.records.erase(p.records.begin() + 2);
                  p.trees[1] = tree_of(1, {3, 4, 6, 7});
                }),
        Kind::kFault, "leaves out records");
  }

  void make_bad_trees() {
    const Parts whole = of_operation();
    bad("node_flipped", changed(whole, [](Parts& p) { p.trees[1].nodes[0][5] ^= 1; }), Kind::kFault, "do not lead");
    bad("node_missing", changed(whole, [](Parts& p) { p.trees[2].nodes.pop_back(); }), Kind::kFault, "do not lead");
    bad("node_added", changed(whole, [](Parts& p) { p.trees[2].nodes.emplace_back(); }), Kind::kFault, "do not lead");
    bad("tree_missing", changed(whole, [](Parts& p) { p.trees.pop_back(); }), Kind::kFault, "do not lead");
    bad("tree_of_no_record", changed(of_customer(), [&](Parts& p) { p.trees.push_back(tree_of(2, {1})); }),
        Kind::kFault, "a tree of a shard");
  }

  void make_bad_support() {
    const Parts whole = of_customer();
    bad("first_record_missing",
        changed(whole,
                [&](Parts& p) {
                  p.supporting.erase(p.supporting.begin());
                  p.trees[0] = tree_of(0, {9});
                }),
        Kind::kFault, "lacks the first record");
    bad("round_missing",
        changed(whole,
                [&](Parts& p) {
                  p.supporting.pop_back();
                  p.trees[0] = tree_of(0, {0});
                }),
        Kind::kFault, "lacks the round");
    bad("round_of_the_beginning_missing",
        changed(of_range(1, 10, 15, 1),
                [&](Parts& p) {
                  p.supporting.erase(p.supporting.begin() + 1);
                  p.trees[0] = tree_of(0, {0, 9});
                }),
        Kind::kFault, "lacks round 1");
    bad("supporting_record_of_another_shard", changed(whole, [&](Parts& p) { p.supporting.push_back(shards_[1][0]); }),
        Kind::kFault, "supports nothing");
    bad("question_of_another_round", changed(whole, [](Parts& p) { p.question.to = 3; }), Kind::kFault,
        "not of round 3");
    bad("checkpoint_altered", changed(whole, [](Parts& p) { p.note[p.note.find("\n10\n") + 2] = '1'; }), Kind::kFault,
        "the checkpoint was altered");
    const Checkpoint checkpoint{descriptor_.origin, shards_[0].size(), naive::root(leaves(shards_[0]))};
    const auto stranger = Ed25519PrivateKey::from_seed(std::string(32, 'x'));
    bad("signed_by_an_unknown_key", changed(whole, [&](Parts& p) { p.note = sign_checkpoint(checkpoint, stranger); }),
        Kind::kUnknownSigner, "not trusted");
    bad("not_a_note", changed(whole, [](Parts& p) { p.note = "a note of nobody\n"; }), Kind::kNoEvidence,
        "checkpoint cannot be read");
    // Stated by somebody else, and signed with the rest.
    const std::string round = shards_[0][9];
    shards_[0][9] = record_at(0, 9, {.type = "ledger.round", .body = std::string(decode_record(round).statement.body)});
    bad("round_by_a_stranger", of_customer(), Kind::kFault, "0:9 is no round");
    shards_[0][9] = round;
    found("another.example");
    bad("of_another_ledger", of_customer(), Kind::kOtherLedger, "another.example/0");
    bad("records_of_another_ledger",
        changed(of_customer(),
                [&](Parts& p) {
                  p.note =
                      sign_checkpoint({"vectors.example/0", shards_[0].size(), naive::root(leaves(shards_[0]))}, key_);
                }),
        Kind::kFault, "another ledger");
    found("vectors.example");
  }

  void make_bad_values() {
    const Parts whole = of_customer();
    bad("value_changed", disclosing(whole, [](auto& all) { all[0].fields[1].opened->value = "+34600123457"; }),
        Kind::kFault, "field phone");
    bad("value_of_another_type", disclosing(whole, [](auto& all) { all[0].fields[1].opened->type = 2; }), Kind::kFault,
        "field phone");
    bad("salt_changed", disclosing(whole, [](auto& all) { all[0].fields[1].opened->salt[31] ^= 1; }), Kind::kFault,
        "field phone");
    bad("commitment_changed", disclosing(whole, [](auto& all) { all[0].fields[0].commitment[0] ^= 1; }), Kind::kFault,
        "1:4");
    bad("field_left_out", disclosing(whole, [](auto& all) { all[0].fields.erase(all[0].fields.begin()); }),
        Kind::kFault, "1:4");
    bad("field_renamed", disclosing(whole, [](auto& all) { all[0].fields[1].name = "phony"; }), Kind::kFault, "1:4");
    bad("values_of_another_record", disclosing(whole, [](auto& all) { all[1].ref = {1, 10}; }), Kind::kFault, "1:10");
    bad("values_of_no_record", disclosing(whole, [](auto& all) { all[1].ref = {1, 8}; }), Kind::kFault,
        "does not hold");
    bad("values_out_of_order", disclosing(whole, [](auto& all) { std::swap(all[0], all[1]); }), Kind::kFault, "order");
    bad("values_with_bytes_left_over", changed(whole, [](Parts& p) { p.disclosed = disclosed(phones()) + "x"; }),
        Kind::kNoEvidence, "discloses");
  }

  void make_bad_files() {
    const std::string whole = of_customer().bytes();
    const auto replaced = [&](const std::string& from, const std::string& to) {
      std::string bytes = whole;
      return bytes.replace(bytes.find(from), from.size(), to);
    };
    bad_bytes("no_bundle", "This is no bundle.\n", "first bytes");
    bad_bytes("cut_off", whole.substr(0, whole.size() - 1), "cut off");
    bad_bytes("cut_off_in_its_head", whole.substr(0, 9), "cut off");
    bad_bytes("bytes_behind_its_end", whole + "x", "behind its end");
    bad_bytes("newer_version", std::string(whole).replace(4, 1, "\x02"), "version 2");
    bad_bytes("newer_part", with_part(whole.substr(0, 14), 6, "x"), "part 6");
    bad_bytes("part_missing", fitted(whole.substr(0, 14) + whole.substr(14 + 5 + read_le(whole, 15, 4))),
              "part 1 is missing");
    bad_bytes("part_repeated", with_part(whole, 5, std::string(4, '\0')), "ascend");
    bad_bytes("question_misspelt", replaced("customer", "Customer"), "nobody asks");
    bad_bytes("subject_misspelt", replaced("aaaaaaaa-aaaa", "AAAAAAAA-AAAA"), "nobody asks");
    bad_bytes(
        "record_too_short",
        [&] {
          Parts parts = of_customer();
          parts.records[0].resize(71);
          return parts.bytes();
        }(),
        "a length that none has");
  }

  static std::string path_of(const std::string& name) { return CUSTODY_SOURCE_DIR "/tests/vectors/bundle/" + name; }
  void write_all() const {
    std::string table =
        "# Evidence bundles\nMade by `tests/unit/proof/bundle_vectors_test.cc` after docs/formats/bundle.md, each bad "
        "one "
        "with one fault. `operator.vkey` is the key to judge them by.\n\n| file | verdict | because |\n|---|---|---|\n";
    for (const Vector& one : all_) {
      std::ofstream(path_of(one.name + ".bundle"), std::ios::binary) << one.bytes;
      table += "| " + one.name + ".bundle | " + std::string(word_of(one.kind)) + " | " + one.reason + " |\n";
    }
    std::ofstream(path_of("README.md")) << table;
    std::ofstream(path_of("operator.vkey")) << vkey().text() << "\n";
  }

  std::vector<Vector> all_;
};

TEST_F(BundleVectors, AreWrittenAndJudgedAsTheyAlwaysWere) {
  make_valid();
  make_bad_records();
  make_bad_trees();
  make_bad_support();
  make_bad_values();
  make_bad_files();
  if (std::getenv("CUSTODY_WRITE_VECTORS") != nullptr) write_all();
  const std::string table = read_file(path_of("README.md"), 1 << 20);
  const VerifierKey trusted = vkey();
  for (const Vector& one : all_) {
    const std::string kept = read_file(path_of(one.name + ".bundle"), kMaxBundleBytes);
    EXPECT_TRUE(kept == one.bytes) << one.name << " is made of other bytes now";
    const BundleVerdict verdict = judge_bundle(kept, {&trusted, 1});
    EXPECT_EQ(word_of(verdict.kind), word_of(one.kind)) << one.name << ": " << verdict.reason;
    EXPECT_THAT(verdict.reason, testing::HasSubstr(one.reason)) << one.name;
    EXPECT_THAT(table, testing::HasSubstr("| " + one.name + ".bundle | " + std::string(word_of(one.kind)) + " |"));
  }
}

}  // namespace
}  // namespace custody
