// custody checkpoint: what the operator has signed last, of each shard, to be kept by somebody else.
#include <boost/json.hpp>
#include <iostream>

#include "ledger/base/time.h"
#include "ledger/codec/json.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/outside_time.h"
#include "tools/custody/text.h"
#include "tools/custody/trusted_keys.h"

namespace custody {
namespace {

void print_shard(const boost::json::object& shard) {
  std::cout << "shard " << number_member(shard, "shard") << "    " << number_member(shard, "size") << " records, root "
            << text_member(shard, "root");
  if (!shard.contains("round")) std::cout << ", of a round beside this one";
  std::cout << "\n";
}

// By the ledger's own policy, as the service says; nothing is judged here.
void print_witnessed(const boost::json::object& answer) {
  const auto& registry = answer.at("shards").at(0).as_object();
  const auto* said = answer.if_contains("witnessed");
  if (said == nullptr || !said->is_object()) {
    std::cout << "witnessed  ";
    const auto& cosigners = registry.at("cosigners").as_array();
    for (const auto& name : cosigners) std::cout << std::string_view(name.as_string()) << " ";
    std::cout << (cosigners.empty() ? "UNWITNESSED: nobody but the operator has signed this" : "(not judged here)")
              << "\n";
    return;
  }
  const auto& witnessed = said->get_object();
  for (const auto& item : witnessed.at("witnesses").as_array()) {
    const std::string owner = text_member(item.as_object(), "owner");
    std::cout << "witnessed  by " << text_member(item.as_object(), "name") << (owner.empty() ? "" : " (" + owner + ")")
              << " at " << short_time(text_member(item.as_object(), "at")) << "\n";
  }
  const std::string quorum = text_member(witnessed, "quorum_name");
  if (witnessed.at("quorum").as_bool())
    std::cout << "quorum     '" << quorum << "' of the ledger's policy has seen it\n";
  else
    std::cout << "quorum     UNWITNESSED: '" << quorum << "' of the ledger's policy has not seen it\n";
  const uint64_t newest = number_member(witnessed, "newest_size"), size = number_member(registry, "size");
  if (newest > size) std::cout << "UNWITNESSED tail  " << newest - size << " records of shard 0 were signed since\n";
}

void print_stamped(const boost::json::object& answer, const std::optional<TimeAuthorities>& trusted) {
  const auto* said = answer.if_contains("stamped");
  if (said == nullptr || !said->is_object()) {
    if (trusted) std::cout << "time stamp  none\n";
    return;
  }
  const auto& stamped = said->get_object();
  std::cout << "time stamp ";
  if (!trusted) {
    std::cout << number_member(stamped, "size") << " records of shard 0 (not judged here: --tsa-ca)\n";
    return;
  }
  const auto stamps = judge_timestamps(parse_note(text_member(stamped, "note")), *trusted);
  if (stamps.empty()) {
    std::cout << "NONE that holds under these authorities\n";
    return;
  }
  std::cout << number_member(stamped, "size") << " records of shard 0 were there not after "
            << short_time(to_rfc3339(stamps.front().latest_us)) << ", says " << stamps.front().authority << "\n";
}

struct Judged {
  std::vector<ProofVerdict::Witness> witnesses;
  std::optional<std::string> reason;  // why it does not count
};

// By the reader's policy.
Judged judge(const Policy& policy, const boost::json::object& answer) {
  const std::string note = text_member(answer.at("shards").at(0).as_object(), "note");
  const PolicyVerdict verdict = judge_policy(policy, parse_note(note));
  return {vouching(policy, verdict), against(policy, verdict)};
}

void print_text(const boost::json::object& answer, const std::optional<Judged>& judged,
                const std::optional<TimeAuthorities>& trusted) {
  std::cout << "vkey       " << text_member(answer, "vkey") << "\n"
            << "round      " << number_member(answer, "round") << ", closed "
            << short_time(text_member(answer, "closed_at")) << " by the operator's clock\n";
  for (const auto& shard : answer.at("shards").as_array()) print_shard(shard.as_object());
  if (judged)
    std::cout << (judged->reason ? "NO EVIDENCE: " + *judged->reason + "\n"
                                 : witnesses_text(judged->witnesses) + "quorum      of the policy has seen it\n");
  else
    print_witnessed(answer);
  print_stamped(answer, trusted);
  for (const auto& shard : answer.at("shards").as_array()) std::cout << "\n" << text_member(shard.as_object(), "note");
}

int run(const Invocation& call) {
  std::map<std::string, std::string> query;
  if (const auto at = call.value("--at")) query["as_of"] = *at;
  const auto policy = policy_of(call);
  const auto trusted = time_authorities_of(call);
  const std::string text = connect(call)->get("/v1/checkpoints", query);
  boost::json::value document = parse_json(text);
  auto& answer = document.as_object();
  if (call.has("--vkey")) {
    std::cout << text_member(answer, "vkey") << "\n";
    return 0;
  }
  const auto judged = policy ? std::optional(judge(*policy, answer)) : std::nullopt;
  if (judged) {
    boost::json::object verdict{{"witnessed", !judged->reason}, {"witnesses", witnesses_json(judged->witnesses)}};
    if (judged->reason) verdict["reason"] = *judged->reason;
    answer["policy"] = std::move(verdict);
  }
  if (call.json())
    std::cout << boost::json::serialize(answer) << "\n";
  else
    print_text(answer, judged, trusted);
  return judged && judged->reason ? kNoEvidence : 0;
}

}  // namespace

Command checkpoint_command() {
  return {
      "checkpoint",
      "",
      "the newest signed checkpoint of each shard, and the key to check it with",
      "Kept by somebody else, a checkpoint convicts whoever changes what it covers. Of a ledger with witnesses it is\n"
      "the newest that has their quorum. Exit status 5 where the policy that is given takes it for UNWITNESSED.\n",
      {{"--at", "TIME|ROUND", "those of the round that stood then"},
       {"--policy", "FILE", "judge by this policy, whatever the ledger's own is (C2SP tlog-policy)"},
       {"--tsa-ca", "FILE", "certificates (PEM) of authorities for time: judges the newest time stamp"},
       {"--vkey", "", "the ledger's verifier key alone, for a file that `custody check --trust` takes"}},
      run};
}

}  // namespace custody
