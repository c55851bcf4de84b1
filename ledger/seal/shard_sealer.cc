#include "ledger/seal/shard_sealer.h"

#include "ledger/event/bodies_ledger.h"
#include "ledger/seal/acceptance.h"

namespace custody {
namespace {

using namespace std::chrono_literals;

constexpr auto kIdle = 10ms;             // how long to wait for an entry before looking at the rest
constexpr auto kStandBy = 10s;           // after being overtaken
constexpr auto kRegistryWait = 5s;       // for a registry that a gateway says it has seen
constexpr uint64_t kMaxAhead = 200'000;  // records appended and not yet read back

}  // namespace

// What a term owns, in the sealer's thread alone.
struct ShardSealer::Term {
  ChainState chain;
  std::unique_ptr<SealedWriter> writer;
  std::unique_ptr<IntakeReader> intake;
  ClockGuard clock;
  // Ids appended in this term that the tail may not show yet.
  std::unordered_map<EventId, IdIndex::Entry> recent;
  std::deque<std::pair<uint64_t, EventId>> recent_order;
  // Entries taken from the intake and not yet sealed.
  std::deque<std::pair<uint64_t, std::string>> gathered;
  size_t gathered_bytes = 0;

  void remember(const EventId& id, const IdIndex::Entry& entry) {
    if (recent.emplace(id, entry).second) recent_order.emplace_back(entry.seq, id);
  }
  void forget_before(uint64_t seq) {
    for (; !recent_order.empty() && recent_order.front().first < seq; recent_order.pop_front())
      recent.erase(recent_order.front().second);
  }
};

ShardSealer::ShardSealer(Log& log, Tail& own, Tail& registry, const Clock& clock, SealerOptions options)
    : log_(log), own_(own), registry_(registry), clock_(clock), options_(std::move(options)) {}
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
  uint64_t size = own_.size();
  auto moved = std::chrono::steady_clock::now();
  while (!stopping_) {
    pause(200ms);
    const auto now = std::chrono::steady_clock::now();
    if (own_.size() != size) {
      size = own_.size();
      moved = now;
    } else if (now - moved > kStandBy) {
      return;
    }
  }
}

void ShardSealer::run_term() {
  Term term;
  begin(term);
  while (!stopping_) step(term);
}

void ShardSealer::begin(Term& term) {
  while (!own_.wait_caught_up(100ms)) {
    if (stopping_) return;
    if (const std::string fault = own_.fault(); !fault.empty()) throw Error(ErrorCode::kUnavailable, fault);
  }
  term.writer = log_.open_writer(shard());
  read_to_end(term);
  Head& head = term.chain.head;
  term.clock.start(clock_.now_us(), clock_.monotonic_us(), head.clock_stepped ? 0 : head.sealed_at_us);
  while (!stopping_ && !wait_for_clock(term)) pause(50ms);
  if (stopping_) return;

  const ByteArray<16> intake_id = log_.intake_id(shard());
  if (head.next_seq > 0 && intake_id != term.chain.intake_id) head.intake = 0;
  term.intake = log_.read_intake(shard(), head.intake);

  const int64_t now = clock_.now_us();
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
  {
    const std::lock_guard lock(mutex_);
    status_.term = started.term;
  }
  set_status(true, "");
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
    const Record record = decode_record(item->record);
    term.chain.apply(record, rule.head(), item->position);
    term.remember(record.statement.id, {record.seal.seq, half_digest(sha256(record.statement_bytes))});
  }
}

void ShardSealer::step(Term& term) {
  const bool more = gather(term);
  term.forget_before(own_.size());
  if (!wait_for_clock(term)) {
    pause(50ms);
    return;
  }
  bool own = false;
  {
    const std::lock_guard lock(mutex_);
    own = !makers_.empty();
    status_.waiting = term.gathered.size();
  }
  if (more || own || !term.gathered.empty()) seal_gathered(term);
  if (term.chain.head.next_seq > own_.size() + kMaxAhead) own_.wait_for(term.chain.head.next_seq - kMaxAhead, 1s);
}

// Everything that is there, up to the limits of a batch; waits a little for the first. While the clock is out of step
// it goes on gathering, since the clock.stepped that ends this comes through the intake too.
bool ShardSealer::gather(Term& term) {
  bool any = false;
  while (term.gathered.size() < options_.max_batch && term.gathered_bytes < options_.max_batch_bytes) {
    const auto item = term.intake->next(any || !term.gathered.empty() ? 0ms : kIdle);
    if (!item) break;
    any = true;
    term.gathered_bytes += item->entry.size();
    term.gathered.emplace_back(item->end, item->entry);
  }
  return any;
}

bool ShardSealer::wait_for_clock(Term& term) {
  const auto fault = term.clock.fault(clock_.now_us(), clock_.monotonic_us());
  if (!fault) {
    bool stopped = false;
    {
      const std::lock_guard lock(mutex_);
      stopped = !status_.ready && status_.term != 0;
    }
    if (stopped) set_status(true, "");
    return true;
  }
  for (const auto& [end, bytes] : term.gathered) {
    const IntakeJudgement judgement = judge_intake(bytes, shard(), log_.descriptor().shards);
    if (judgement.entry && judgement.entry->statement.type == ClockStepped::kType) return true;
  }
  set_status(false, *fault);
  return false;
}

bool ShardSealer::wait_for_registry(uint64_t seen) {
  if (shard() == 0) return true;
  const auto until = std::chrono::steady_clock::now() + kRegistryWait;
  while (registry_.size() < seen && !stopping_ && std::chrono::steady_clock::now() < until)
    registry_.wait_for(seen, 100ms);
  return registry_.size() >= seen;
}

std::optional<IdIndex::Entry> ShardSealer::find(const Term& term, const EventId& id) const {
  if (const auto at = term.recent.find(id); at != term.recent.end()) return at->second;
  return own_.find(id);
}

void ShardSealer::seal_gathered(Term& term) {
  const Head& head = term.chain.head;
  const int64_t now = term.clock.fault(clock_.now_us(), clock_.monotonic_us()) ? head.sealed_at_us : clock_.now_us();
  std::deque<std::string> texts;
  std::vector<Candidate> batch;
  std::vector<EventId> batch_ids;
  uint64_t intake = head.intake;
  bool stepped = false;
  while (!term.gathered.empty() && batch.size() < options_.max_batch && !stepped) {
    texts.push_back(std::move(term.gathered.front().second));
    const std::string& bytes = texts.back();
    intake = term.gathered.front().first;
    term.gathered_bytes -= bytes.size();
    term.gathered.pop_front();

    IntakeJudgement judged = judge_intake(bytes, shard(), log_.descriptor().shards);
    const Ref at{shard(), head.next_seq + batch.size()};
    const uint64_t reg = std::min(registry_.size(), shard() == 0 ? at.seq : UINT64_MAX);
    if (judged.refusal.empty()) {
      const uint64_t seen = judged.entry->stamp.seen;
      if (shard() == 0 ? seen > at.seq : seen > registry_.size() && !wait_for_registry(seen))
        judged.refusal = "ahead-of-registry";
    }
    if (!judged.refusal.empty()) {
      EventRefused refused;
      refused.reason = judged.refusal;
      refused.statement = judged.statement;
      if (judged.entry && UriRule::ok(judged.entry->statement.source))
        refused.source = Uri(judged.entry->statement.source);
      if (judged.entry && SourceIdRule::ok(judged.entry->statement.source_id))
        refused.id = SourceId(judged.entry->statement.source_id);
      texts.push_back(own_record(options_.identity, refused, at, reg, now));
      batch.push_back({texts.back(), {}, intake, false});
      continue;
    }
    const Statement& statement = judged.entry->statement;
    const auto known = find(term, statement.id);
    switch (judge_repetition(known, judged.statement)) {
      case Repetition::kRepeat:
        break;
      case Repetition::kConflict: {
        EventConflicted conflicted;
        conflicted.source = Uri(statement.source);
        conflicted.id = SourceId(statement.source_id);
        conflicted.statement = judged.statement;
        conflicted.first = Ref{shard(), known->seq};
        texts.push_back(own_record(options_.identity, conflicted, at, reg, now));
        batch.push_back({texts.back(), {}, intake, false});
        break;
      }
      case Repetition::kNew:
        stepped = statement.type == ClockStepped::kType;
        batch.push_back({judged.entry->stamp_and_statement, judged.entry->blob, intake, stepped});
        term.remember(statement.id, {at.seq, half_digest(judged.statement)});
    }
  }
  if (!stepped) add_own_records(term, batch, texts, now);
  if (batch.empty()) return;
  append(term, batch, now);
  if (stepped) term.clock.start(clock_.now_us(), clock_.monotonic_us(), 0);
}

void ShardSealer::add_own_records(Term& term, std::vector<Candidate>& batch, std::deque<std::string>& texts,
                                  int64_t now_us) {
  std::vector<OwnMaker> makers;
  {
    const std::lock_guard lock(mutex_);
    makers.swap(makers_);
  }
  const uint64_t intake = batch.empty() ? term.chain.head.intake : batch.back().intake;
  for (const OwnMaker& maker : makers) {
    const Ref at{shard(), term.chain.head.next_seq + batch.size()};
    texts.push_back(maker(at, std::min(registry_.size(), shard() == 0 ? at.seq : UINT64_MAX), now_us));
    batch.push_back({texts.back(), {}, intake, false});
  }
}

void ShardSealer::append(Term& term, std::vector<Candidate>& batch, int64_t now_us) {
  const std::vector<SealedRecord> sealed = seal_batch(term.chain.head, batch, registry_.size(), now_us);
  std::vector<SealedWriter::Entry> entries;
  entries.reserve(sealed.size());
  for (const SealedRecord& record : sealed) entries.push_back({record.record, record.blob});
  term.writer->append(entries);
}

}  // namespace custody
