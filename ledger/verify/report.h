// The verdict of a verification: what was read, what it proves, and each fault with its place.
//
// A fault's kind is a stable name, listed with its meaning in docs/formats/log.md. Faults come ordered by (shard, seq,
// kind in the order of FaultKind), so "the first fault" means the same to every verifier of these bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"
#include "ledger/event/key_history.h"

namespace custody {

// In the order in which they are looked for at one place. The first eight end the reading of their shard: what follows
// them has no proven place in the chain.
enum class FaultKind : uint8_t {
  kRawForm,
  kEntryForm,
  kSize,
  kMagic,
  kForm,
  kShard,
  kSeq,
  kPrev,
  kDescriptor,
  kStale,
  kFirst,
  kOwn,
  kSealedAt,
  kReg,
  kSeen,
  kRegAhead,
  kIntake,
  kTerm,
  kId,
  kIdRepeated,
  kShardOf,
  kValues,
  kBlobMissing,
  kBlobAltered,
  kRoundForm,
  kRoundNumber,
  kRoundTime,
  kRoundSize,
  kRoundCut,
  kRoundRoot,
  kCheckpointForm,
  kCheckpointSignature,
  kCheckpointSize,
  kCheckpointRoot,
  kExtension,
  kAttestedForm,
  kAttestedSignature,
  kAttestedMissing,
  kAttestedDigest,
};
inline constexpr size_t kFaultKinds = static_cast<size_t>(FaultKind::kAttestedDigest) + 1;
// "raw_form", "entry_form", "size", ... as in JSON and in the documentation.
std::string_view fault_name(FaultKind kind);
// One sentence: what it means.
std::string_view fault_meaning(FaultKind kind);

struct VerifyFault {
  FaultKind kind;
  uint32_t shard = 0;
  uint64_t seq = 0;  // of the record concerned; of a checkpoint or saved head: its size
  std::string expected;
  std::string found;
};

struct VerifiedShard {
  uint32_t shard = 0;
  uint64_t size = 0;         // records accepted
  Digest head{};             // leaf of the last one; SHA-256(descriptor) when there is none
  Digest root{};             // RFC 6962 root over them
  uint64_t proved = 0;       // the first `proved` records stand whatever faults were found
  uint64_t signed_size = 0;  // of the newest checkpoint that holds; 0 = none
  uint64_t stale = 0;        // entries skipped by the acceptance rule
  uint64_t stale_old = 0;    // of these, too far back to compare their bytes
  uint64_t unread = 0;       // entries behind the fault that ended the reading
};

// A source that attests what was recorded in its name.
struct AttestedSource {
  std::string source;
  uint64_t up_to = 0;       // the number of the last statement that it has attested
  Ref at;                   // where it did
  uint64_t attested = 0;    // statements
  uint64_t unattested = 0;  // numbered statements that are in none of its attestations
};

struct VerifyReport {
  LedgerId ledger;
  std::string name;
  Digest descriptor{};                     // SHA-256 of the descriptor: the trust anchor
  std::optional<Predecessor> predecessor;  // the ledger that this one succeeds
  uint64_t records = 0;                    // accepted, all shards
  uint64_t bytes = 0;                      // of records and blobs read
  uint64_t rounds = 0;                     // ledger.round records
  uint64_t last_round = 0;
  std::vector<VerifiedShard> shards;
  std::vector<LedgerKey> keys;        // that sign or have signed, by the records of shard 0
  uint64_t checkpoints = 0;           // whose signature and root hold
  std::optional<uint64_t> witnessed;  // records of shard 0 under a witnessed checkpoint; nullopt = none
  uint64_t blobs_present = 0;         // and matching
  uint64_t blobs_missing = 0;
  uint64_t blobs_altered = 0;
  uint64_t attestations = 0;            // source.attested records met
  std::vector<AttestedSource> sources;  // that attest, in no order that means anything
  std::optional<bool> extends;          // of the saved head; nullopt = none was given
  std::vector<VerifyFault> faults;
  uint64_t faults_left_out = 0;  // beyond kMaxFaultsPerShard
  double seconds = 0;

  bool ok() const { return faults.empty(); }
  bool proves(FaultKind first, FaultKind last) const;  // no fault of a kind in [first, last]
};
inline constexpr size_t kMaxFaultsPerShard = 100;

// What is proved, each apart: bytes, links, rules, tree, signatures, rounds, blobs. Signatures hold only where there is
// one.
struct ProvedLine {
  const char* name;
  bool holds;
};
std::vector<ProvedLine> proved_lines(const VerifyReport& report);

// What people read; ends with a newline. `colour` marks verdicts with ANSI colours. A fault is followed by what to do.
std::string report_text(const VerifyReport& report, bool colour = false);
// One JSON object on one line, no newline: records, bytes, rounds, shards: [{shard, size, head, root, ...}], witnessed,
// faults: [{kind, shard, seq, expected, found}], seconds, and what is proved apart. Digests are base64, as in receipts
// and checkpoints.
std::string report_json(const VerifyReport& report);

}  // namespace custody
