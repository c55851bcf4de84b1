// A ledger of three shards with a key of its own, and bundles of it put together by the definitions, so that each thing
// in one can be spoiled alone.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "ledger/codec/canonical.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/proof/bundle_judge.h"
#include "ledger/proof/multi_proof.h"
#include "tests/unit/proof/naive_tree.h"

namespace custody {

// Computes each node anew.
class NaiveNodes : public NodeReader {
 public:
  explicit NaiveNodes(naive::Leaves leaves) : leaves_(leaves) {}
  Digest node(unsigned level, uint64_t index) override {
    return naive::root(leaves_.subspan(index << level, size_t{1} << level));
  }

 private:
  naive::Leaves leaves_;
};

struct StatedRecord {
  std::string type = "data.accessed", source = "urn:crm", actor = "person:anna", body = "b";
  uint8_t subject = 0;    // all of whose bytes are this
  uint8_t operation = 0;  // likewise
  Digest values_commit{};
  Digest prev{};
};

inline std::string record_at(uint32_t shard, uint64_t seq, const StatedRecord& stated) {
  Seal seal;
  seal.shard = shard;
  seal.seq = seq;
  seal.sealed_at_us = 1'700'000'000'000'000 + static_cast<int64_t>(seq);
  seal.prev = stated.prev;
  Stamp stamp;
  stamp.gateway = "test";
  stamp.principal = "crm";
  stamp.subject.bytes.fill(stated.subject);
  const std::string source_id = std::to_string(seq);  // which the statement only points at
  Statement statement;
  statement.type = stated.type;
  statement.source = stated.source;
  statement.source_id = source_id;
  statement.time.us = 1'600'000'000'000'000 + static_cast<int64_t>(seq) * 1'000'000;
  statement.actor = stated.actor;
  statement.operation.bytes.fill(stated.operation);
  statement.values_commit = stated.values_commit;
  statement.body = stated.body;
  return encode_record(seal, to_canonical(stamp) + to_canonical(statement));
}

// What a bundle is made of, so that a test changes one thing of it.
struct Parts {
  std::string note;
  BundleQuestion question;
  std::vector<std::string> supporting, records;
  std::vector<ShardNodes> trees;
  std::optional<std::string> disclosed, policy;

  std::string bytes() const {
    Bundle bundle;
    bundle.note = note;
    bundle.question = question;
    bundle.supporting = {supporting.begin(), supporting.end()};
    bundle.records = {records.begin(), records.end()};
    bundle.trees = trees;
    bundle.disclosed = disclosed;
    bundle.policy = policy;
    return encode_bundle(bundle);
  }
};

class BundleFixture : public testing::Test {
 protected:
  static constexpr uint8_t kAnna = 0xaa;       // a customer, in shard 1
  static constexpr uint8_t kOperation = 0x0b;  // in shards 1 and 2

  BundleFixture() { found("vectors.example"); }

  // Rounds 1 (record 5 of shard 0, over 10 and 6 records) and 2 (record 9, over 20 and 13).
  void found(const std::string& prefix) {
    descriptor_ = {};
    descriptor_.ledger_id.bytes.fill(7);
    descriptor_.name = "vectors";
    descriptor_.origin = prefix + "/0";
    descriptor_.created_at_us = 1'600'000'000'000'000;
    descriptor_.shards = 3;
    descriptor_.signer = key_.public_key();
    const std::string body = encode_descriptor(descriptor_);
    shards_ = {{}, {}, {}};
    for (uint64_t seq = 0; seq < 20; ++seq) shards_[1].push_back(record_at(1, seq, customers(seq)));
    for (uint64_t seq = 0; seq < 13; ++seq)
      shards_[2].push_back(
          record_at(2, seq, {.actor = "system:crm", .operation = seq % 4 == 1 ? kOperation : uint8_t{0}}));
    const StatedRecord created{"ledger.created", "custody:sealer", "system:custody", body, 0, 0, {}, sha256(body)};
    for (uint64_t seq = 0; seq < 10; ++seq) {
      if (seq == 0)
        shards_[0].push_back(record_at(0, 0, created));
      else if (seq == 5 || seq == 9)
        shards_[0].push_back(record_at(0, seq, round(seq == 5 ? 1 : 2, seq == 5 ? 10 : 20, seq == 5 ? 6 : 13)));
      else
        shards_[0].push_back(record_at(0, seq, {.type = "step.registered"}));
    }
  }

  static std::vector<Digest> leaves(const std::vector<std::string>& records) {
    std::vector<Digest> all;
    for (const std::string& record : records) all.push_back(leaf_hash(record));
    return all;
  }
  StatedRecord round(uint64_t number, size_t of_1, size_t of_2) const {
    LedgerRound round;
    round.round = number;
    round.closed_at.us = 1'700'000'000'000'000 + static_cast<int64_t>(number) * 1'000'000;
    const std::vector<Digest> leaves_1 = leaves(shards_[1]), leaves_2 = leaves(shards_[2]);
    round.shards.push_back({1, of_1, naive::root(std::span(leaves_1).first(of_1))});
    round.shards.push_back({2, of_2, naive::root(std::span(leaves_2).first(of_2))});
    return {.type = "ledger.round", .source = "custody:sealer", .actor = "system:custody", .body = to_canonical(round)};
  }
  // Every third is about Anna, with a phone and a city that it commits to.
  StatedRecord customers(uint64_t seq) const {
    if (seq % 3 != 1) return {.operation = seq % 5 == 0 ? kOperation : uint8_t{0}};
    std::vector<CommittedField> committed;
    for (const DisclosedField& field : fields_of(seq)) committed.push_back({field.name, field.commitment});
    return {.type = "data.collected", .subject = kAnna, .values_commit = values_commitment(committed)};
  }
  static std::vector<DisclosedField> fields_of(uint64_t seq) {
    ValueSalt salt;
    salt.fill(static_cast<uint8_t>(seq));
    static const std::string kPhone = "+34600123456", kCity = "Lugo";
    const auto field = [&](std::string_view name, std::string_view value) {
      return DisclosedField{name, field_commitment(salt, ValueType::kText, value), OpenedField{salt, 1, value}};
    };
    return {field("city", kCity), field("phone", kPhone)};
  }

  // Of these records, with what supports them.
  Parts parts_of(const BundleQuestion& question, const std::vector<Ref>& refs) const {
    Parts parts;
    parts.question = question;
    parts.note = sign_checkpoint({descriptor_.origin, shards_[0].size(), naive::root(leaves(shards_[0]))}, key_);
    std::map<uint32_t, std::vector<uint64_t>> indices{{0, {0, shards_[0].size() - 1}}};
    if (question.from != 0) indices[0].push_back(5);
    for (const uint64_t seq : indices[0])
      if (!std::ranges::binary_search(refs, Ref{0, seq})) parts.supporting.push_back(shards_[0][seq]);
    std::ranges::sort(parts.supporting, {}, [](const std::string& record) { return decode_seal(record).seq; });
    for (const Ref& ref : refs) {
      parts.records.push_back(shards_[ref.shard][ref.seq]);
      indices[ref.shard].push_back(ref.seq);
    }
    for (auto& [shard, all] : indices) {
      std::ranges::sort(all);
      all.erase(std::ranges::unique(all).begin(), all.end());
      parts.trees.push_back(tree_of(shard, all));
    }
    return parts;
  }
  ShardNodes tree_of(uint32_t shard, const std::vector<uint64_t>& indices) const {
    const std::vector<Digest> all = leaves(shards_[shard]);
    NaiveNodes nodes(all);
    return {shard, multi_proof(nodes, indices, all.size())};
  }
  static BundleQuestion question(const std::string& by, const std::string& what, uint64_t from = 0) {
    BundleQuestion asked = parse_question(by, what).value();
    asked.from = from;
    asked.to = 2;
    return asked;
  }
  static std::string uuid_of(uint8_t byte) {
    ByteArray<16> bytes;
    bytes.fill(byte);
    return uuid_text(bytes);
  }

  Parts of_customer() const {
    std::vector<Ref> refs;
    for (uint64_t seq = 1; seq < 20; seq += 3) refs.push_back({1, seq});
    return parts_of(question("customer", uuid_of(kAnna)), refs);
  }
  Parts of_operation() const {
    return parts_of(question("operation", uuid_of(kOperation)), {{1, 0}, {1, 5}, {1, 15}, {2, 1}, {2, 5}, {2, 9}});
  }
  Parts of_range(uint32_t shard, uint64_t first, uint64_t last, uint64_t from = 0) const {
    std::vector<Ref> refs;
    for (uint64_t seq = first; seq <= last; ++seq) refs.push_back({shard, seq});
    return parts_of(question("range", to_text(Ref{shard, first}) + "-" + std::to_string(last), from), refs);
  }
  // The phone alone is opened, of two records.
  static std::vector<Disclosure> phones() {
    std::vector<Disclosure> all{{{1, 4}, fields_of(4)}, {{1, 7}, fields_of(7)}};
    for (Disclosure& one : all) one.fields[0].opened.reset();
    return all;
  }
  static std::string disclosed(const std::vector<Disclosure>& all) {
    DisclosureWriter writer;
    for (const Disclosure& one : all) writer.add(one);
    return std::move(writer).finish();
  }

  VerifierKey vkey() const { return {descriptor_.origin, VerifierKey::kEd25519, key_.public_key()}; }
  BundleVerdict judge(std::string_view bytes) const {
    const VerifierKey trusted = vkey();
    return judge_bundle(bytes, {&trusted, 1});
  }
  void expect(std::string_view bytes, ProofVerdict::Kind kind, const std::string& reason) const {
    const BundleVerdict verdict = judge(bytes);
    EXPECT_EQ(verdict.kind, kind) << verdict.reason;
    EXPECT_THAT(verdict.reason, testing::HasSubstr(reason));
    expect_nothing_told(verdict);
  }
  static void expect_nothing_told(const BundleVerdict& verdict) {
    EXPECT_TRUE(verdict.signer.empty() && verdict.records.empty() && verdict.supporting.empty() &&
                verdict.values.empty());
    EXPECT_TRUE(verdict.checkpoint.origin.empty() && verdict.descriptor.name.empty() && verdict.note.empty());
  }

  Ed25519PrivateKey key_ = Ed25519PrivateKey::from_seed(std::string(32, 's'));
  Descriptor descriptor_;
  std::vector<std::vector<std::string>> shards_;
};

}  // namespace custody
