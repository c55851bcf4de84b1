// The signed checkpoints of one shard: they come before the first record, and which keys may have signed them only the
// records of shard 0 tell (ledger/event/key_history.h). So each is kept until these are read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/event/key_history.h"
#include "ledger/verify/note.h"

namespace custody {

// Bytes of notes kept, of all shards together. One that the descriptor's key alone has signed keeps none.
inline constexpr size_t kMaxNotesKeptBytes = 4u << 20;

class NoteCheck {
 public:
  NoteCheck(uint32_t shard, std::string origin, const PublicKey& first_key)
      : shard_(shard), origin_(std::move(origin)), first_key_(first_key) {}

  // Keeps a note that was read, and gives its number here. nullopt where `kept_bytes` would go beyond its bound.
  std::optional<uint32_t> keep(ReadNote note, size_t& kept_bytes);

  struct Wrong {
    std::string what;
    bool no_known_key = false;  // what shard 0 says further on might have told of its key
  };
  // What is wrong with who signed it: at least one signature of a key in force, and none of a key that is not. `reg` is
  // that of the last record that it covers. nullopt: nothing.
  std::optional<Wrong> judge(uint32_t number, uint64_t reg, const KeyHistory& keys) const;
  const std::string& origin() const { return origin_; }

 private:
  struct Kept {
    uint64_t size = 0;
    KeyWord first_word = KeyWord::kNone;  // of the descriptor's key
    ReadNote note;                        // empty where nobody else has signed
  };
  bool in_force(const LedgerKey& key, uint64_t size, uint64_t reg) const;

  uint32_t shard_;
  std::string origin_;
  PublicKey first_key_;
  std::vector<Kept> kept_;
};

}  // namespace custody
