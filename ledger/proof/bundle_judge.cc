#include "ledger/proof/bundle_judge.h"

#include <algorithm>

#include "ledger/event/bodies_ledger.h"
#include "ledger/proof/bundle_complete.h"
#include "ledger/proof/judging.h"
#include "ledger/proof/multi_proof.h"

namespace custody {
namespace {

using judging::Ends;
using judging::fault;
using judging::read_or_end;

// A record of the file, at the place that its seal names.
struct Placed {
  Ref ref;
  Digest leaf{};
  std::string_view bytes;
};

struct Window {
  uint64_t begin = 0;
  uint64_t end = 0;
};

Record read_record(std::string_view bytes) {
  return read_or_end([&] { return decode_record(bytes); }, "one of its records is none");
}

std::vector<Placed> place(const std::vector<std::string_view>& records) {
  std::vector<Placed> placed;
  placed.reserve(records.size());
  for (const std::string_view bytes : records) {
    const Seal seal = read_or_end([&] { return decode_seal(bytes); }, "one of its records is none");
    const Ref ref{seal.shard, seal.seq};
    if (!placed.empty() && placed.back().ref >= ref)
      throw fault("record " + to_text(ref) + " does not stand behind " + to_text(placed.back().ref));
    placed.push_back({ref, leaf_hash(bytes), bytes});
  }
  return placed;
}

class Judge {
 public:
  Judge(const Bundle& bundle, BundleVerdict& verdict) : bundle_(bundle), verdict_(verdict) {}

  void judge(std::span<const VerifierKey> trusted) {
    judge_signature(trusted);
    judge_registry();
    judge_descriptor();
    judge_rounds();
    judge_other_shards();
    judge_answer();
    judge_values();
    verdict_.records = bundle_.records;
    verdict_.supporting = bundle_.supporting;
    verdict_.note = bundle_.note;
    verdict_.policy = bundle_.policy;
    verdict_.times = bundle_.times;
    verdict_.unknown = bundle_.unknown;
    if (bundle_.complete) verdict_.complete = judge_complete(*bundle_.complete, verdict_);
  }

 private:
  void judge_signature(std::span<const VerifierKey> trusted) {
    judging::Signed found = judging::judge_note(bundle_.note, trusted);
    verdict_.checkpoint = std::move(found.checkpoint);
    verdict_.signer = std::move(found.signer);
    verdict_.witnesses = std::move(found.witnesses);
  }

  // Every record of shard 0 in the file, by the checkpoint itself.
  void judge_registry() {
    answer_ = place(bundle_.records);
    registry_ = place(bundle_.supporting);
    for (const Placed& one : registry_)
      if (one.ref.shard != 0) throw fault("record " + to_text(one.ref) + " supports nothing: it is not of shard 0");
    const auto end = std::ranges::find_if(answer_, [](const Placed& one) { return one.ref.shard != 0; });
    registry_.insert(registry_.end(), answer_.begin(), end);
    std::ranges::sort(registry_, {}, &Placed::ref);
    prove(0, verdict_.checkpoint.size, verdict_.checkpoint.root, registry_);
  }

  void judge_descriptor() {
    const Placed& first = registry_.front();
    if (first.ref.seq != 0) throw fault("it lacks the first record of shard 0, which says what ledger this is");
    const Record record = read_record(first.bytes);
    if (!judging::is_own(record, LedgerCreated::kType)) throw fault("the first record of shard 0 begins no ledger");
    verdict_.descriptor = read_or_end([&] { return decode_descriptor(record.statement.body); },
                                      "the descriptor of its ledger cannot be read");
    if (record.seal.prev != sha256(record.statement.body) || verdict_.descriptor.origin != verdict_.checkpoint.origin)
      throw fault("its first record is that of another ledger than " + verdict_.checkpoint.origin);
  }

  void judge_rounds() {
    verdict_.question = bundle_.question;
    const Placed& last = registry_.back();
    if (last.ref.seq + 1 != verdict_.checkpoint.size) throw fault("it lacks the round that its checkpoint ends with");
    to_ = round_at(last, verdict_.to);
    if (verdict_.to.number != verdict_.question.to)
      throw fault("its checkpoint is that of round " + std::to_string(verdict_.to.number) + ", not of round " +
                  std::to_string(verdict_.question.to));
    if (verdict_.question.from == 0) return;
    for (const Placed& one : registry_) {
      const Record record = read_record(one.bytes);
      if (!judging::is_own(record, LedgerRound::kType)) continue;
      BundleVerdict::Round found;
      const LedgerRound round = round_at(one, found);
      if (found.number != verdict_.question.from) continue;
      from_ = round;
      verdict_.from = found;
      return;
    }
    throw fault("it lacks round " + std::to_string(verdict_.question.from) +
                ", behind which its records are said to be");
  }

  static LedgerRound round_at(const Placed& place, BundleVerdict::Round& out) {
    const Record record = read_record(place.bytes);
    if (!judging::is_own(record, LedgerRound::kType)) throw fault("record " + to_text(place.ref) + " is no round");
    auto round = read_or_end([&] { return from_canonical<LedgerRound>(record.statement.body); },
                             "round " + to_text(place.ref) + " cannot be read");
    out = {round.round, round.closed_at.us, place.ref.seq};
    return round;
  }

  void judge_other_shards() {
    size_t trees = 1;
    for (size_t begin = registry_end(); begin < answer_.size();) {
      const uint32_t shard = answer_[begin].ref.shard;
      size_t end = begin;
      while (end < answer_.size() && answer_[end].ref.shard == shard) ++end;
      const auto named = std::ranges::find(to_.shards, shard, &RoundShard::shard);
      if (named == to_.shards.end())
        throw fault("round " + std::to_string(to_.round) + " does not name the shard of record " +
                    to_text(answer_[begin].ref));
      prove(shard, named->size, named->root, std::span(answer_).subspan(begin, end - begin));
      ++trees;
      begin = end;
    }
    if (bundle_.trees.size() != trees) throw fault("it has a tree of a shard of which it has no record");
  }
  size_t registry_end() const {
    return static_cast<size_t>(std::ranges::find_if(answer_, [](const Placed& one) { return one.ref.shard != 0; }) -
                               answer_.begin());
  }

  void prove(uint32_t shard, uint64_t size, const Digest& root, std::span<const Placed> records) {
    const auto tree = std::ranges::find(bundle_.trees, shard, &ShardNodes::shard);
    std::vector<PlacedLeaf> leaves;
    leaves.reserve(records.size());
    for (const Placed& one : records) leaves.push_back({one.ref.seq, one.leaf});
    if (tree == bundle_.trees.end() || root_from_leaves(leaves, size, tree->nodes) != root)
      throw fault("its records of shard " + std::to_string(shard) + " do not lead to the " +
                  (shard == 0 ? "signed root" : "root that the round names") +
                  ": one of them, its place or the tree was altered");
  }

  Window window(uint32_t shard) const {
    if (shard == 0) return {verdict_.from ? verdict_.from->seq : 0, verdict_.to.seq};
    const auto size_in = [&](const LedgerRound& round) {
      const auto named = std::ranges::find(round.shards, shard, &RoundShard::shard);
      return named == round.shards.end() ? 0 : named->size;
    };
    return {from_ ? size_in(*from_) : 0, size_in(to_)};
  }

  void judge_answer() {
    const BundleQuestion& question = verdict_.question;
    for (const Placed& one : answer_) {
      const Window between = window(one.ref.shard);
      if (!question.asks_for(read_record(one.bytes)))
        throw fault("record " + to_text(one.ref) + " is no answer to what was asked");
      if (one.ref.seq < between.begin || one.ref.seq >= between.end)
        throw fault("record " + to_text(one.ref) + " was not sealed between the rounds that were asked for");
    }
    if (question.by != BundleQuestion::By::kRange) return;
    const Window between = window(question.shard);
    const uint64_t begin = std::max(question.first, between.begin);
    const uint64_t end = question.last < between.end ? question.last + 1 : between.end;
    if (answer_.size() != (begin < end ? end - begin : 0))
      throw fault("it leaves out records of the range that was asked for");
    verdict_.whole_range = true;
  }

  void judge_values() {
    if (!bundle_.disclosed) return;
    auto at = answer_.begin();
    std::optional<Ref> before;
    const auto each = [&](const Disclosure& disclosure) {
      if (before && *before >= disclosure.ref) throw fault("what it discloses is not in the order of its records");
      before = disclosure.ref;
      at = std::ranges::lower_bound(at, answer_.end(), disclosure.ref, {}, &Placed::ref);
      if (at == answer_.end() || at->ref != disclosure.ref)
        throw fault("it discloses values of record " + to_text(disclosure.ref) + ", which it does not hold");
      judge_disclosure(disclosure, read_record(at->bytes));
    };
    read_or_end(
        [&] {
          for_each_disclosure(*bundle_.disclosed, each);
          return 0;
        },
        "what it discloses cannot be read");
  }

  void judge_disclosure(const Disclosure& disclosure, const Record& record) {
    const std::string name = to_text(disclosure.ref);
    std::vector<CommittedField> committed;
    std::vector<SaltedField> opened;
    for (const DisclosedField& one : disclosure.fields) {
      committed.push_back({one.name, one.commitment});
      if (one.opened)
        opened.push_back({one.name, one.opened->salt, static_cast<ValueType>(one.opened->type), one.opened->value});
    }
    if (values_commitment(committed) != record.statement.values_commit)
      throw fault("the fields disclosed of record " + name + " are not those that it commits to");
    if (const auto wrong = fault_of_fields(opened)) throw fault("of the values of record " + name + " " + *wrong);
    for (const SaltedField& one : opened) {
      const auto its = std::ranges::find(committed, one.name, &CommittedField::name);
      if (field_commitment(one.salt, one.type, one.value) != its->commitment)
        throw fault("the value of field " + std::string(one.name) + " is not the one that record " + name +
                    " commits to");
      verdict_.values.push_back({disclosure.ref, one.name, one.type, one.value});
    }
  }

  const Bundle& bundle_;
  BundleVerdict& verdict_;
  std::vector<Placed> answer_;
  std::vector<Placed> registry_;  // of shard 0, both kinds
  LedgerRound to_;
  std::optional<LedgerRound> from_;
};

}  // namespace

BundleVerdict judge_bundle(std::string_view bytes, std::span<const VerifierKey> trusted) {
  BundleVerdict verdict;
  try {
    const Bundle bundle = read_or_end([&] { return decode_bundle(bytes); }, "this is no bundle");
    Judge(bundle, verdict).judge(trusted);
    verdict.kind = ProofVerdict::kProved;
    return verdict;
  } catch (const Ends& ends) {
    verdict = {};
    verdict.kind = ends.kind;
    verdict.reason = ends.reason;
    return verdict;
  }
}

}  // namespace custody
