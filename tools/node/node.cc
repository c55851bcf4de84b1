#include "tools/node/node.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "ledger/base/wrapping.h"
#include "ledger/log/lmdb_log.h"
#include "tools/vouch/witnessing.h"

namespace custody {
namespace {

constexpr std::chrono::milliseconds kStartPoll{2};
constexpr uint64_t kMaxBacklog = 2'000'000;  // intake entries waiting for a sealer before no more are taken

constexpr std::chrono::seconds kWitnessPatience{60};  // without a quorum, before all are told

std::string seconds_text(std::chrono::milliseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

std::string host_name() {
  char name[128] = "host";
  gethostname(name, sizeof name - 1);
  return name;
}

// Without a log in it a policy is about witnesses alone.
bool names_key_in_force(const Policy& policy, const std::string& origin, const ChainState& registry) {
  const std::vector<PublicKey> in_force = registry.keys.in_force(registry.head.next_seq);
  const auto signs = [&](const Policy::Log& log) {
    return log.key.name == origin && std::ranges::find(in_force, log.key.key) != in_force.end();
  };
  return policy.logs.empty() || std::ranges::any_of(policy.logs, signs);
}

Error other_keyring(const KeyringClaim& claimed, const KeyringClaim& mine) {
  return Error(ErrorCode::kConflict,
               "the keyring of this ledger is at " + claimed.place + ", and not at " + mine.place +
                   ". A second one would give customers second ids: run the gateway on that one's data folder, or move "
                   "that keyring here; if it is lost, restore it from a copy");
}

}  // namespace

std::unique_ptr<Node> Node::open(NodeConfig config, const std::function<void(const std::string&)>& notice) {
  auto node = std::unique_ptr<Node>(new Node(std::move(config)));
  node->config_.home.check_apart();
  make_folders(node->config_.home.data);
  node->lock_ = ProcessLock::take(node->config_.home.path("lock"));
  node->open_log(notice);
  node->open_keyring();
  node->open_parts();
  return node;
}

Node::~Node() {
  stop();
}

void Node::open_log(const std::function<void(const std::string&)>& notice) {
  const Home& home = config_.home;
  try {
    if (config_.kafka)
      log_ = KafkaLog::open(*config_.kafka);
    else
      log_ = LmdbLog::open(home.path("log"));
    return;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
  }
  if (!has(Role::kSealer)) throw Error(ErrorCode::kNotFound, "there is no ledger yet; start the sealer first");
  const Descriptor descriptor = make_descriptor(home, config_.create, system_clock().now_us());
  if (config_.kafka) {
    log_ = KafkaLog::create(*config_.kafka, descriptor);
  } else {
    log_ = LmdbLog::create(home.path("log"), descriptor);
  }
  if (descriptor.open_mode())
    notice("made a trial ledger in " + home.data +
           " in open mode: anyone who reaches it may state anything (see `custody help init`)");
}

void Node::open_keyring() {
  if (!has(Role::kGateway)) return;
  KeyringOptions options;
  options.folder = config_.home.path("keyring");
  options.keys_folder = config_.home.keys_of(descriptor().ledger_id);
  options.ledger = descriptor().ledger_id;
  options.passphrase = passphrase_from_environment();
  const auto claimed = log_->keyring();
  const KeyringClaim mine{{},
                          host_name() + ":" + std::filesystem::absolute(options.folder).lexically_normal().string()};
  if (Keyring::exists(options.folder)) {
    keyring_ = Keyring::open(std::move(options));
  } else {
    // One made in the place of one that is lost would know no customer, and give those that come again another id.
    for (uint32_t shard = 0; !config_.kafka && shard < descriptor().shards; ++shard)
      if (log_->intake_end(shard) > 0)
        throw Error(ErrorCode::kStore, "the keyring " + options.folder +
                                           " is missing, but the ledger has taken events: bring it back from its copy");
    if (claimed && claimed->place != mine.place) throw other_keyring(*claimed, mine);
    if (claimed)
      throw Error(ErrorCode::kStore, "the keyring " + mine.place + " is missing: bring it back from its copy");
    keyring_ = Keyring::create(std::move(options));
  }
  const KeyringClaim first = claimed ? *claimed : log_->claim_keyring({keyring_->id(), mine.place});
  if (first.id != keyring_->id()) throw other_keyring(first, mine);
}

FindKey Node::find_keys() const {
  try {
    return signing_keys(config_.home, descriptor().ledger_id);
  } catch (const Error&) {
    if (!config_.signer_may_be_lost) throw;
    return [](const Ed25519PublicKey&) { return nullptr; };
  }
}

void Node::open_parts() {
  const Home& home = config_.home;
  for (uint32_t shard = 0; shard < descriptor().shards; ++shard) {
    tails_.push_back(std::make_unique<Tail>(*log_, shard, home.path("tail/" + std::to_string(shard))));
    tails_.back()->add(receipts_);
    trees_.push_back(std::make_unique<TreeKeeper>(*log_, *tails_.back(), home.path("trees/" + std::to_string(shard))));
    tails_.back()->add(*trees_.back());
    tail_list_.push_back(tails_.back().get());
  }
  if (has(Role::kSealer)) {
    SealerOptions options;
    options.identity.gateway = host_name();
    options.build = "custody " + std::string(kVersion);
    for (uint32_t shard = 0; shard < descriptor().shards; ++shard)
      sealers_.push_back(std::make_unique<ShardSealer>(*log_, tail_list_, shard, system_clock(), options));
    rounds_ = std::make_unique<RoundKeeper>(
        *log_, tail_list_, *sealers_[0],
        Signer::open(find_keys(), descriptor(), home.signed_file(descriptor().ledger_id)), config_.rounds);
    tails_[0]->add(*rounds_);
    open_witnessing();
  }
  if (has(Role::kProjector)) {
    projector_ = Projector::open(home.path("views"), *log_);
    attester_ =
        std::make_unique<Attester>(*log_, *projector_, home.path("views/attested"), system_clock(), config_.attest);
  }
  if (has(Role::kGateway)) {
    const auto unavailable = [this]() -> std::string {
      if (draining_) return "the service is stopping";
      uint64_t waiting = 0;
      for (const auto& tail : tails_)
        if (const std::string fault = tail->fault(); !fault.empty()) return fault;
      for (const auto& sealer : sealers_) waiting += sealer->status().waiting;
      return waiting > kMaxBacklog ? "the sealer is too far behind" : "";
    };
    gateway_ = std::make_unique<Gateway>(
        Gateway::Parts{*log_, *keyring_, tail_list_, receipts_, system_clock(), host_name(), unavailable},
        descriptor().open_mode() ? open_admission() : governed_admission());
  }
}

void Node::open_witnessing() {
  const WitnessConfig& wanted = config_.witnesses;
  if (!wanted.submit || (!wanted.policy && wanted.time_url.empty())) return;
  if (wanted.policy) Witnessing::check(*wanted.policy, descriptor());
  witnessing_ = std::make_shared<Witnessing>(
      *log_, *trees_[0], *rounds_,
      WitnessingOptions{
          wanted.policy.value_or(Policy()), wanted.time_url, wanted.time_authorities, {}, {}, wanted.warn});
  rounds_->add(*witnessing_);
}

void Node::start() {
  started_ = true;
  for (const auto& tail : tails_) tail->start();
  for (const auto& tree : trees_) tree->start();
  for (const auto& sealer : sealers_) sealer->start();
  if (witnessing_) witnessing_->start();
  if (rounds_) rounds_->start();
  if (projector_) projector_->start();
  if (attester_) attester_->start();
}

void Node::stop() {
  draining_ = true;
  if (!started_) return;
  started_ = false;
  if (attester_) attester_->stop();
  if (rounds_) rounds_->stop();
  if (witnessing_) witnessing_->stop();
  for (const auto& sealer : sealers_) sealer->stop();
  if (projector_) projector_->stop();
  for (const auto& tail : tails_) tail->stop();
  for (const auto& tree : trees_) tree->stop();
}

namespace {

template <class Part>
Part& part_of(Part* part, const char* role) {
  if (part == nullptr) throw Error(ErrorCode::kUnavailable, std::string("this process runs no ") + role);
  return *part;
}

}  // namespace

Keyring& Node::keyring() {
  return part_of(keyring_ ? &*keyring_ : nullptr, "keyring");
}
Gateway& Node::gateway() {
  return part_of(gateway_.get(), "gateway");
}
Projector& Node::projector() {
  return part_of(projector_.get(), "projector");
}
Attester& Node::attester() {
  return part_of(attester_.get(), "projector");
}

std::vector<ShardStatus> Node::shards() const {
  std::vector<ShardStatus> all;
  std::optional<ProjectorProgress> progress;
  if (projector_) progress = projector_->progress();
  for (uint32_t shard = 0; shard < tails_.size(); ++shard) {
    ShardStatus status{shard, tails_[shard]->state(), tails_[shard]->fault(), {}, std::nullopt};
    if (shard < sealers_.size()) status.sealer = sealers_[shard]->status();
    if (progress) status.projector = progress->shards[shard];
    all.push_back(std::move(status));
  }
  return all;
}

std::string Node::not_ready() const {
  if (draining_) return "stopping";
  if (const std::string trouble = log_->trouble(); !trouble.empty()) return trouble;
  for (const auto& tail : tails_) {
    if (const std::string fault = tail->fault(); !fault.empty()) return fault;
    if (!tail->caught_up()) return "reading the log: shard " + std::to_string(tail->shard());
  }
  for (const auto& sealer : sealers_)
    if (const SealerStatus status = sealer->status(); !status.ready && !status.standing_by) return status.reason;
  return "";
}

std::string Node::not_ready_after_start(std::chrono::milliseconds patience) const {
  const auto until = std::chrono::steady_clock::now() + patience;
  const auto begun = [this] {
    for (const auto& tail : tails_)
      if (tail->fault().empty() && !tail->caught_up()) return false;
    for (const auto& sealer : sealers_)
      if (const SealerStatus status = sealer->status(); !status.ready && status.reason == SealerStatus{}.reason)
        return false;
    return true;
  };
  while (!begun() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(kStartPoll);
  return not_ready();
}

std::optional<WitnessingStatus> Node::witnessing() const {
  if (!witnessing_) return std::nullopt;
  return witnessing_->status();
}

// One that stands by has none of what the other has had witnessed since.
std::optional<std::string> Node::witnessed_note() const {
  if (!witnessing_ || !config_.witnesses.policy || !sealers_[0]->status().ready) return std::nullopt;
  const auto newest = witnessing_->status().newest;
  return newest ? std::optional(newest->note) : std::nullopt;
}

std::string Node::unwitnessed() const {
  const auto status = witnessing();
  const auto limit = config_.witnesses.limit;
  if (!status || limit.count() == 0 || status->lacking < limit) return "";
  return "UNWITNESSED for " + seconds_text(status->lacking);
}

void Node::put_witness_notices(std::vector<std::string>& out) const {
  const auto status = witnessing();
  if (status && !status->trouble.empty()) out.push_back("NOT SUBMITTED to witnesses: " + status->trouble);
  if (!status || !config_.witnesses.policy) return;
  const Policy& policy = *config_.witnesses.policy;
  if (!names_key_in_force(policy, descriptor().origin, tails_[0]->state()))
    out.push_back(
        "UNWITNESSED: the policy names no key that signs for this ledger now; its line is `log ` and what "
        "`custody checkpoint --vkey` prints");
  if (status->lacking > kWitnessPatience)
    out.push_back("UNWITNESSED for " + seconds_text(status->lacking) + ": the quorum '" +
                  (policy.quorum ? policy.nodes[*policy.quorum].name : "none") + "' has seen " +
                  (status->newest ? "nothing since round " + std::to_string(status->newest->round) : "no checkpoint") +
                  "; events are taken and sealed all the same");
  for (size_t i = 0; i < status->witnesses.size(); ++i)
    if (status->witnesses[i].contradicts)
      out.push_back("WITNESS " + policy.witnesses[i].name + " " + status->witnesses[i].trouble);
}

std::vector<std::string> Node::notices() const {
  std::vector<std::string> out;
  if (descriptor().open_mode())
    out.push_back("OPEN MODE: this is a trial ledger; anyone who reaches it may state anything");
  if (config_.kafka && !log_->replicated())
    out.push_back("NOT REPLICATED: one broker; the loss of its disk is the loss of the ledger");
  if (rounds_)
    if (const std::string fault = rounds_->fault(); !fault.empty()) out.push_back("NOT SIGNED: " + fault);
  put_witness_notices(out);
  for (uint32_t shard = 0; shard < trees_.size(); ++shard)
    if (const std::string fault = trees_[shard]->fault(); !fault.empty())
      out.push_back("NO PROOFS of shard " + std::to_string(shard) + ": " + fault);
  if (attester_)
    if (const std::string fault = attester_->fault(); !fault.empty()) out.push_back("VIEWS NOT ATTESTED: " + fault);
  const ProjectorProgress progress = projector_ ? projector_->progress() : ProjectorProgress{};
  for (const ShardProgress& shard : progress.shards)
    if (shard.stale > 0)
      out.push_back("STALE ENTRIES: shard " + std::to_string(shard.shard) + " of the log holds " +
                    std::to_string(shard.stale) +
                    " that are no part of the chain, left by a sealer that was overtaken; run `custody verify`: it "
                    "tells whether another record was to take the place of one that was sealed");
  return out;
}

}  // namespace custody
