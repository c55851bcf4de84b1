// Proof files: judging ends, one that is written as it is read is the same, and nothing of what is not proved is told.
// The key is the one the seeds are signed with.
#include "ledger/proof/record_proof.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const VerifierKey key{"vectors.example/0", VerifierKey::kEd25519,
                               Ed25519PrivateKey::from_seed(std::string(32, 's')).public_key()};
  const std::string bytes = fuzz::bytes(data, size);
  const ProofVerdict verdict = judge_record_proof(bytes, {&key, 1});
  const bool proved = verdict.kind == ProofVerdict::kProved;
  fuzz::require(proved == verdict.reason.empty(), "a verdict has a reason unless it is proved");
  fuzz::require(proved != verdict.record.empty(), "only a proved record is told");
  try {
    fuzz::require(tlog_proof_text(parse_tlog_proof(bytes)) == bytes, "one text for one proof");
  } catch (const Error&) {
    fuzz::require(verdict.kind == ProofVerdict::kNoEvidence, "what cannot be read is no evidence");
  }
  return 0;
}
