// Evidence bundles: judging ends, one that is written as it is read is the same, and nothing of what is not proved is
// told. The key is the one the seeds are signed with.
#include "ledger/proof/bundle_judge.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const VerifierKey key{"vectors.example/0", VerifierKey::kEd25519,
                               Ed25519PrivateKey::from_seed(std::string(32, 's')).public_key()};
  const std::string bytes = fuzz::bytes(data, size);
  const BundleVerdict verdict = judge_bundle(bytes, {&key, 1});
  const bool proved = verdict.kind == ProofVerdict::kProved;
  fuzz::require(proved == verdict.reason.empty(), "a verdict has a reason unless it is proved");
  fuzz::require(proved || (verdict.records.empty() && verdict.values.empty() && verdict.signer.empty()),
                "nothing that is not proved is told");
  for (const std::string_view record : verdict.records)
    fuzz::require(verdict.question.asks_for(decode_record(record)), "what is told answers the question");
  try {
    const Bundle bundle = decode_bundle(bytes);
    if (bundle.unknown.empty()) fuzz::require(encode_bundle(bundle) == bytes, "one file for one bundle");
  } catch (const Error&) {
    fuzz::require(verdict.kind == ProofVerdict::kNoEvidence, "what cannot be read is no evidence");
  }
  return 0;
}
