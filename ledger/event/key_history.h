// Which keys sign for the ledger, and of which sizes of shard 0: a fold of that shard's records (docs/formats/keys.md).
//
//   the descriptor's signer   from size 0 on
//   key.added    use = "checkpoint": from the size that holds the record that makes it effective
//   key.retired  until that size, not included; without effect on the only key in force
//
// Effective is, in a trial ledger, the record itself. In a governed one it is the first act.confirmed that names the
// record and its leaf, where two different persons were authenticated as the two actors.
//
// It holds a bounded number of keys and of acts that wait for their second person; what goes beyond has no effect.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/descriptor.h"
#include "ledger/event/record.h"

namespace custody {

inline constexpr uint64_t kStillInForce = UINT64_MAX;

// Signs checkpoints of shard 0 with a size in [from, until).
struct LedgerKey {
  PublicKey key{};
  uint64_t from = 0;
  uint64_t until = kStillInForce;
  Ref added;    // the key.added; of the descriptor's key 0:0
  Ref retired;  // the key.retired, once there is one in effect

  bool in_force(uint64_t size) const { return from <= size && size < until; }
  // Whether it signs for any size of shard 0 from `size` on: how checkpoints of other shards are judged, by the `reg`
  // of their last record.
  bool in_force_after(uint64_t size) const { return size < until; }
  bool operator==(const LedgerKey&) const = default;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("key", key), field("from", from), field("until", until), field("added", added), field("retired", retired));
  }
};

class KeyHistory {
 public:
  KeyHistory() = default;
  explicit KeyHistory(const Descriptor& descriptor);

  // The next record of shard 0. A body that cannot be read has no effect.
  void take(const Record& record, const Digest& leaf);

  // In the order in which they came into force.
  const std::vector<LedgerKey>& keys() const { return keys_; }
  const LedgerKey* find(const PublicKey& key) const;
  // Those that sign a checkpoint of shard 0 of this size, in that order.
  std::vector<PublicKey> in_force(uint64_t size) const;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("governed", governed_), field("keys", keys_), field("acts", acts_));
  }

 private:
  // A key.added or key.retired that waits for its second person.
  struct Act {
    Ref at;
    Digest leaf{};
    std::string actor;
    bool adds = false;
    PublicKey key{};
    template <class Archive>
    void serialize(Archive& ar) {
      ar(field("at", at), field("leaf", leaf), field("actor", actor), field("adds", adds), field("key", key));
    }
  };
  void state(const Record& record, const Digest& leaf, bool adds);
  void confirm(const Record& record);
  void apply(const Act& act, uint64_t effective_size);

  bool governed_ = false;
  std::vector<LedgerKey> keys_;
  std::vector<Act> acts_;
};

}  // namespace custody
