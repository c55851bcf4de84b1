// What the judges of evidence share (record_proof.cc, bundle_judge.cc): how judging ends early, and whose signature a
// checkpoint carries. Of nobody else.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ledger/base/error.h"
#include "ledger/event/record.h"
#include "ledger/proof/record_proof.h"

namespace custody::judging {

// With a kind and a sentence.
struct Ends {
  ProofVerdict::Kind kind;
  std::string reason;
};

template <class Call>
auto read_or_end(Call call, const std::string& what) {
  try {
    return call();
  } catch (const Error& error) {
    throw Ends{ProofVerdict::kNoEvidence, what + ": " + error.what()};
  }
}

Ends fault(const std::string& what);

// A checkpoint of a ledger whose key is trusted, and those of the trusted witnesses who have seen it.
struct Signed {
  SignedNote note;
  Checkpoint checkpoint;
  std::string signer;  // the verifier key
  std::vector<ProofVerdict::Witness> witnesses;
};
Signed judge_note(std::string_view note, std::span<const VerifierKey> trusted);

// Records of the ledger itself (docs/formats/record.md) are nobody else's to state.
bool is_own(const Record& record, std::string_view type);

}  // namespace custody::judging
