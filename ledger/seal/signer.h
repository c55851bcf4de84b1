// Signs checkpoints, and never two roots for one size: what it is about to sign is durable in its own file before the
// signature exists, and a restart goes on from there.
//
// The file lies beside the key, not beside the log: a data folder that comes back from a copy has forgotten what was
// signed since, the key's folder has not.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
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

// The private half of a key, wherever it is kept; null where this machine does not have it.
using FindKey = std::function<std::shared_ptr<const SigningKey>(const Ed25519PublicKey&)>;
// Of a machine that has this one.
FindKey only_key(Ed25519PrivateKey key);

class Signer {
 public:
  // Error kStore when the file is damaged.
  static Signer open(FindKey find, const Descriptor& descriptor, std::string state_file);

  // The tree of the shard that was signed last, by whatever process had this key's folder.
  std::optional<CompactRange> signed_tree(uint32_t shard) const;

  // Checkpoints of those trees that are not empty (the same again is signed again: the signature is deterministic).
  // Error kStore when a tree is smaller than one signed before, or has another root at its size: the log behind it is
  // not the one that was signed. Whether a larger tree holds the one before, the caller has made sure (extension.h).
  // `in_force`: the keys that sign now (ledger/event/key_history.h); each that is here does, and kStore when none is.
  std::vector<SignedCheckpoint> sign(const std::vector<ShardTree>& trees, const std::vector<PublicKey>& in_force);

 private:
  Signer(FindKey find, const Descriptor& descriptor, std::string state_file)
      : find_(std::move(find)), descriptor_(descriptor), state_file_(std::move(state_file)) {}
  std::vector<const SigningKey*> keys_at_hand(const std::vector<PublicKey>& in_force);
  void load();
  void save() const;

  FindKey find_;
  std::map<PublicKey, std::shared_ptr<const SigningKey>> found_;
  Descriptor descriptor_;
  std::string state_file_;
  std::map<uint32_t, CompactRange> signed_;
};

}  // namespace custody
