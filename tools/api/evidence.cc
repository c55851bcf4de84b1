#include "tools/api/evidence.h"

#include <algorithm>

#include "ledger/codec/canonical.h"
#include "ledger/proof/merkle.h"
#include "ledger/proof/record_proof.h"
#include "ledger/proof/timestamps.h"
#include "tools/api/records_at.h"
#include "tools/vouch/witnessing.h"

namespace custody {
namespace {

Error no_such_tile(const std::string& path) {
  return Error(ErrorCode::kNotFound, "the tree has no " + path);
}

std::vector<Digest> path_of(Node& node, Ref ref, uint64_t size, const Digest& leaf, const Digest& root) {
  const auto tree = node.tree(ref.shard).tree(size, kTreePatience);
  std::vector<Digest> path = inclusion_proof(*tree, ref.seq, size);
  if (!proves_inclusion(ref.seq, size, leaf, path, root)) throw wrong_tree(node, ref.shard);
  return path;
}

SignedTree tree_of(Node& node, uint32_t shard, const std::optional<std::string>& note) {
  if (!note) throw Error(ErrorCode::kNotFound, "nothing has been signed yet");
  const KeyHistory keys = node.tails()[0]->state().keys;
  const auto by = open_checkpoint(*note, keys.keys());
  if (!by || by->checkpoint.origin != shard_origin(node.descriptor(), shard))
    throw Error(ErrorCode::kStore,
                "the newest checkpoint in the log is not of a key of this ledger; run `custody verify`");
  return {*note, by->checkpoint, {by->checkpoint.origin, VerifierKey::kEd25519, by->key}};
}

uint64_t named_size(const LedgerRound& round, uint32_t shard) {
  const auto named = std::ranges::find(round.shards, shard, &RoundShard::shard);
  return named == round.shards.end() ? 0 : named->size;
}

bool covers(Node& node, const SignedTree& registry, Ref ref) {
  if (ref.shard == 0) return registry.checkpoint.size > ref.seq;
  return named_size(round_of(node, registry), ref.shard) > ref.seq;
}

// Whether witnesses may be expected to see what was signed just now.
bool is_witnessed_soon(const Node& node) {
  const auto status = node.witnessing();
  return status && status->lacking < kQuorumPatience;
}

// The checkpoint of shard 0 that covers the record, a witnessed one where there will be one soon.
SignedTree covering(Node& node, Ref ref) {
  const bool asked = node.config().witnesses.policy.has_value();
  const auto until = std::chrono::steady_clock::now() + (asked ? kQuorumPatience : kRoundPatience);
  for (;;) {
    const bool late = std::chrono::steady_clock::now() > until;
    try {
      SignedTree registry = registry_tree(node);
      if (covers(node, registry, ref)) return registry;
      if (asked && (late || !is_witnessed_soon(node))) {
        registry = signed_tree(node, 0);
        if (covers(node, registry, ref)) return registry;
      }
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kNotFound) throw;
    }
    if (late)
      throw Error(ErrorCode::kUnavailable,
                  "record " + to_text(ref) + " is sealed, but no signed round covers it yet: try again");
    node.tails()[0]->wait_for(node.tails()[0]->size() + 1, kRoundPoll);
  }
}

// Vouched for by others: the quorum of the ledger's policy, where it has one, else an authority for time.
std::optional<SignedTree> vouched_tree(Node& node, uint64_t most) {
  const auto& policy = node.config().witnesses.policy;
  const auto note = node.log().newest_checkpoint(
      0, most, [&](std::string_view text) { return policy ? counts(*policy, text) : has_timestamp(text); });
  return note ? std::optional(tree_of(node, 0, note)) : std::nullopt;
}

SignedTree covering_within(Node& node, Ref ref, uint64_t most) {
  SignedTree registry = signed_tree(node, 0, most);
  if (covers(node, registry, ref)) return registry;
  throw Error(ErrorCode::kUnavailable,
              "no checkpoint of at most " + std::to_string(most) + " records covers record " + to_text(ref));
}

SignedTree earliest_covering(Node& node, Ref ref) {
  auto best = vouched_tree(node, UINT64_MAX);
  if (!best || !covers(node, *best, ref))
    throw Error(ErrorCode::kNotFound,
                "nobody but the operator has vouched for a checkpoint that covers record " + to_text(ref) + " yet");
  uint64_t low = ref.shard == 0 ? ref.seq + 1 : 1;  // no smaller one can
  for (uint64_t high = best->checkpoint.size; low < high;) {
    const uint64_t middle = low + (high - low) / 2;
    const auto tree = vouched_tree(node, middle);
    if (tree && tree->checkpoint.size >= low && covers(node, *tree, ref)) {
      best = tree;
      high = tree->checkpoint.size;
    } else {
      low = middle + 1;
    }
  }
  return *best;
}

std::string entries_bytes(Node& node, uint32_t shard, uint64_t begin, uint64_t end) {
  std::string bytes;
  for (const std::string& record : tree_records(node, shard, begin, end)) {
    bytes += static_cast<char>(record.size() >> 8);
    bytes += static_cast<char>(record.size() & 0xff);
    bytes += record;
  }
  return bytes;
}

}  // namespace

Error wrong_tree(Node& node, uint32_t shard) {
  node.tree(shard).distrust();
  return Error(ErrorCode::kUnavailable,
               "the stored tree of shard " + std::to_string(shard) + " was damaged, and is being made anew: try again");
}

SignedTree signed_tree(Node& node, uint32_t shard, uint64_t most) {
  if (shard >= node.tails().size()) throw Error(ErrorCode::kNotFound, "there is no such shard");
  return tree_of(node, shard, node.log().newest_checkpoint(shard, most));
}

SignedTree registry_tree(Node& node, uint64_t most) {
  const auto& policy = node.config().witnesses.policy;
  if (!policy) return signed_tree(node, 0, most);
  if (const auto note = node.witnessed_note(); note && most == UINT64_MAX) return tree_of(node, 0, note);
  const auto note = node.log().newest_checkpoint(0, most, [&](std::string_view text) { return counts(*policy, text); });
  return note ? tree_of(node, 0, note) : signed_tree(node, 0, most);
}

std::vector<Digest> tree_leaves(Node& node, uint32_t shard, std::span<const Ref> places) {
  const auto tree = node.tree(shard).tree(places.back().seq + 1, kTreePatience);
  std::vector<Digest> leaves;
  leaves.reserve(places.size());
  for (const Ref& ref : places) leaves.push_back(tree->node(0, ref.seq));
  return leaves;
}

std::vector<std::string> tree_records(Node& node, uint32_t shard, uint64_t begin, uint64_t end) {
  std::vector<Ref> places;
  for (uint64_t seq = begin; seq < end; ++seq) places.push_back({shard, seq});
  std::vector<std::string> records;
  for_each_at(node, places,
              [&](const Ref&, std::string_view record, std::string_view) { records.emplace_back(record); });
  return records;
}

LedgerRound round_of(Node& node, const SignedTree& registry) {
  const uint64_t size = registry.checkpoint.size;
  const std::string bytes = tree_records(node, 0, size - 1, size).front();
  const Record record = decode_record(bytes);
  if (record.statement.type != LedgerRound::kType)
    throw Error(ErrorCode::kStore, "the newest checkpoint of shard 0 does not end with a round; run `custody verify`");
  return from_canonical<LedgerRound>(record.statement.body);
}

std::optional<SignedTree> stamped_tree(Node& node, uint64_t most) {
  const auto note = node.log().newest_checkpoint(0, most, has_timestamp);
  return note ? std::optional(tree_of(node, 0, note)) : std::nullopt;
}

std::string prove_record(Node& node, Ref ref, const ProvedBy& by) {
  if (ref.shard >= node.tails().size() || ref.seq >= node.tails()[ref.shard]->size())
    throw Error(ErrorCode::kNotFound, "there is no record " + to_text(ref) + " yet");
  const SignedTree registry = by.most != UINT64_MAX ? covering_within(node, ref, by.most)
                              : by.earliest         ? earliest_covering(node, ref)
                                                    : covering(node, ref);
  const uint64_t size = registry.checkpoint.size;
  std::string leaf = tree_records(node, ref.shard, ref.seq, ref.seq + 1).front();
  std::optional<WithinShard> within;
  Ref at = ref;
  if (ref.shard != 0) {
    const LedgerRound round = round_of(node, registry);
    const auto named = std::ranges::find(round.shards, ref.shard, &RoundShard::shard);
    within = WithinShard{leaf, path_of(node, ref, named->size, leaf_hash(leaf), named->root)};
    at = {0, size - 1};
    leaf = tree_records(node, 0, at.seq, size).front();
  }
  const auto path = path_of(node, at, size, leaf_hash(leaf), registry.checkpoint.root);
  return tlog_proof_text({encode_proof_extra(leaf, within), at.seq, path, registry.note});
}

std::string tile_bytes(Node& node, uint32_t shard, const std::string& path) {
  const auto wanted = parse_tile_path(path);
  if (!wanted || shard >= node.tails().size()) throw no_such_tile(path);
  const uint8_t level = wanted->level.value_or(0);
  if (tile_width(level, wanted->index, node.tails()[shard]->size()) < wanted->width) throw no_such_tile(path);
  const uint64_t end = wanted->index * kTileWidth + wanted->width;  // of hashes of the level
  if (!wanted->level) return entries_bytes(node, shard, wanted->index * kTileWidth, end);
  return node.tree(shard)
      .tree(end << (kTileHeight * level), kTreePatience)
      ->tile({level, wanted->index, wanted->width});
}

}  // namespace custody
