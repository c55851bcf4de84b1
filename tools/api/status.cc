#include "tools/api/status.h"

#include <boost/json.hpp>

#include "ledger/base/file.h"
#include "ledger/proof/checkpoint.h"
#include "tools/api/evidence.h"
#include "tools/vouch/witnessing.h"

namespace custody {
namespace {

constexpr std::chrono::milliseconds kLogPatience{500};

LedgerStatus ledger_of(Node& node) {
  const Descriptor& descriptor = node.descriptor();
  return {to_hex(descriptor.ledger_id.view()),
          descriptor.name,
          descriptor.origin,
          descriptor.open_mode() ? "open" : "governed",
          node.config().kafka ? "kafka" : "embedded",
          {descriptor.created_at_us, 0},
          node.log().replicated(),
          descriptor.shards};
}

// Where nobody can tell at this moment, what the sealer last saw.
uint64_t lag_of(const ShardStatus& status, const std::optional<LogFacts::Known>& log) {
  if (!log) return status.sealer.waiting;
  const uint64_t end = log->intake_end.at(status.shard);
  return end > status.chain.head.intake ? end - status.chain.head.intake : 0;
}

ShardLine line_of(const ShardStatus& status, const std::optional<LogFacts::Known>& log) {
  const ChainState& chain = status.chain;
  ShardLine line;
  line.shard = status.shard;
  line.size = chain.head.next_seq;
  line.head = to_base64(view_of(chain.head.prev));
  line.root = to_base64(view_of(chain.tree.root()));
  line.intake = chain.head.intake;
  line.sealer_lag = lag_of(status, log);
  line.projected = status.projector ? status.projector->next_seq : 0;
  line.projector_lag = status.projector ? status.projector->lag(line.size) : 0;
  if (line.size > 0) line.sealed_at = Instant{chain.head.sealed_at_us, 0};
  return line;
}

PartStatus sealer_of(Node& node, const std::vector<ShardStatus>& shards) {
  PartStatus part;
  part.reason = node.has(Role::kSealer) ? node.not_ready() : "runs in another process";
  for (const ShardStatus& shard : shards)
    if (shard.sealer.standing_by && part.reason.empty()) part.reason = shard.sealer.reason;
  part.ready = part.reason.empty();
  uint64_t total = 0;
  for (const ShardStatus& shard : shards) total += shard.chain.head.next_seq;
  part.records_total = total;
  return part;
}

PartStatus projector_of(Node& node) {
  PartStatus part;
  if (!node.has(Role::kProjector)) {
    part.reason = "runs in another process";
    return part;
  }
  const ProjectorProgress progress = node.projector().progress();
  part.ready = progress.running;
  for (const ShardProgress& shard : progress.shards) {
    if (shard.stopped) part.reason = shard.stopped->message;
    if (shard.trouble && part.reason.empty()) part.reason = *shard.trouble;
  }
  if (!part.reason.empty()) part.ready = false;
  return part;
}

std::optional<CheckpointStatus> checkpoint_of(const Node& node, const std::optional<LogFacts::Known>& log) {
  if (!log || !log->checkpoint) return std::nullopt;
  const KeyHistory keys = node.tails()[0]->state().keys;
  const auto by = open_checkpoint(*log->checkpoint, keys.keys());
  if (!by) return std::nullopt;
  const auto& policy = node.config().witnesses.policy;
  const bool witnessed = policy && policy->quorum && counts(*policy, *log->checkpoint);
  return CheckpointStatus{0, by->checkpoint.size, to_base64(view_of(by->checkpoint.root)), witnessed};
}

std::optional<Instant> instant_of(uint64_t time_s) {
  if (time_s == 0) return std::nullopt;
  return Instant{static_cast<int64_t>(std::min(time_s, kLastSecond)) * 1'000'000, 0};
}

std::vector<WitnessFailureCount> counted(const std::array<uint64_t, kOutsideFailures>& failures) {
  std::vector<WitnessFailureCount> out;
  for (size_t kind = 0; kind < kOutsideFailures; ++kind)
    if (failures[kind] > 0)
      out.push_back({std::string(failure_name(static_cast<OutsideFailure>(kind))), failures[kind]});
  return out;
}

std::optional<TimeAuthorityLine> time_authority_of(const Node& node) {
  const auto status = node.witnessing();
  if (!status || !status->stamping) return std::nullopt;
  const StampingState& state = *status->stamping;
  TimeAuthorityLine line{state.authority, std::nullopt, state.trouble, counted(state.failures)};
  if (state.latest_us > 0) line.stamped = Instant{state.latest_us, 0};
  return line;
}

WitnessLine witness_line(const Policy::Witness& witness, const WitnessState& state) {
  WitnessLine line;
  line.name = witness.name;
  line.key = witness.key.name;
  line.owner = witness.owner;
  line.url = witness.url;
  line.size = state.size;
  if (state.round > 0) line.round = state.round;
  line.at = instant_of(state.time_s);
  line.trouble = state.trouble;
  line.contradicts = state.contradicts;
  line.failures = counted(state.failures);
  return line;
}

std::optional<WitnessingLine> witnessing_of(const Node& node) {
  const auto status = node.witnessing();
  if (!status || !node.config().witnesses.policy) return std::nullopt;
  const Policy& policy = *node.config().witnesses.policy;
  WitnessingLine line;
  line.quorum = policy.quorum ? policy.nodes[*policy.quorum].name : "none";
  if (status->newest) {
    line.round = status->newest->round;
    line.size = status->newest->size;
    line.at = instant_of(status->newest->time_s);
  }
  line.lacking_s = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(status->lacking).count());
  line.trouble = status->trouble;
  for (size_t i = 0; i < status->witnesses.size(); ++i)
    line.witnesses.push_back(witness_line(policy.witnesses[i], status->witnesses[i]));
  return line;
}

std::optional<VerificationStatus> verification_of(const Home& home) {
  const auto text = read_file_if_present(home.path("verification.json"), 65'536);
  if (!text) return std::nullopt;
  const boost::json::value document = parse_json(*text);
  std::vector<Fault> faults;
  if (!document.is_object()) return std::nullopt;
  auto verification = from_json<VerificationStatus>(document.get_object(), "", faults);
  if (!faults.empty()) return std::nullopt;
  return verification;
}

}  // namespace

LogFacts::Known ask_log(Node& node) {
  LogFacts::Known known;
  if (const std::string trouble = node.log().trouble(); !trouble.empty()) throw Error(ErrorCode::kUnavailable, trouble);
  for (const Tail* tail : node.tails()) known.intake_end.push_back(node.log().intake_end(tail->shard()));
  try {
    known.checkpoint = registry_tree(node).note;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound && error.code() != ErrorCode::kStore) throw;  // none, or none of ours
  }
  return known;
}

Status status_of(Node& node, LogFacts& facts, int64_t started_us) {
  Status status;
  const auto log = facts.get(kLogPatience);
  const std::vector<ShardStatus> shards = node.shards();
  status.ledger = ledger_of(node);
  status.round.round = shards[0].chain.round;
  if (node.has(Role::kProjector))
    if (const auto round = node.projector().views().latest_round()) status.round = {round->round, round->closed_at};
  for (const ShardStatus& shard : shards) status.shards.push_back(line_of(shard, log));
  status.sealer = sealer_of(node, shards);
  status.projector = projector_of(node);
  status.checkpoint = checkpoint_of(node, log);
  status.witnessing = witnessing_of(node);
  status.time_authority = time_authority_of(node);
  status.verification = verification_of(node.config().home);
  status.notices = node.notices();
  status.uptime_s = static_cast<uint64_t>((system_clock().now_us() - started_us) / 1'000'000);
  status.version = kVersion;
  return status;
}

void save_verification(const Home& home, const VerificationStatus& verification) {
  write_file_durably(home.path("verification.json"), to_json_text(verification) + "\n");
}

}  // namespace custody
