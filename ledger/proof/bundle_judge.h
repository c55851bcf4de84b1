// Judges an evidence bundle (bundle.h) offline, against keys that the reader trusts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/descriptor.h"
#include "ledger/proof/bundle.h"
#include "ledger/proof/record_proof.h"

namespace custody {

struct BundleVerdict {
  struct Round {
    uint64_t number = 0;
    int64_t closed_at_us = 0;
    uint64_t seq = 0;  // of its record in shard 0
  };
  struct Value {
    Ref ref;
    std::string_view field;
    ValueType type = ValueType::kText;
    std::string_view value;
  };

  ProofVerdict::Kind kind = ProofVerdict::kNoEvidence;
  std::string reason;  // a sentence, unless proved
  // Of what is proved, and views into the bytes that were judged; nothing else of a file is to be told as a fact.
  Checkpoint checkpoint;
  std::string signer;  // the verifier key
  std::vector<ProofVerdict::Witness> witnesses;
  Descriptor descriptor;
  BundleQuestion question;
  std::optional<Round> from;  // behind which the records were sealed; nullopt = from the first one on
  Round to;
  std::vector<std::string_view> records;     // the answer, ascending by shard and seq
  std::vector<std::string_view> supporting;  // of shard 0: rounds, the first record, keys
  std::vector<Value> values;                 // that are disclosed, in the order of the records
  // That a view of the ledger, whose root it has sealed, has no other records of the question up to a round.
  struct Complete {
    uint64_t round = 0;
    int64_t closed_at_us = 0;
    Ref attested;       // the record that states the root
    std::string rules;  // that the view is folded by
  };

  // Every record that the question asks for is there. Otherwise only `complete` can tell, if anything.
  bool whole_range = false;
  std::optional<Complete> complete;
  // Parts that nothing here judges.
  std::string_view note;
  std::optional<std::string_view> policy, times;
  std::vector<uint8_t> unknown;
};

// Never throws for what is in the file. Time and memory are bounded by a small multiple of its bytes.
BundleVerdict judge_bundle(std::string_view bytes, std::span<const VerifierKey> trusted);

}  // namespace custody
