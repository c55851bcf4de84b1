// custody check: judges evidence that somebody handed over. Opens no ledger and asks no service.
#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "ledger/codec/json.h"
#include "ledger/proof/record_proof.h"
#include "tools/api/api.h"
#include "tools/custody/command.h"
#include "tools/custody/outside_time.h"
#include "tools/custody/text.h"
#include "tools/custody/trusted_keys.h"

namespace custody {
namespace {

// One byte more than a proof may have tells a larger file from a proof.
std::string read_evidence(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kMaxProofBytes + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file && !file.eof()) throw Error(ErrorCode::kNotFound, path + " cannot be read");
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

std::string_view name_of(ProofVerdict::Kind kind) {
  switch (kind) {
    case ProofVerdict::kProved:
      return "proved";
    case ProofVerdict::kFault:
      return "fault";
    case ProofVerdict::kNoEvidence:
      return "no_evidence";
    case ProofVerdict::kOtherLedger:
      return "other_ledger";
    case ProofVerdict::kUnknownSigner:
      return "unknown_signer";
    case ProofVerdict::kUnwitnessed:
      return "unwitnessed";
  }
  return "";
}

std::vector<std::string> not_proved(const ProofVerdict& verdict) {
  std::vector<std::string> out;
  if (verdict.witnesses.empty())
    out.push_back(
        "UNWITNESSED: no witness that you trust has seen this checkpoint; the operator could show others another "
        "history");
  out.push_back(
      "when it was sealed: that time is the operator's word" +
      std::string(verdict.witnesses.empty() ? "" : "; it was there when the witness saw it, not how long before"));
  out.push_back("that what the source stated is true, or that it stated all it should");
  out.push_back("values of a customer: a record holds commitments to them, and this file holds none");
  return out;
}

std::string proved_sentence(const ProofVerdict& verdict, const Record& record) {
  const Checkpoint& checkpoint = verdict.checkpoint;
  std::string text = "the operator of " + checkpoint.origin + " has signed that ";
  if (verdict.round)
    text += "round " + std::to_string(verdict.round->number) + " is record " + std::to_string(verdict.round->seq) +
            " among the first " + std::to_string(checkpoint.size) +
            " of shard 0, and that round holds that this is record " + std::to_string(record.seal.seq) +
            " among the first " + std::to_string(verdict.round->shard_size) + " of shard " +
            std::to_string(record.seal.shard);
  else
    text += "this is record " + std::to_string(record.seal.seq) + " among the first " +
            std::to_string(checkpoint.size) + " of shard 0";
  return text;
}

void print_json(const ProofVerdict& verdict, const OutsideTime& time) {
  boost::json::object out{{"verdict", name_of(verdict.kind)}};
  if (verdict.kind != ProofVerdict::kProved) {
    out["reason"] = verdict.reason;
  } else {
    const Record record = decode_record(verdict.record);
    out["proved"] = proved_sentence(verdict, record);
    out["ref"] = to_text(record.ref());
    out["leaf"] = to_base64(view_of(leaf_hash(verdict.record)));
    out["record"] = parse_json(Api::record_line(record));
    out["checkpoint"] = {{"origin", verdict.checkpoint.origin},
                         {"size", verdict.checkpoint.size},
                         {"root", to_base64(view_of(verdict.checkpoint.root))}};
    out["signer"] = verdict.signer;
    if (verdict.round)
      out["round"] = {{"round", verdict.round->number},
                      {"ref", to_text(Ref{0, verdict.round->seq})},
                      {"closed_at", to_rfc3339(verdict.round->closed_at_us)}};
    out["witnesses"] = witnesses_json(verdict.witnesses);
    out["entered"] = outside_time_json(time);
    boost::json::array missing;
    for (const std::string& text : not_proved(verdict)) missing.emplace_back(text);
    out["not_proved"] = std::move(missing);
  }
  std::cout << boost::json::serialize(out) << "\n";
}

void print_text(const ProofVerdict& verdict, const OutsideTime& time) {
  if (verdict.kind != ProofVerdict::kProved) {
    std::cout << (verdict.kind == ProofVerdict::kFault ? "FAULT: " : "NO EVIDENCE: ") << verdict.reason << "\n";
    return;
  }
  const Record record = decode_record(verdict.record);
  std::cout << "record      " << event_line(parse_json(Api::record_line(record)).as_object()) << "\n"
            << "leaf        " << to_base64(view_of(leaf_hash(verdict.record))) << "\n"
            << "PROVED      " << proved_sentence(verdict, record) << "\n"
            << "signed by   " << verdict.signer << "\n";
  std::cout << witnesses_text(verdict.witnesses) << outside_time_text(time);
  for (const std::string& text : not_proved(verdict)) std::cout << "NOT PROVED  " << text << "\n";
}

// What is proved counts for the reader only if the witnesses of the policy have seen it.
ProofVerdict under_policy(ProofVerdict verdict, const Policy& policy, const std::string& evidence) {
  if (verdict.kind != ProofVerdict::kProved) return verdict;
  const SignedNote note = parse_note(parse_tlog_proof(evidence).checkpoint);
  const PolicyVerdict judged = judge_policy(policy, note);
  const auto reason = against(policy, judged);
  if (!reason) {
    verdict.witnesses = vouching(policy, judged);
    return verdict;
  }
  ProofVerdict refused;
  refused.kind = ProofVerdict::kUnwitnessed;
  refused.reason = *reason;
  return refused;
}

int run(const Invocation& call) {
  const std::string& file = call.argument(0, "the file to check");
  const std::vector<VerifierKey> keys = trusted_keys(call);
  const auto policy = policy_of(call);
  const std::string evidence = read_evidence(file);
  ProofVerdict verdict = judge_record_proof(evidence, keys);
  if (policy) verdict = under_policy(std::move(verdict), *policy, evidence);
  OutsideTime time;
  if (verdict.kind == ProofVerdict::kProved) time = outside_time(call, verdict, evidence);
  call.json() ? print_json(verdict, time) : print_text(verdict, time);
  if (verdict.kind == ProofVerdict::kProved) return 0;
  return verdict.kind == ProofVerdict::kFault ? 1 : kNoEvidence;
}

}  // namespace

Command check_command() {
  return {
      "check",
      "FILE",
      "judge a proof offline: what it proves, and what it does not",
      "Exit status 1 where the evidence does not hold, 5 where there is none that the trusted keys can judge:\n"
      "no proof, cut off, of another ledger, signed by an unknown key, or not seen by the witnesses of the policy.\n",
      {{"--trust", "VKEYFILE,...", "files of verifier keys: the ledger's, and those of witnesses you trust", true},
       {"--policy", "FILE",
        "whose logs, and which witnesses must have seen the checkpoint (C2SP tlog-policy); its keys are trusted"},
       {"--tsa-ca", "FILE", "certificates (PEM) of authorities whose time stamps you trust"},
       {"--after", "FILE",
        "an earlier proof of its shard, or checkpoint of shard 0, with witnesses: it entered the ledger after that"}},
      run};
}

}  // namespace custody
