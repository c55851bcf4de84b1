#include "tools/vouch/witnessing.h"

#include <algorithm>

#include "ledger/codec/canonical.h"
#include "ledger/event/record.h"
#include "ledger/proof/checkpoint.h"

namespace custody {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kTreePatience = 2s;  // for what the tail accepted and the tree has not yet
constexpr auto kReadPatience = 5s;
constexpr auto kAgain = 1s;  // after a trouble of our own
constexpr std::string_view kPath = "/add-checkpoint";

std::string address_of(const Policy::Witness& witness) {
  std::string url = witness.url;
  while (url.ends_with('/')) url.pop_back();
  return url + std::string(kPath);
}

// The round whose record is the last of the first `size` of shard 0. Of the entries of one seq the first is the record
// (acceptance.h).
uint64_t round_at(Log& log, uint64_t size) {
  const auto reader = log.read_sealed(0, size - 1);
  for (const auto until = steady_clock::now() + kReadPatience; steady_clock::now() < until;) {
    const auto item = reader->next(200ms);
    if (!item || decode_seal(item->record).seq != size - 1) continue;
    const Record record = decode_record(item->record);
    if (record.statement.type != LedgerRound::kType)
      throw Error(ErrorCode::kStore, "a checkpoint of shard 0 does not end with a round; run `custody verify`");
    return from_canonical<LedgerRound>(record.statement.body).round;
  }
  throw Error(ErrorCode::kUnavailable, "the log cannot be read");
}

}  // namespace

void Witnessing::check(const Policy& policy, const Descriptor& descriptor) {
  const auto ours = [&](const Policy::Log& log) { return log.key.name == descriptor.origin; };
  if (!policy.logs.empty() && std::ranges::none_of(policy.logs, ours))
    throw Error(ErrorCode::kUsage, "the policy is for other logs than " + descriptor.origin +
                                       ", whose line is `log ` and what `custody checkpoint --vkey` prints");
  if (policy.witnesses.empty()) throw Error(ErrorCode::kUsage, "the policy names no witness");
  for (const Policy::Witness& witness : policy.witnesses) {
    if (witness.url.empty())
      throw Error(ErrorCode::kUsage, "the policy has no address of witness " + witness.name +
                                         ", to submit to: witness NAME VKEY https://...");
    Outbox::check_url(address_of(witness));
  }
}

Witnessing::Witnessing(Log& log, TreeKeeper& tree, RoundKeeper& rounds, WitnessingOptions options)
    : log_(log),
      tree_(tree),
      rounds_(rounds),
      options_(std::move(options)),
      outbox_(options_.limits),
      plan_(options_.policy, options_.pace),
      told_(options_.policy.witnesses.size() + 1) {
  if (!options_.time_url.empty()) stamping_.emplace(options_.time_url, TimeAuthorities(options_.time_authorities));
  status_.witnesses = plan_.witnesses();
}
Witnessing::~Witnessing() {
  stop();
}

void Witnessing::start() {
  outbox_.tell([this] { step(); });
  thread_ = std::thread([this] { outbox_.run(); });
}

void Witnessing::stop() {
  outbox_.stop();
  if (thread_.joinable()) thread_.join();
}

void Witnessing::on_signed(uint64_t round, const SignedCheckpoint& checkpoint) {
  outbox_.tell([this, round, checkpoint] {
    plan_.offer(round, checkpoint.size, checkpoint.note, steady_clock::now());
    step();
  });
}

// Everything that can be done now; then waits for answers, offers, or the next moment that the plan names.
void Witnessing::step() {
  const auto now = steady_clock::now();
  trouble_.clear();
  try {
    remember();
    keep_finished(now);
    for (const WitnessPlan::Errand& errand : plan_.due(now)) send(errand);
    ask_for_time(now);
    keep_finished(now);                    // where nobody had to be asked
  } catch (const std::exception& error) {  // the log is away: nothing was promised, and nothing is lost
    trouble_ = error.what();
  }
  publish();
  outbox_.later(trouble_.empty() ? plan_.wake(now) : now + kAgain, [this] { step(); });
}

// A time stamp that is on its way belongs into the note before that is final.
void Witnessing::keep_finished(WitnessPlan::Time now) {
  if (stamping_ && stamping_->busy()) return;
  if (!unkept_) unkept_ = plan_.finished(now);
  for (; unkept_; unkept_ = plan_.finished(now)) keep(*unkept_);
}

// What was witnessed before this start, by whatever process.
void Witnessing::remember() {
  if (remembered_) return;
  const Policy& policy = options_.policy;
  remembered_ = policy.witnesses.empty();
  if (remembered_) return;
  const auto note = log_.newest_checkpoint(0, UINT64_MAX, [&](std::string_view text) { return counts(policy, text); });
  if (note) {
    const SignedNote parsed = parse_note(*note);
    const uint64_t size = checkpoint_of(parsed).size;
    const PolicyVerdict verdict = judge_policy(policy, parsed);
    for (const PolicyVerdict::Vouching& one : verdict.vouching) plan_.remember(one.witness, size);
    announce({round_at(log_, size), size, quorum_time_s(policy, verdict).value_or(0), *note});
  }
  remembered_ = true;
}

void Witnessing::send(const WitnessPlan::Errand& errand) {
  const Checkpoint checkpoint = checkpoint_of(parse_note(errand.note));
  Submission submission{errand.old_size, {}, errand.note};
  try {
    const auto tree = tree_.tree(errand.size, kTreePatience);
    if (root_of(*tree, errand.size) != checkpoint.root) {
      tree_.distrust();
      throw Error(ErrorCode::kUnavailable, "the stored tree of shard 0 was damaged, and is being made anew");
    }
    submission.path = consistency_proof(*tree, errand.old_size, errand.size);
  } catch (const std::exception& error) {
    trouble_ = error.what();
    return plan_.abandon(errand, steady_clock::now());
  }
  outbox_.post(
      {address_of(options_.policy.witnesses[errand.witness]), "text/plain; charset=utf-8", submission_text(submission)},
      [this, errand](const OutsideReply& reply) { answered(errand, reply); });
}

void Witnessing::answered(const WitnessPlan::Errand& errand, const OutsideReply& reply) {
  const VerifierKey& key = options_.policy.witnesses[errand.witness].key;
  plan_.answer(errand, judge_reply(reply, errand.note, key), steady_clock::now());
  step();
}

void Witnessing::ask_for_time(WitnessPlan::Time now) {
  const auto turn = plan_.open_turn();
  if (!stamping_ || !turn || !stamping_->due(now)) return;
  outbox_.post(stamping_->ask(turn->second, now), [this, size = turn->first](const OutsideReply& reply) {
    if (const auto line = stamping_->answer(reply, steady_clock::now())) plan_.add_line(size, *line);
    step();
  });
}

void Witnessing::keep(const WitnessPlan::Outcome& outcome) {
  log_.put_checkpoint(0, outcome.size, outcome.note);
  if (!outcome.quorum) return;
  announce({outcome.round, outcome.size, outcome.quorum_time_s.value_or(0), outcome.note});
}

void Witnessing::announce(const WitnessedCheckpoint& newest) {
  if (newest.time_s > 0 && newest.time_s <= kLastSecond)
    rounds_.set_anchor({newest.round, sha256(newest.note), {static_cast<int64_t>(newest.time_s) * 1'000'000}});
  const std::lock_guard lock(mutex_);
  status_.newest = newest;
}

void Witnessing::warn_of_changes() {
  const auto tell = [this](std::string& told, const std::string& who, const std::string& trouble, const char* well) {
    if (trouble != told && options_.warn) options_.warn(who + " " + (trouble.empty() ? well : trouble));
    told = trouble;
  };
  for (size_t i = 0; i < options_.policy.witnesses.size(); ++i)
    tell(told_[i], "witness " + options_.policy.witnesses[i].name, plan_.witnesses()[i].trouble, "cosigns again");
  if (stamping_)
    tell(told_.back(), "time authority " + stamping_->state().authority, stamping_->state().trouble, "stamps again");
}

void Witnessing::publish() {
  warn_of_changes();
  const std::lock_guard lock(mutex_);
  status_.witnesses = plan_.witnesses();
  status_.trouble = trouble_;
  if (stamping_) status_.stamping = stamping_->state();
  lacking_since_ = plan_.lacking_since();
}

WitnessingStatus Witnessing::status() const {
  const std::lock_guard lock(mutex_);
  WitnessingStatus status = status_;
  if (lacking_since_)
    status.lacking = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - *lacking_since_);
  return status;
}

}  // namespace custody
