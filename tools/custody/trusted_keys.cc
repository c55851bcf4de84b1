#include "tools/custody/trusted_keys.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "ledger/base/file.h"
#include "ledger/base/time.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/event/key_history.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

constexpr uint64_t kMostHandoverBytes = 8u << 20;

std::string with_owner(const ProofVerdict::Witness& witness) {
  return witness.name + (witness.owner.empty() ? "" : " (" + witness.owner + ")");
}

// What is no file of keys or of a policy is so by what was asked, not by a store that failed.
std::string read_named(const std::string& file, uint64_t most_bytes) {
  try {
    return read_file(file, most_bytes);
  } catch (const Error& error) {
    throw Error(ErrorCode::kUsage, error.what());
  }
}

constexpr std::string_view kProof = "c2sp.org/tlog-proof@v1\n";

std::string name_of_log(const std::vector<VerifierKey>& keys, const ProofVerdict& verdict, const std::string& file) {
  if (keys.empty() || verdict.kind != ProofVerdict::kProved)
    throw Error(ErrorCode::kUsage, file + " leads from no key that is trusted here to another: " + verdict.reason);
  return verdict.checkpoint.origin;
}

Error no_handover(const std::string& file) {
  return Error(ErrorCode::kUsage, file + " is no hand-over: the ledger's first record, then those of its keys");
}

// A hand-over (`custody keys handover`): proofs of the records by which a ledger's keys changed, each by a key that is
// trusted by then. What they bring into force is trusted as the first was.
void follow_handover(const std::string& file, std::string_view text, std::vector<VerifierKey>& keys) {
  std::optional<KeyHistory> history;
  std::optional<uint64_t> before;
  while (!text.empty()) {
    const size_t next = text.find(kProof, kProof.size());
    const ProofVerdict verdict = judge_record_proof(text.substr(0, next), keys);
    text = next == std::string_view::npos ? std::string_view() : text.substr(next);
    const std::string origin = name_of_log(keys, verdict, file);
    const Record record = decode_record(verdict.record);
    if (record.seal.shard != 0 || (before && record.seal.seq <= *before)) throw no_handover(file);
    before = record.seal.seq;
    if (!history) {
      if (record.seal.seq != 0 || record.statement.type != LedgerCreated::kType) throw no_handover(file);
      const Descriptor descriptor = decode_descriptor(record.statement.body);
      if (descriptor.origin != origin) throw no_handover(file);
      history.emplace(descriptor);
    }
    history->take(record, leaf_hash(verdict.record));
    for (const LedgerKey& each : history->keys()) {
      const VerifierKey key{origin, VerifierKey::kEd25519, each.key};
      const auto known = [&](const VerifierKey& other) { return other.text() == key.text(); };
      if (each.from > 0 && std::none_of(keys.begin(), keys.end(), known)) keys.push_back(key);
    }
  }
}

// A key a line; empty lines and those with # are passed over.
void read_keys(const std::string& file, const std::string& text, std::vector<VerifierKey>& keys) {
  std::istringstream lines(text);
  const size_t before = keys.size();
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    try {
      keys.push_back(parse_vkey(line));
    } catch (const Error& error) {
      throw Error(ErrorCode::kUsage, file + ": " + error.what());
    }
  }
  if (keys.size() == before) throw Error(ErrorCode::kUsage, file + " holds no verifier key");
}

}  // namespace

std::vector<VerifierKey> keys_of(const Invocation& call, const std::string& flag) {
  std::vector<VerifierKey> keys;
  std::vector<std::pair<std::string, std::string>> handovers;
  for (const std::string& list : call.values(flag)) {
    std::istringstream files(list);
    for (std::string file; std::getline(files, file, ',');) {
      std::string text = read_named(file, kMostHandoverBytes);
      if (text.starts_with(kProof))
        handovers.emplace_back(file, std::move(text));
      else
        read_keys(file, text, keys);
    }
  }
  for (const auto& [file, text] : handovers) follow_handover(file, text, keys);
  return keys;
}

std::vector<VerifierKey> trusted_keys(const Invocation& call) {
  std::vector<VerifierKey> keys = keys_of(call, "--trust");
  if (const auto policy = policy_of(call)) {
    std::set<std::string> named;
    for (const VerifierKey& key : keys) named.insert(key.text());
    const auto add = [&](const VerifierKey& key) {
      if (!named.contains(key.text())) keys.push_back(key);
    };
    for (const Policy::Log& log : policy->logs) add(log.key);
    for (const Policy::Witness& witness : policy->witnesses) add(witness.key);
  }
  if (keys.empty())
    throw Error(ErrorCode::kUsage,
                "whom do you trust? --trust FILE names a file with the ledger's verifier key, as `custody checkpoint "
                "--vkey` prints it, that you have from the operator by another way than the proof");
  return keys;
}

Policy read_policy(const std::string& file) {
  try {
    return parse_policy(read_named(file, kMaxPolicyBytes));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kRefused) throw;
    throw Error(ErrorCode::kUsage, file + ": " + error.what());
  }
}

std::optional<Policy> policy_of(const Invocation& call) {
  const auto file = call.value("--policy");
  return file ? std::optional(read_policy(*file)) : std::nullopt;
}

std::optional<std::string> against(const Policy& policy, const PolicyVerdict& verdict) {
  if (verdict.satisfied(policy)) return std::nullopt;
  if (verdict.quorum) return "it is signed by no log of the policy";
  std::string names;
  for (const ProofVerdict::Witness& witness : vouching(policy, verdict))
    names += (names.empty() ? "" : ", ") + with_owner(witness);
  return "UNWITNESSED: the quorum '" + policy.nodes[*policy.quorum].name + "' of the policy is not reached; seen by " +
         (names.empty() ? "no witness of it" : names + " alone");
}

std::vector<ProofVerdict::Witness> vouching(const Policy& policy, const PolicyVerdict& verdict) {
  std::vector<ProofVerdict::Witness> out;
  for (const PolicyVerdict::Vouching& one : verdict.vouching) {
    const Policy::Witness& witness = policy.witnesses[one.witness];
    out.push_back({witness.key.name, one.time_s, witness.owner});
  }
  return out;
}

boost::json::array witnesses_json(const std::vector<ProofVerdict::Witness>& witnesses) {
  boost::json::array out;
  for (const ProofVerdict::Witness& witness : witnesses) {
    boost::json::object entry{{"name", witness.name}, {"time_s", witness.time_s}};
    if (!witness.owner.empty()) entry["owner"] = witness.owner;
    out.push_back(std::move(entry));
  }
  return out;
}

std::string witnesses_text(const std::vector<ProofVerdict::Witness>& witnesses) {
  std::string out;
  for (const ProofVerdict::Witness& witness : witnesses) {
    out += "witnessed   by " + with_owner(witness) + " at " + second_text(witness.time_s) + "\n";
  }
  return out;
}

}  // namespace custody
