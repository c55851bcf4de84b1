// That certain records are all there are of a customer, an actor or an operation: the rows that a view has of them, as
// a range of keys in the tree whose root a view.attested record of the ledger states (docs/formats/completeness.md).
//
//   completeness = "CSC1" about:u8 name:bytes32 attested:u64 first:u64 rows:vec<key:bytes32 value:bytes32>
//                  before:vec<hash[32]> behind:vec<hash[32]>
//
// about: 1 customer (name: subject[16]), 2 actor, 3 operation (its 16 bytes). `attested` is the seq of the
// view.attested record on shard 0. A row names its record: the shard by the first byte of its value, the seq by the
// last eight of its key (big-endian).
//
// What it rests on: that whoever stated that root had folded the records as docs/views.md says. Who replays the log
// sees whether that is so, and the sealed record then convicts them.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/record.h"
#include "ledger/proof/range_proof.h"

namespace custody {

enum class About : uint8_t { kCustomer = 1, kActor = 2, kOperation = 3 };

struct Subject {
  About about = About::kCustomer;
  std::string name;  // bytes, as above
};
std::string_view view_about(About about);  // "archives" or "activity"
// The keys of all rows about it. kUsage where no such thing can have the name.
KeyRange keys_about(const Subject& subject);

struct Completeness {
  Subject subject;
  uint64_t attested = 0;
  RangeProof range;
};

std::string encode_completeness(const Completeness& section);
Completeness decode_completeness(std::string_view bytes);  // kRefused

struct CompletenessVerdict {
  std::string fault;  // a sentence; empty = proved
  // Of what is proved; nothing else of a section is to be told as a fact.
  uint64_t round = 0;     // the rows are those at this round
  std::string rules;      // of the view, as the record names them
  std::set<Ref> records;  // all there are of the subject before that round; none = absent
};

// `attested` is the record of shard 0 that the section names; that it stands there is proved apart. Never throws for
// what is in them.
CompletenessVerdict judge_completeness(const Completeness& section, const Record& attested, uint32_t shards);

// The same of a view of so many rows with this root, whoever says so; `round` and `rules` are left empty.
CompletenessVerdict judge_rows(const Completeness& section, uint64_t rows, const Digest& root, uint32_t shards);

// Of records, those that lie from one cut on and before another: sizes of every shard.
std::set<Ref> records_between(const std::set<Ref>& records, std::span<const uint64_t> from,
                              std::span<const uint64_t> until);

}  // namespace custody
