// The proof of one record, as a file to carry away: a C2SP tlog-proof of shard 0 whose extra data holds the record.
//
//   extra = "CSP1" record:bytes32 within:opt<record:bytes32 path:vec<hash[32]>>
//
// The first record is the leaf that the tlog-proof is about. A record of shard 0 is that leaf itself. Of another shard:
// the leaf is a ledger.round of shard 0, which names the size and root of every shard, and `within` holds the record
// and its path in its own shard at that size. So every tool that knows tlog-proof and shard 0's key judges both.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/record.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/tlog_proof.h"

namespace custody {

struct WithinShard {
  std::string record;
  std::vector<Digest> path;
};

std::string encode_proof_extra(std::string_view leaf_record, const std::optional<WithinShard>& within);

struct ProofVerdict {
  enum Kind {
    kProved,
    kFault,          // it is evidence of this ledger, and does not hold
    kNoEvidence,     // no proof of a record, or cut off
    kOtherLedger,    // of a log that none of the trusted keys is for
    kUnknownSigner,  // none of the trusted keys has signed it
    kUnwitnessed     // it holds, and too few of the witnesses that the reader asks for have seen it (policy.h)
  };
  struct Witness {
    std::string name;
    uint64_t time_s = 0;     // since 1970
    std::string owner = {};  // as a policy names it
  };
  struct Round {
    uint64_t number = 0;
    int64_t closed_at_us = 0;
    uint64_t seq = 0;         // of its record in shard 0
    uint64_t shard_size = 0;  // that it names of the record's shard
  };

  Kind kind = kNoEvidence;
  std::string reason;  // a sentence, unless proved
  // Of what is proved; nothing else of a file is to be told as a fact.
  Checkpoint checkpoint;
  std::string signer;  // the verifier key
  std::string record;
  std::optional<Round> round;  // of a record of another shard
  std::vector<Witness> witnesses;
};

// Judges a file against keys that the caller trusts: the ledger's, and witnesses' where there are any. Never throws for
// what is in the file.
ProofVerdict judge_record_proof(std::string_view text, std::span<const VerifierKey> trusted);

}  // namespace custody
