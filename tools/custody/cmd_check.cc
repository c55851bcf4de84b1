// custody check: judges evidence that somebody handed over. Opens no ledger and asks no service.
#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "ledger/base/file.h"
#include "ledger/codec/json.h"
#include "ledger/proof/bundle_judge.h"
#include "ledger/proof/record_proof.h"
#include "tools/api/api.h"
#include "tools/custody/bundle_html.h"
#include "tools/custody/command.h"
#include "tools/custody/outside_time.h"
#include "tools/custody/text.h"
#include "tools/custody/trusted_keys.h"

namespace custody {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

// One byte more than evidence of its kind may have tells a larger file from one.
std::string read_evidence(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  uint64_t most = kMaxProofBytes + 1;
  while (file && bytes.size() < most) {
    const size_t before = bytes.size();
    bytes.resize(before + std::min<uint64_t>(kChunkBytes, most - before));
    file.read(bytes.data() + before, static_cast<std::streamsize>(bytes.size() - before));
    bytes.resize(before + static_cast<size_t>(file.gcount()));
    if (is_bundle(bytes)) most = kMaxBundleBytes + 1;
  }
  if (!file && !file.eof()) throw Error(ErrorCode::kNotFound, path + " cannot be read");
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

void print_refused_json(ProofVerdict::Kind kind, const std::string& reason) {
  std::cout << boost::json::serialize(boost::json::object{{"verdict", name_of(kind)}, {"reason", reason}}) << "\n";
}

void print_refused(ProofVerdict::Kind kind, const std::string& reason) {
  std::cout << (kind == ProofVerdict::kFault ? "FAULT: " : "NO EVIDENCE: ") << printable(reason) << "\n";
}

void print_json(const ProofVerdict& verdict, const OutsideTime& time) {
  if (verdict.kind != ProofVerdict::kProved) {
    print_refused_json(verdict.kind, verdict.reason);
    return;
  }
  boost::json::object out{{"verdict", name_of(verdict.kind)}};
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
  std::cout << boost::json::serialize(out) << "\n";
}

void print_text(const ProofVerdict& verdict, const OutsideTime& time) {
  if (verdict.kind != ProofVerdict::kProved) {
    print_refused(verdict.kind, verdict.reason);
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
template <class Verdict>
Verdict under_policy(Verdict verdict, const Policy& policy, std::string_view note) {
  const PolicyVerdict judged = judge_policy(policy, parse_note(note));
  const auto reason = against(policy, judged);
  if (!reason) {
    verdict.witnesses = vouching(policy, judged);
    return verdict;
  }
  Verdict refused;
  refused.kind = ProofVerdict::kUnwitnessed;
  refused.reason = *reason;
  return refused;
}

int status_of(ProofVerdict::Kind kind) {
  if (kind == ProofVerdict::kProved) return 0;
  return kind == ProofVerdict::kFault ? 1 : kNoEvidence;
}

int check_proof(const Invocation& call, const std::string& evidence, const std::vector<VerifierKey>& keys,
                const std::optional<Policy>& policy) {
  if (call.has("--html")) throw Error(ErrorCode::kUsage, "--html makes a page of a bundle, and this is none");
  ProofVerdict verdict = judge_record_proof(evidence, keys);
  if (policy && verdict.kind == ProofVerdict::kProved)
    verdict = under_policy(std::move(verdict), *policy, parse_tlog_proof(evidence).checkpoint);
  OutsideTime time;
  if (verdict.kind == ProofVerdict::kProved) time = outside_time(call, verdict, evidence);
  call.json() ? print_json(verdict, time) : print_text(verdict, time);
  return status_of(verdict.kind);
}

Checking checking_of(const std::string& file, const std::string& bytes, const std::vector<VerifierKey>& keys,
                     bool under_policy) {
  Checking checking{std::filesystem::path(file).filename().string(),
                    sha256(bytes),
                    bytes.size(),
                    "custody " + std::string(kVersion),
                    system_clock().now_us(),
                    {},
                    under_policy};
  for (const VerifierKey& key : keys) checking.keys.push_back(key.text());
  return checking;
}

int check_bundle(const Invocation& call, const std::string& bytes, const std::vector<VerifierKey>& keys,
                 const std::optional<Policy>& policy) {
  if (call.has("--after")) throw Error(ErrorCode::kUsage, "--after is for the proof of one record");
  BundleVerdict verdict = judge_bundle(bytes, keys);
  if (policy && verdict.kind == ProofVerdict::kProved)
    verdict = under_policy(std::move(verdict), *policy, std::string(verdict.note));
  if (verdict.kind != ProofVerdict::kProved) {
    call.json() ? print_refused_json(verdict.kind, verdict.reason) : print_refused(verdict.kind, verdict.reason);
    return status_of(verdict.kind);
  }
  const auto there_by = seen_outside_by(call, parse_note(verdict.note));
  const BundleReport report = report_of(verdict, policy.has_value(), there_by);
  if (const auto page = call.value("--html"))
    write_file_durably(*page,
                       bundle_html(verdict, report, checking_of(call.arguments[0], bytes, keys, policy.has_value())));
  std::cout << (call.json() ? bundle_json(verdict, report) : bundle_text(verdict, report));
  return 0;
}

int run(const Invocation& call) {
  const std::string& file = call.argument(0, "the file to check");
  const std::vector<VerifierKey> keys = trusted_keys(call);
  const auto policy = policy_of(call);
  const std::string evidence = read_evidence(file);
  return is_bundle(evidence) ? check_bundle(call, evidence, keys, policy) : check_proof(call, evidence, keys, policy);
}

}  // namespace

Command check_command() {
  return {"check",
          "FILE",
          "judge a proof or a bundle offline: what it proves, and what it does not",
          "Exit status 1 where the evidence does not hold, 5 where there is none that the trusted keys can judge:\n"
          "none, cut off, of a newer version, of another ledger, signed by an unknown key, or not seen by the "
          "witnesses of\n"
          "the policy.\n",
          {{"--trust", "VKEYFILE,...", "files of verifier keys: the ledger's, and those of witnesses you trust", true},
           {"--policy", "FILE",
            "whose logs, and which witnesses must have seen the checkpoint (C2SP tlog-policy); its keys are trusted"},
           {"--tsa-ca", "FILE", "certificates (PEM) of authorities whose time stamps you trust"},
           {"--after", "FILE",
            "of one record: an earlier proof of its shard, or checkpoint of shard 0, with witnesses: it entered the "
            "ledger after that"},
           {"--html", "OUT.html", "also write what a bundle proves as a page to print"}},
          run,
          false};
}

}  // namespace custody
