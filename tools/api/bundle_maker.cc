#include "tools/api/bundle_maker.h"

#include <algorithm>

#include "ledger/proof/bundle.h"
#include "ledger/proof/bundle_complete.h"
#include "ledger/proof/multi_proof.h"
#include "ledger/proof/policy.h"
#include "tools/api/disclosing.h"
#include "tools/api/evidence.h"
#include "tools/api/parameters.h"

namespace custody {
namespace {

constexpr size_t kMostRecords = 1'000'000;

// A signed round, which the views have reached, and those before which its records are not asked for.
struct Cut {
  SignedTree registry;
  LedgerRound round;
  std::vector<uint64_t> end;    // of each shard; of shard 0 the round's own seq
  std::vector<uint64_t> begin;  // likewise, of the round behind which the answer begins
  uint64_t from = 0;            // that round; 0 = none
};

// Of the checkpoint that is handed out, up to the moment: a witnessed one where the ledger has witnesses.
Cut cut_at(Node& node, const Moment& moment) {
  const Views& views = node.projector().views();
  Cut cut;
  if (moment.round || moment.time_us) {
    const Position position = views.resolve(moment);
    if (position.round == 0) throw Error(ErrorCode::kNotFound, "no round was closed by then, and nothing signed");
    cut.registry =
        registry_tree(node, position.sizes.at(0) + 1);  // a round is the last record of what is signed with it
  } else {
    cut.registry = registry_tree(node);
  }
  cut.round = round_of(node, cut.registry);
  Moment signed_at;
  signed_at.round = cut.round.round;
  cut.end = views.resolve(signed_at).sizes;
  cut.begin.resize(cut.end.size());
  return cut;
}

bool covers(const Cut& cut, const std::vector<uint64_t>& sealed) {
  for (size_t shard = 0; shard < sealed.size(); ++shard)
    if (cut.end[shard] + (shard == 0 ? 1 : 0) < sealed[shard]) return false;
  return true;
}

Cut newest_cut(Node& node) {
  std::vector<uint64_t> sealed;
  for (const Tail* tail : node.tails()) sealed.push_back(tail->size());
  const bool witnessed = node.config().witnesses.policy.has_value();
  const auto until = std::chrono::steady_clock::now() + (witnessed ? kQuorumPatience : kRoundPatience);
  for (;;) {
    const bool last = std::chrono::steady_clock::now() > until;
    try {
      Cut cut = cut_at(node, {});
      if (last || covers(cut, sealed)) return cut;
    } catch (const Error& error) {
      const bool soon = error.code() == ErrorCode::kNotFound || error.code() == ErrorCode::kUnavailable;
      if (last || !soon) throw;
    }
    node.tails()[0]->wait_for(node.tails()[0]->size() + 1, kRoundPoll);
  }
}

Cut find_cut(Node& node, const BundleOrder& order) {
  const Moment to = moment_of(order.to, "to");
  const Moment from = moment_of(order.from, "from", true);
  if (to.frontier || from.frontier) throw Error(ErrorCode::kUsage, "a bundle is of rounds that are signed");
  Cut cut = to.round || to.time_us ? cut_at(node, to) : newest_cut(node);
  if (from.round)
    cut.from = *from.round == 0 ? 0 : *from.round - 1;
  else if (from.time_us)
    cut.from = node.projector().views().resolve(from).round;
  if (cut.from > cut.round.round) throw Error(ErrorCode::kNotFound, "it ends before it begins");
  if (cut.from == 0) return cut;
  const auto behind = node.projector().views().round(cut.from);
  if (!behind) throw Error(ErrorCode::kNotFound, "there is no round " + std::to_string(cut.from));
  cut.begin = behind->sizes;
  return cut;
}

std::vector<Ref> range_places(const BundleQuestion& question, const Cut& cut, bool whole) {
  if (question.shard >= cut.end.size()) throw Error(ErrorCode::kNotFound, "there is no such shard");
  const uint64_t end = cut.end[question.shard];
  if (whole && question.last >= end)
    throw Error(ErrorCode::kNotFound, "shard " + std::to_string(question.shard) + " has " + std::to_string(end) +
                                          " records before round " + std::to_string(cut.round.round));
  const uint64_t first = std::max(question.first, cut.begin[question.shard]);
  const uint64_t behind = question.last < end ? question.last + 1 : end;
  if (first < behind && behind - first > kMostRecords)
    throw Error(ErrorCode::kRefused, "a bundle has at most " + std::to_string(kMostRecords) + " records");
  std::vector<Ref> places;
  for (uint64_t seq = first; seq < behind; ++seq) places.push_back({question.shard, seq});
  return places;
}

std::vector<Ref> answer_places(Node& node, const BundleOrder& order, const Cut& cut) {
  const Views& views = node.projector().views();
  Views::Between between{cut.begin, {}, kMostRecords};
  between.moment.round = cut.round.round;
  switch (order.question.by) {
    case BundleQuestion::By::kCustomer:
      return views.places(order.question.subject, between);
    case BundleQuestion::By::kActor:
      return views.places(ActivityBy::kActor, order.question.actor, between);
    case BundleQuestion::By::kOperation:
      return views.places(ActivityBy::kOperation, order.question.operation.view(), between);
    case BundleQuestion::By::kRange:
      return range_places(order.question, cut, order.from.empty() && order.to.empty());
  }
  return {};
}

// Part 131, and the records that it rests on. Where the view was not attested yet, or behind this cut only, or its
// attestation is false (which notices tell), the bundle goes without.
struct CompletePart {
  std::string bytes;
  std::vector<Ref> places;
};

CompletePart complete_part(Node& node, const BundleQuestion& question, const Cut& cut) {
  const auto subject = subject_asked(question);
  if (!subject) return {};
  try {
    const CompletenessProof proof = node.attester().prove(*subject, kMostRecords, cut.end[0]);
    const auto round = node.projector().views().round(proof.attested.round);
    if (!round) return {};
    return {encode_completeness(proof.section), {{0, proof.section.attested}, *parse_ref(round->ref)}};
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kStore) throw;
    return {};
  }
}

// The first record, which says what ledger it is, the rounds between which the answer lies, and what part 131 needs.
std::vector<Ref> supporting_places(const Cut& cut, const std::vector<Ref>& answer, const std::vector<Ref>& more) {
  std::vector<Ref> places{{0, 0}, {0, cut.end[0]}};
  places.insert(places.end(), more.begin(), more.end());
  if (cut.from != 0) places.push_back({0, cut.begin[0]});
  std::ranges::sort(places);
  const auto repeated = std::ranges::unique(places);
  places.erase(repeated.begin(), repeated.end());
  std::erase_if(places, [&](const Ref& ref) { return std::ranges::binary_search(answer, ref); });
  return places;
}

// Of one shard, and judged before it is given away: the store is not to be believed.
ShardNodes prove(Node& node, uint32_t shard, uint64_t size, const Digest& root, const std::vector<PlacedLeaf>& leaves) {
  std::vector<uint64_t> indices;
  indices.reserve(leaves.size());
  for (const PlacedLeaf& leaf : leaves) indices.push_back(leaf.index);
  const auto tree = node.tree(shard).tree(size, kTreePatience);
  ShardNodes nodes{shard, multi_proof(*tree, indices, size)};
  if (root_from_leaves(leaves, size, nodes.nodes) != root) throw wrong_tree(node, shard);
  return nodes;
}

void add_leaves(const RecordsAt& records, std::map<uint32_t, std::vector<PlacedLeaf>>& leaves) {
  for (size_t i = 0; i < records.size(); ++i)
    leaves[records.places()[i].shard].push_back({records.places()[i].seq, leaf_hash(records[i])});
}

std::vector<ShardNodes> prove_all(Node& node, const Cut& cut, const RecordsAt& supporting, const RecordsAt& answer) {
  std::map<uint32_t, std::vector<PlacedLeaf>> leaves;
  add_leaves(supporting, leaves);
  add_leaves(answer, leaves);
  std::ranges::sort(leaves[0], {}, &PlacedLeaf::index);
  std::vector<ShardNodes> trees;
  for (const auto& [shard, placed] : leaves) {
    if (shard == 0) {
      trees.push_back(prove(node, 0, cut.registry.checkpoint.size, cut.registry.checkpoint.root, placed));
      continue;
    }
    const auto named = std::ranges::find(cut.round.shards, shard, &RoundShard::shard);
    if (named == cut.round.shards.end())
      throw Error(ErrorCode::kStore, "a round does not name shard " + std::to_string(shard) + "; run `custody verify`");
    trees.push_back(prove(node, shard, named->size, named->root, placed));
  }
  return trees;
}

std::vector<std::string_view> views_of(const RecordsAt& records) {
  std::vector<std::string_view> views;
  views.reserve(records.size());
  for (size_t i = 0; i < records.size(); ++i) views.push_back(records[i]);
  return views;
}

}  // namespace

MadeBundle make_bundle(Node& node, const BundleOrder& order, const Principal& principal) {
  if (!order.policy.empty()) parse_policy(order.policy);
  const Cut cut = find_cut(node, order);
  std::vector<Ref> places = answer_places(node, order, cut);
  const CompletePart complete = complete_part(node, order.question, cut);
  const RecordsAt supporting = RecordsAt::read(node, supporting_places(cut, places, complete.places));
  const RecordsAt answer = RecordsAt::read(node, std::move(places));
  Bundle bundle;
  bundle.note = cut.registry.note;
  bundle.question = order.question;
  bundle.question.from = cut.from;
  bundle.question.to = cut.round.round;
  bundle.supporting = views_of(supporting);
  bundle.records = views_of(answer);
  bundle.trees = prove_all(node, cut, supporting, answer);
  if (!order.policy.empty()) bundle.policy = order.policy;
  if (!complete.bytes.empty()) bundle.complete = complete.bytes;
  Disclosed disclosed;
  if (!order.disclose.empty()) {
    disclosed = disclose(node, answer, order.disclose, order.reason, principal);
    bundle.disclosed = disclosed.bytes;
  }
  return {encode_bundle(bundle), disclosed.withheld};
}

}  // namespace custody
