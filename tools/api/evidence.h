// What is handed to those who do not trust this ledger: signed checkpoints, tiles, proofs of records.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/event/bodies_ledger.h"
#include "ledger/proof/checkpoint.h"
#include "tools/node/node.h"

namespace custody {

struct SignedTree {
  std::string note;
  Checkpoint checkpoint;
  VerifierKey key;  // the last of the ledger's keys that has signed it, under the shard's name
};
// The newest checkpoint of a shard with at most `most` records, by a key of this ledger. kNotFound where nothing has
// been signed.
SignedTree signed_tree(Node& node, uint32_t shard, uint64_t most = UINT64_MAX);

// The checkpoint of shard 0 to hand out: where a policy of witnesses is in force the newest that has its quorum, before
// there is one the newest. kNotFound as above.
SignedTree registry_tree(Node& node, uint64_t most = UINT64_MAX);

// The records [begin, end) of a shard, as the tree has them; it is said to have that many. kUnavailable where they
// cannot be read now.
std::vector<std::string> tree_records(Node& node, uint32_t shard, uint64_t begin, uint64_t end);

// The leaves that the tree has at ascending places of one shard, at least one.
std::vector<Digest> tree_leaves(Node& node, uint32_t shard, std::span<const Ref> places);
// For what was made of a stored tree and does not lead to its root: it is made anew, and the caller told to come back.
Error wrong_tree(Node& node, uint32_t shard);
inline constexpr std::chrono::milliseconds kTreePatience{2000};   // for what the tail accepted and the tree has not yet
inline constexpr std::chrono::milliseconds kRoundPatience{2000};  // for a signed round over what was sealed just now
inline constexpr std::chrono::milliseconds kQuorumPatience{4000};  // and for its witnesses
inline constexpr std::chrono::milliseconds kRoundPoll{20};

// The round whose record is the last of shard 0 at a checkpoint's size.
LedgerRound round_of(Node& node, const SignedTree& registry);

// By which checkpoint of shard 0 a record is proved.
struct ProvedBy {
  // The first one that was vouched for by others and covers it, which says best when it was there; kNotFound where
  // there is none.
  bool earliest = false;
  // The newest one with at most so many records, which a key has signed that is retired by now; kUnavailable where it
  // does not cover the record.
  uint64_t most = UINT64_MAX;
};
// A proof of the record as a file (ledger/proof/record_proof.h), by the checkpoint of shard 0 that is handed out, or
// the newest where only that covers it. Waits a moment for a record that was sealed just now, and for its witnesses.
// kNotFound where there is none, kUnavailable where it is not yet signed.
std::string prove_record(Node& node, Ref ref, const ProvedBy& by = {});
// The newest checkpoint of shard 0, up to `most`, that an authority has stamped with the time.
std::optional<SignedTree> stamped_tree(Node& node, uint64_t most = UINT64_MAX);

// The bytes at a path of the tiled log of a shard, "tile/0/x001/234.p/17". kNotFound where there are none.
std::string tile_bytes(Node& node, uint32_t shard, const std::string& path);

}  // namespace custody
