// C2SP tlog-proof (c2sp.org/tlog-proof): a text that proves, offline, that an entry stands in a log. What a leaf is, is
// not its business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"

namespace custody {

inline constexpr size_t kMaxProofBytes = 1 << 20;

struct TlogProof {
  std::string extra;  // empty = none
  uint64_t index = 0;
  std::vector<Digest> path;  // from the leaf's sibling upwards
  std::string checkpoint;    // the signed note as it is
  bool operator==(const TlogProof&) const = default;
};

std::string tlog_proof_text(const TlogProof& proof);
// Error kRefused, with what is wrong, for anything that the function above would not have written. The note in it is
// read by parse_note.
TlogProof parse_tlog_proof(std::string_view text);

}  // namespace custody
