// Signs checkpoints, and never two roots for one size: what it is about to sign is durable in its own file before the
// signature exists, and a restart goes on from there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ledger/base/crypto.h"
#include "ledger/event/descriptor.h"

namespace custody {

struct ShardRoot {
  uint32_t shard = 0;
  uint64_t size = 0;
  Digest root{};
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

  // Checkpoints of those roots that are newer than what was signed before (the same again is signed again: the
  // signature is deterministic). Error kStore when a root contradicts what was signed for its size, or a size is
  // smaller than one signed before although the shard claims to end there: the log behind it is not the one that was
  // signed.
  std::vector<SignedCheckpoint> sign(const std::vector<ShardRoot>& roots);

 private:
  Signer(Ed25519PrivateKey key, const Descriptor& descriptor, std::string state_file)
      : key_(std::move(key)), descriptor_(descriptor), state_file_(std::move(state_file)) {}
  void load();
  void save() const;

  Ed25519PrivateKey key_;
  Descriptor descriptor_;
  std::string state_file_;
  std::map<uint32_t, ShardRoot> signed_;
};

}  // namespace custody
