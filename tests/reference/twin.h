// The naive twin of the verifier: written from docs/formats alone, slow and obvious, everything in memory. It shares no
// code with the product but SHA-256 and Ed25519. Who is right where the two differ is decided by the documentation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace custody::twin {

struct Fault {
  std::string kind;
  uint32_t shard;
  uint64_t seq;
  bool operator==(const Fault&) const = default;
};

struct Shard {
  uint64_t size = 0;
  std::string head;  // 32 raw bytes
  std::string root;
};

struct Verdict {
  std::vector<Fault> faults;  // in order of (shard, seq, kind)
  std::vector<Shard> shards;
  uint64_t rounds = 0;
};

// The whole raw log in memory.
Verdict judge(const std::string& raw);

}  // namespace custody::twin
