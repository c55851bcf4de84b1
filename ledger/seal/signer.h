// Signs checkpoints, and never two roots for one size: what it is about to sign is durable in its own file before the
// signature exists, and a restart goes on from there.
//
// The file lies beside the key, not beside the log: a data folder that comes back from a copy has forgotten what was
// signed since, the key's folder has not.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/crypto.h"
#include "ledger/event/descriptor.h"
#include "ledger/proof/merkle.h"

namespace custody {

// A shard's tree at a size.
struct ShardTree {
  uint32_t shard = 0;
  CompactRange tree;
};

struct SignedCheckpoint {
  uint32_t shard = 0;
  uint64_t size = 0;
  std::string note;
};

class Signer {
 public:
  // Error kStore when the key is not the one in the descriptor, or the file is damaged.
  static Signer open(Ed25519PrivateKey key, const Descriptor& descriptor, std::string state_file);

  // The tree of the shard that was signed last, by whatever process had this key's folder.
  std::optional<CompactRange> signed_tree(uint32_t shard) const;

  // Checkpoints of those trees that are not empty (the same again is signed again: the signature is deterministic).
  // Error kStore when a tree is smaller than one signed before, or has another root at its size: the log behind it is
  // not the one that was signed. Whether a larger tree holds the one before, the caller has made sure (extension.h).
  std::vector<SignedCheckpoint> sign(const std::vector<ShardTree>& trees);

 private:
  Signer(Ed25519PrivateKey key, const Descriptor& descriptor, std::string state_file)
      : key_(std::move(key)), descriptor_(descriptor), state_file_(std::move(state_file)) {}
  void load();
  void save() const;

  Ed25519PrivateKey key_;
  Descriptor descriptor_;
  std::string state_file_;
  std::map<uint32_t, CompactRange> signed_;
};

}  // namespace custody
