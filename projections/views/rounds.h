// View `rounds`, of shard 0: what each round covers, which round a time means, and which digests were attested.
//
//   1 ‖ round ‖ seq                  -> RoundRow
//   2 ‖ closed_at ‖ round ‖ seq      -> nothing          closed_at in µs
//   3 ‖ str8 view ‖ round ‖ seq      -> AttestedRow      by the ledger itself, of a round before
//
// All u64 big-endian. A record of shard k belongs to the first round whose sizes[k] is above its seq.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"
#include "ledger/codec/canonical.h"

namespace custody {

struct RoundRow {
  EventId id;
  int64_t closed_at_us = 0;
  std::vector<uint64_t> sizes;  // of every shard from 0; of shard 0 the round's own seq

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("id", id), field("closed_at", closed_at_us), field("sizes", sizes));
  }
};

// What a view.attested says.
struct AttestedRow {
  EventId id;
  std::string rules;
  uint64_t rows = 0;
  Digest root{};

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("id", id), field("rules", rules), field("rows", rows), field("root", root));
  }
};

std::string attested_prefix(std::string_view view);
uint64_t attested_round_of_key(std::string_view key);

std::string round_prefix(uint64_t round);  // with seq behind it: the key; alone: where to seek
std::string round_table_end();             // above every round's key
uint64_t round_of_key(std::string_view key);
std::string round_time_bound(int64_t time_us);  // above every row closed at or before the time
// The round in a key of the second kind; kStore when it is none.
uint64_t round_of_time_key(std::string_view key);
bool is_round_key(std::string_view key);
bool is_round_time_key(std::string_view key);

}  // namespace custody
