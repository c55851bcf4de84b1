// An evidence bundle: what the ledger holds about one question, with all that a reader needs to check it offline.
// Bytes: docs/formats/bundle.md.
//
//   file        = "CEB1" version:u16 length:u64 section*        length of the whole file; sections ascend by kind
//   section     = kind:u8 body:bytes32
//   1 checkpoint  = signed note of shard 0, which ends with a round
//   2 question    = by:str8 what:str8 from:u64 to:u64
//   3 supporting  = vec<bytes32>                                 records of shard 0, ascending by seq
//   4 records     = vec<bytes32>                                 the answer, ascending by shard and seq
//   5 trees       = vec<shard:u32 nodes:vec<hash[32]>>           multi_proof.h, of each shard that has records here
//   128 disclosed = vec<shard:u32 seq:u64 fields:vec<name:str8 commitment[32] opened:opt<salt[32] type:u8
//   value:bytes32>>> 129 policy    = text of a tlog-policy that the operator names 130 times     = kept for time stamps
//   131 complete = kept for proofs of completeness
//
// Kinds up to 127 must be there and be known. From 128 on a kind may be absent, and one that a reader does not know
// takes nothing away from what the others prove.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/codec/canonical.h"
#include "ledger/event/values.h"
#include "ledger/proof/bundle_question.h"

namespace custody {

inline constexpr uint16_t kBundleVersion = 1;
inline constexpr std::string_view kBundleMark = "CEB1";
inline constexpr uint64_t kMaxBundleBytes = 256 << 20;

enum class BundlePart : uint8_t {
  kCheckpoint = 1,
  kQuestion = 2,
  kSupporting = 3,
  kRecords = 4,
  kTrees = 5,
  kDisclosed = 128,
  kPolicy = 129,
  kTimes = 130,
  kComplete = 131,
};

struct ShardNodes {
  uint32_t shard = 0;
  std::vector<Digest> nodes;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("shard", shard), field("nodes", nodes));
  }
};

// A value that the operator discloses, with its salt.
struct OpenedField {
  ValueSalt salt{};
  uint8_t type = 0;  // ValueType
  std::string_view value;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("salt", salt), field("type", type), field("value", as_bytes32(value)));
  }
};

// A field of a record's values: what commits to it and, where it is disclosed, its value.
struct DisclosedField {
  std::string_view name;
  Digest commitment{};
  std::optional<OpenedField> opened;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("name", name), field("commitment", commitment), field("opened", opened));
  }
};

// All fields of one record, as its values_commit needs them.
struct Disclosure {
  Ref ref;
  std::vector<DisclosedField> fields;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("shard", ref.shard), field("seq", ref.seq), field("fields", fields));
  }
};

// What is in a file. The views point into it, or into what whoever makes one keeps.
struct Bundle {
  std::string_view note;
  BundleQuestion question;
  std::vector<std::string_view> supporting, records;
  std::vector<ShardNodes> trees;
  std::optional<std::string_view> disclosed;  // what DisclosureWriter made
  std::optional<std::string_view> policy, times, complete;
  std::vector<uint8_t> unknown;  // kinds that this program knows nothing of
};

// Writes part 128, record after record.
class DisclosureWriter {
 public:
  void add(const Disclosure& disclosure);  // ascending by ref
  std::string finish() &&;

 private:
  uint32_t count_ = 0;
  std::string bytes_ = std::string(4, '\0');
};

// By its first bytes: whether it is meant to be one, of whatever version.
bool is_bundle(std::string_view bytes);
std::string encode_bundle(const Bundle& bundle);  // kRefused where it would be larger than kMaxBundleBytes
// Error kRefused, with what it is instead of one (cut off, of a newer version), for anything that encode_bundle would
// not have written, but for kinds from 128 on that it does not know. Memory is bounded by a small multiple of the
// bytes.
Bundle decode_bundle(std::string_view bytes);
// One after the other, so that their number needs no memory. Error kRefused likewise; `each` may throw what it likes.
void for_each_disclosure(std::string_view disclosed, const std::function<void(const Disclosure&)>& each);

}  // namespace custody
