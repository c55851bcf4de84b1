#include "ledger/seal/shard_sealer.h"

#include <algorithm>

#include "ledger/event/bodies_ledger.h"
#include "ledger/seal/acceptance.h"
#include "ledger/seal/batch_maker.h"
#include "ledger/seal/step_scout.h"

namespace custody {
namespace {

using namespace std::chrono_literals;

constexpr auto kIdle = 10ms;             // how long to wait for an entry before looking at the rest
constexpr auto kCompany = 2ms;           // how long a lone entry waits for others
constexpr size_t kFew = 256;             // entries that wait for no more
constexpr auto kTellBacklog = 1s;        // how often the length of the intake is asked for: on Kafka a call
constexpr auto kStandBy = 3s;            // how long a chain stands still before its sealer is thought gone
constexpr auto kSilence = 180s;          // of a registry whose sealer would close a round every minute
constexpr auto kRegistryWait = 1s;       // for a registry that a gateway says it has seen, before the log is looked at
constexpr uint64_t kMaxAhead = 200'000;  // records appended and not yet read back

}  // namespace

// What a term owns, in the sealer's thread alone.
struct ShardSealer::Term {
  Term(Log& log, const Tail& own) : ids(own), scout(log, own.shard()) {}

  ChainState chain;
  std::unique_ptr<SealedWriter> writer;
  std::unique_ptr<IntakeReader> intake;
  ClockGuard clock;
  KnownIds ids;
  StepScout scout;
  // Entries taken from the intake and not yet sealed, each with the position behind it.
  std::deque<std::pair<uint64_t, std::string>> gathered;
  size_t gathered_bytes = 0;
  std::chrono::steady_clock::time_point backlog_told{};
};

ShardSealer::ShardSealer(Log& log, std::vector<Tail*> tails, uint32_t shard, const Clock& clock, SealerOptions options)
    : log_(log),
      tails_(std::move(tails)),
      own_(*tails_[shard]),
      registry_(*tails_[0]),
      clock_(clock),
      options_(std::move(options)) {}
ShardSealer::~ShardSealer() {
  stop();
}

void ShardSealer::start() {
  stopping_ = false;
  thread_ = std::thread([this] { run(); });
}

void ShardSealer::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void ShardSealer::seal_own(OwnMaker maker) {
  const std::lock_guard lock(mutex_);
  makers_.push_back(std::move(maker));
}

SealerStatus ShardSealer::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void ShardSealer::set_status(bool ready, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  status_.ready = ready;
  status_.reason = reason;
  status_.standing_by = false;
}

void ShardSealer::pause(std::chrono::milliseconds wait) const {
  const auto until = std::chrono::steady_clock::now() + wait;
  while (!stopping_ && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(std::min(wait, 20ms));
}

void ShardSealer::run() {
  while (!stopping_) {
    try {
      run_term();
    } catch (const Error& error) {
      set_status(false, error.what());
      if (error.code() == ErrorCode::kStore) return;  // damaged or foreign: trying again mends nothing
      if (error.code() == ErrorCode::kConflict)
        stand_by();
      else
        pause(500ms);
    } catch (const std::exception& error) {
      set_status(false, error.what());
      pause(500ms);
    }
  }
  set_status(false, "stopped");
}

// Another sealer has the place. Two that fence each other in turns would seal nothing, so this one waits until the
// chain stands still while there is something to seal.
void ShardSealer::stand_by() {
  set_status(false, "another sealer has taken over shard " + std::to_string(shard()) + "; standing by");
  {
    const std::lock_guard lock(mutex_);
    status_.standing_by = true;
  }
  uint64_t size = own_.size();
  auto moved = std::chrono::steady_clock::now();
  auto looked = moved, covered = moved;
  while (!stopping_) {
    pause(200ms);
    const auto now = std::chrono::steady_clock::now();
    if (own_.size() != size) {
      size = own_.size();
      looked = moved = covered = now;
      continue;
    }
    if (shard() == 0) {
      if (!grew_beyond_round(tails_)) covered = now;  // the sealer of shard 0 closes a round within moments
      if (now - covered > kStandBy || now - moved > kSilence) return;
    }
    if (now - looked <= kStandBy) continue;
    looked = now;
    if (has_work()) return;
  }
}

// Whether the intake holds what would become a record. Repeats at its end become none, whoever reads them.
bool ShardSealer::has_work() const try {
  const ChainState chain = own_.state();
  if (log_.intake_id(shard()) != chain.intake_id) return true;
  if (log_.intake_end(shard()) <= chain.head.intake) return false;
  const auto reader = log_.read_intake(shard(), chain.head.intake);
  while (!stopping_) {
    const auto item = reader->next(500ms);
    if (!item) return false;
    const IntakeJudgement judged = judge_intake(item->entry, shard(), log_.descriptor().shards);
    if (!judged.refusal.empty()) return true;
    if (judge_repetition(own_.find(judged.entry->statement.id), judged.statement) != Repetition::kRepeat) return true;
  }
  return false;
} catch (const Error& error) {
  return error.code() == ErrorCode::kStore;  // a new term says what is wrong
}

void ShardSealer::run_term() {
  Term term(log_, own_);
  begin(term);
  while (!stopping_) step(term);
}

void ShardSealer::begin(Term& term) {
  const auto check_tail = [this] {
    if (const std::string fault = own_.fault(); !fault.empty()) throw Error(ErrorCode::kUnavailable, fault);
  };
  do {
    if (stopping_) return;
    check_tail();
  } while (!own_.wait_caught_up(100ms));
  term.writer = log_.open_writer(shard());
  read_to_end(term);
  Head& head = term.chain.head;
  // The tail too: what is sealed in this term builds on what it shows (rounds.h).
  while (!stopping_ && !own_.wait_for(head.next_seq, 100ms)) check_tail();
  const ByteArray<16> intake_id = log_.intake_id(shard());
  if (head.next_seq > 0 && intake_id != term.chain.intake_id) head.intake = 0;
  term.clock.start(clock_.now_us(), clock_.monotonic_us(), head.clock_stepped ? 0 : head.sealed_at_us);
  while (!stopping_ && !may_seal(term)) pause(50ms);
  if (stopping_) return;
  term.intake = log_.read_intake(shard(), head.intake);
  open_term(term, intake_id);
  set_status(true, "");
}

// Seals the records that every term begins with.
void ShardSealer::open_term(Term& term, const ByteArray<16>& intake_id) {
  const Head& head = term.chain.head;
  const int64_t now = sealing_time(term);
  std::deque<std::string> texts;
  std::vector<Candidate> batch;
  const auto add = [&](const auto& body) {
    const Ref at{shard(), head.next_seq + batch.size()};
    texts.push_back(own_record(options_.identity, body, at, std::min(registry_.size(), at.seq), now));
    batch.push_back({texts.back(), {}, head.intake, false});
  };
  if (head.next_seq == 0 && shard() == 0) {
    LedgerCreated created;
    static_cast<Descriptor&>(created) = log_.descriptor();
    add(created);
  }
  SealerStarted started;
  started.term = term.chain.term + 1;
  started.intake.bytes = intake_id;
  started.from = head.intake;
  started.build = options_.build;
  add(started);
  append(term, batch, now);
  const std::lock_guard lock(mutex_);
  status_.term = started.term;
}

// From what the tail has accepted to the end of what was committed when the writer's place was taken.
void ShardSealer::read_to_end(Term& term) {
  term.chain = own_.state();
  Head& head = term.chain.head;
  const auto reader = log_.read_sealed(
      shard(), head.next_seq, head.next_seq == 0 ? std::nullopt : std::optional<uint64_t>(term.chain.position));
  while (!stopping_) {
    const auto item = reader->next(100ms);
    if (!item) {
      if (reader->caught_up()) return;
      continue;
    }
    Acceptance rule(shard(), head.next_seq, head.prev);
    const Acceptance::Judgement judgement = rule.judge(item->record);
    if (judgement.verdict == Acceptance::Verdict::kStale) continue;
    if (judgement.verdict == Acceptance::Verdict::kBroken)
      throw Error(ErrorCode::kStore, "expected " + judgement.expected + ", found " + judgement.found);
    const Record& record = judgement.record;
    term.chain.apply(record, rule.head(), item->position);
    term.ids.remember(record.statement.id, {record.seal.seq, half_digest(sha256(record.statement_bytes))});
  }
}

void ShardSealer::step(Term& term) {
  if (term.chain.head.next_seq > own_.size() + kMaxAhead) {
    own_.wait_for(term.chain.head.next_seq - kMaxAhead, 1s);
    return;
  }
  tell_backlog(term);
  const bool more = gather(term);
  term.ids.forget_shown();
  if (!may_seal(term)) return pause(50ms);
  bool own = false;
  {
    const std::lock_guard lock(mutex_);
    own = !makers_.empty();
  }
  if (more || own || !term.gathered.empty()) seal_gathered(term);
}

void ShardSealer::tell_backlog(Term& term) {
  const auto now = std::chrono::steady_clock::now();
  if (now - term.backlog_told < kTellBacklog) return;
  term.backlog_told = now;
  uint64_t end = 0;
  try {
    end = log_.intake_end(shard());
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kStore) throw;
    return;  // who has nothing to seal at this moment need not end its term for that
  }
  const std::lock_guard lock(mutex_);
  status_.waiting = end > term.chain.head.intake ? end - term.chain.head.intake : 0;
}

// Everything that is there, up to the limits of a batch; waits a little for the first. Where only few came it lets a
// moment pass for more: each batch is a commit of its own, which a writer of the embedded log would have to wait
// behind, and a Kafka coordinator that is still ending the transaction before puts the next one off.
bool ShardSealer::gather(Term& term) {
  const size_t before = term.gathered.size();
  take_waiting(term, term.gathered.empty() ? kIdle : 0ms);
  if (term.gathered.size() > before && term.gathered.size() < kFew) {
    std::this_thread::sleep_for(kCompany);
    take_waiting(term, 0ms);
  }
  return term.gathered.size() > before;
}

void ShardSealer::take_waiting(Term& term, std::chrono::milliseconds wait) {
  for (; term.gathered.size() < options_.max_batch && term.gathered_bytes < options_.max_batch_bytes; wait = 0ms) {
    const auto item = term.intake->next(wait);
    if (!item) break;
    term.gathered_bytes += item->entry.size();
    term.gathered.emplace_back(item->end, item->entry);
  }
}

// Whether the clock can be trusted, or a recorded step says what to make of it.
bool ShardSealer::may_seal(Term& term) {
  const auto fault = term.clock.fault(clock_.now_us(), clock_.monotonic_us());
  if (!fault || step_taken(term)) {
    term.scout.forget();
    bool stopped = false;
    {
      const std::lock_guard lock(mutex_);
      stopped = !status_.ready && status_.term != 0;
    }
    if (stopped) set_status(true, "");
    return true;
  }
  if (shard() == 0 && term.scout.find(term.chain.head.intake, term.ids)) return true;
  set_status(false, *fault);
  return false;
}

// Steps are recorded on shard 0; another shard passes one with its first record that knows the registry behind it, and
// starts its clock anew there.
bool ShardSealer::step_taken(Term& term) {
  Head& head = term.chain.head;
  if (shard() == 0 || registry_.state().stepped <= head.reg) return false;
  head.clock_stepped = true;
  term.clock.start(clock_.now_us(), clock_.monotonic_us(), 0);
  return true;
}

// What the records of a batch will have as sealed_at, which a round's closed_at must equal. While a step is waited for,
// time stands still at the last record.
int64_t ShardSealer::sealing_time(const Term& term) const {
  const Head& head = term.chain.head;
  const int64_t now = clock_.now_us();
  if (term.clock.fault(now, clock_.monotonic_us())) return head.sealed_at_us;
  return head.clock_stepped ? now : std::max(now, head.sealed_at_us);
}

// Of an entry judged at a registry of `seen` records. A tail that lags, or a log that cannot be read now, is waited
// for: what was acknowledged is refused only where the log itself does not hold what its gateway claims to have seen.
uint64_t ShardSealer::registry_size(uint64_t seen) {
  bool waited = false;
  while (registry_.size() < seen) {
    if (stopping_) throw Error(ErrorCode::kUnavailable, "stopping, while the registry was waited for");
    const auto until = std::chrono::steady_clock::now() + kRegistryWait;
    while (!stopping_ && registry_.size() < seen && std::chrono::steady_clock::now() < until)
      registry_.wait_for(seen, 100ms);
    if (stopping_ || registry_.size() >= seen) continue;
    if (registry_lacks(seen)) break;
    waited = true;
    set_status(false, "waits for record 0:" + std::to_string(seen - 1) + " of the registry " + registry_.fault());
  }
  if (waited) set_status(true, "");
  return registry_.size();
}

bool ShardSealer::registry_lacks(uint64_t seen) const {
  const ChainState known = registry_.state();
  uint64_t next = known.head.next_seq;
  const auto reader = log_.read_sealed(0, next, next == 0 ? std::nullopt : std::optional<uint64_t>(known.position));
  const auto until = std::chrono::steady_clock::now() + kRegistryWait;
  while (!stopping_ && next < seen && std::chrono::steady_clock::now() < until) {
    const auto item = reader->next(100ms);
    if (item && decode_seal(item->record).seq == next) ++next;
    if (!item && reader->caught_up()) return true;
  }
  return false;
}

void ShardSealer::seal_gathered(Term& term) {
  const int64_t now = sealing_time(term);
  BatchMaker batch(
      {options_.identity, log_.descriptor().shards, term.ids, [this](uint64_t seen) { return registry_size(seen); }},
      term.chain.head, now);
  while (!term.gathered.empty() && batch.candidates().size() < options_.max_batch && !batch.steps_clock()) {
    auto& [end, bytes] = term.gathered.front();
    term.gathered_bytes -= bytes.size();
    batch.take(std::move(bytes), end);
    term.gathered.pop_front();
  }
  if (!batch.steps_clock()) {
    std::vector<OwnMaker> makers;
    {
      const std::lock_guard lock(mutex_);
      makers.swap(makers_);
    }
    for (const OwnMaker& maker : makers) batch.add_own(maker);
  }
  if (batch.candidates().empty()) return;
  const int64_t wall = clock_.now_us(), monotonic = clock_.monotonic_us();
  append(term, batch.candidates(), now);
  if (batch.steps_clock()) term.clock.start(wall, monotonic, 0);
}

void ShardSealer::append(Term& term, std::span<const Candidate> batch, int64_t now_us) {
  const std::vector<SealedRecord> sealed = seal_batch(term.chain.head, batch, registry_.size(), now_us);
  std::vector<SealedWriter::Entry> entries;
  entries.reserve(sealed.size());
  for (const SealedRecord& record : sealed) entries.push_back({record.record, record.blob});
  term.writer->append(entries);
}

}  // namespace custody
