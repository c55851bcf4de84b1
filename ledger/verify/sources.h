// Whether sources stand by what was recorded in their name: a source that makes its own statements signs now and then
// that these are the ones from this number to that (docs/formats/attestation.md).
//
// What a shard holds of it is collected while it is read; who is right is judged when all shards are.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/event/record.h"
#include "ledger/verify/report.h"
#include "ledger/verify/sorted_runs.h"

namespace custody {

using SourceHash = ByteArray<16>;  // the first half of SHA-256(source)

struct StatementRow {
  SourceHash source{};
  uint64_t sequence = 0;
  uint32_t shard = 0;
  uint64_t seq = 0;
  Digest statement{};
  auto operator<=>(const StatementRow&) const = default;
};

struct AttestationRow {
  SourceHash source{};
  uint32_t shard = 0;
  uint64_t seq = 0;
  uint64_t reg = 0;
  uint64_t from = 0;
  uint64_t to = 0;  // included
  Digest digest{};
  ByteArray<64> signature{};
  auto operator<=>(const AttestationRow&) const = default;
};

// A source.registered: from this size of shard 0 on, the source signs with this key, or with none.
struct SourceKey {
  SourceHash source{};
  uint64_t from = 0;
  std::optional<PublicKey> key;
};

// One shard's share.
class SourceRows {
 public:
  explicit SourceRows(const std::string& temp_folder);
  // The next record of the shard. The sentence that says why a source.attested is none; empty = nothing wrong.
  std::string take(const Record& record);

  SortedRuns<StatementRow> statements;
  SortedRuns<AttestationRow> attestations;
  std::map<SourceHash, std::string> names;  // of sources that attest
  std::vector<SourceKey> keys;              // of shard 0

 private:
  std::string take_attestation(const Record& record);
  void take_registration(const Record& record);
  const SourceHash& hash_of(std::string_view source);
  std::string last_name_;
  SourceHash last_hash_{};
};

// What the judge of all shards' rows needs to know beside them.
struct SourceFacts {
  LedgerId ledger;
  uint64_t registry_size = 0;
  bool all_read = true;        // no shard's reading was ended by a fault
  std::vector<uint64_t> cuts;  // of each shard, how many records are judged: attestations beyond may be ahead of others
};
struct SourceVerdict {
  std::vector<AttestedSource> sources;
  std::vector<VerifyFault> faults;
};
SourceVerdict judge_sources(std::vector<SourceRows*> shards, const SourceFacts& facts);

}  // namespace custody
