// What a reader of a shard's records knows after each: where the chain ends, its tree, and what the sealer needs to go
// on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/key_history.h"
#include "ledger/event/record.h"
#include "ledger/proof/merkle.h"
#include "ledger/seal/core.h"

namespace custody {

// The keys with which sources sign what they attest, by source; never changed, so that a copy of the state shares it.
using SourceKeys = std::map<std::string, PublicKey, std::less<>>;

struct ChainState {
  Head head;
  uint64_t position = 0;  // of the last record in the log; meaningful once head.next_seq > 0
  uint64_t term = 0;      // of the last sealer.started
  ByteArray<16> intake_id{};
  uint64_t grown = 0;           // records that are not the ledger's own
  uint64_t growth = 0;          // size with the last record that a round must cover; 0 = none yet
  uint64_t round = 0;           // number of the last ledger.round (shard 0)
  uint64_t round_size = 0;      // size with it included
  std::vector<uint64_t> named;  // sizes that it names, of shards 1 ... N-1
  uint64_t stepped = 0;         // size with which the last clock.stepped was included (shard 0); 0 = none yet
  KeyHistory keys;              // that sign for the ledger (shard 0)
  std::shared_ptr<const SourceKeys> source_keys;  // as source.registered says (shard 0); null = none
  CompactRange tree;

  // The state before the first record of a shard.
  static ChainState start(uint32_t shard, const Descriptor& descriptor);
  // Folds the next record, which the acceptance rule has accepted. kRefused when the ledger's own body in it is
  // malformed; the state is then as before.
  void apply(const Record& record, const Digest& leaf, uint64_t at_position);

  std::string encode() const;
  static ChainState decode(std::string_view bytes);  // kRefused

 private:
  void register_source(const Record& record);
};

}  // namespace custody
