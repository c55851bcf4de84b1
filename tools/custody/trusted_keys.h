// Whom a reader trusts: verifier keys out of files.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ledger/proof/policy.h"
#include "ledger/proof/record_proof.h"
#include "tools/custody/command.h"

namespace custody {

// Where evidence ends for which there is no trusted key, or that is none (`custody help exit`).
inline constexpr int kNoEvidence = 5;

// Of the files that a flag lists, apart by commas: verifier keys, or hand-overs (docs/formats/keys.md) that lead from
// these to others. Error kUsage for a line that is none, and for a hand-over that leads from no key.
std::vector<VerifierKey> keys_of(const Invocation& call, const std::string& flag);
// Of the files that --trust lists, and of the policy. Error kUsage where there is no key, or a line that is none.
std::vector<VerifierKey> trusted_keys(const Invocation& call);

// What is in the file. Error kUsage with file and line for what is none.
Policy read_policy(const std::string& file);
// What --policy names. Error kUsage with file and line for what is none.
std::optional<Policy> policy_of(const Invocation& call);
// Why a checkpoint does not count under a policy: "UNWITNESSED: ..." with those who do vouch; nullopt where it counts.
std::optional<std::string> against(const Policy& policy, const PolicyVerdict& verdict);
// Who vouches, with whose witness it is.
std::vector<ProofVerdict::Witness> vouching(const Policy& policy, const PolicyVerdict& verdict);
// [{"name": ..., "owner": ..., "time_s": ...}], and lines "witnessed   by w1 (Example Court) at ...".
boost::json::array witnesses_json(const std::vector<ProofVerdict::Witness>& witnesses);
std::string witnesses_text(const std::vector<ProofVerdict::Witness>& witnesses);

}  // namespace custody
