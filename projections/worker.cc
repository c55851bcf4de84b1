#include "projections/worker.h"

namespace custody {
namespace {

constexpr std::chrono::milliseconds kIdleWait{50};
constexpr std::chrono::milliseconds kBackOff{500};

}  // namespace

void RegistryGate::reset(uint64_t size) {
  const std::lock_guard lock(mutex_);
  size_ = size;
}

void RegistryGate::advance(uint64_t size) {
  {
    const std::lock_guard lock(mutex_);
    size_ = size;
  }
  changed_.notify_all();
}

bool RegistryGate::has(uint64_t size) const {
  const std::lock_guard lock(mutex_);
  return size_ >= size;
}

bool RegistryGate::wait_for(uint64_t size, const std::atomic<bool>& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return size_ >= size || stop; });
  return size_ >= size;
}

void RegistryGate::wake() {
  {
    const std::lock_guard lock(mutex_);
  }
  changed_.notify_all();
}

RecordSource::RecordSource(Log& log, uint32_t shard, const FoldCursor& cursor)
    : acceptance_(shard, cursor.next_seq, cursor.head),
      reader_(log.read_sealed(shard, cursor.next_seq, std::nullopt)),
      cursor_(cursor) {}

RecordSource::Kind RecordSource::broken(uint64_t seq, std::string expected, std::string found, const std::string& why) {
  stop_.broken_link = true;
  stop_.seq = seq;
  stop_.message = "shard " + std::to_string(acceptance_.shard()) + " stops before record " +
                  to_text(Ref{acceptance_.shard(), seq}) + ": expected " + expected + ", found " + found + "; " + why +
                  ". Run `custody verify`; the views keep what stands before it";
  stop_.expected = std::move(expected);
  stop_.found = std::move(found);
  return Kind::kBroken;
}

RecordSource::Kind RecordSource::next(std::chrono::milliseconds wait) {
  while (auto item = reader_->next(wait)) {
    const uint64_t seq = acceptance_.next_seq();
    Acceptance::Judgement judgement = acceptance_.judge(item->record);
    if (judgement.verdict == Acceptance::Verdict::kStale) {
      ++stale_;
      continue;
    }
    if (judgement.verdict == Acceptance::Verdict::kBroken)
      return broken(seq, std::move(judgement.expected), std::move(judgement.found),
                    "this record was altered or is of another chain, or the one before it was altered");
    record_ = judgement.record;
    cursor_ = {acceptance_.next_seq(), acceptance_.head(), record_.seal.sealed_at_us, item->position};
    return Kind::kRecord;
  }
  return Kind::kNothing;
}

ShardProgress progress_of(const ShardStore& store, uint32_t shard) {
  const FoldCursor cursor = store.cursor();
  ShardProgress progress;
  progress.shard = shard;
  progress.next_seq = cursor.next_seq;
  progress.head = cursor.head;
  if (cursor.next_seq > 0) progress.sealed_at = Instant{cursor.sealed_at_us, 0};
  return progress;
}

void ShardWorker::request_stop() {
  {
    const std::lock_guard lock(pause_mutex_);
    stopping_ = true;
  }
  pause_.notify_all();
  gate_.wake();
}

void ShardWorker::run() {
  progress_ = progress_of(store_, shard_);
  try {
    while (!stopping_ && fold_until_stopped()) back_off();
  } catch (const std::exception& error) {
    ShardStop stop;
    stop.seq = progress_.next_seq;
    stop.message = "shard " + std::to_string(shard_) + " stops before record " + to_text(Ref{shard_, stop.seq}) + ": " +
                   error.what();
    report_stop(stop);
  }
}

// What was folded and not committed is let go: the cursor in the store says where to go on.
bool ShardWorker::fold_until_stopped() try {
  batch_.clear();
  batched_ = 0;
  fold_.unknown = store_.unknown();
  folded_ = store_.cursor();
  RecordSource source(log_, shard_, folded_);
  const uint64_t stale_before = progress_.stale;
  while (!stopping_) {
    const auto kind = source.next(batched_ == 0 ? kIdleWait : std::chrono::milliseconds(0));
    if (stale_before + source.stale() != progress_.stale) {
      progress_.stale = stale_before + source.stale();
      report_(progress_);
    }
    if (kind == RecordSource::Kind::kRecord) {
      if (!wait_for_registry(source.record().seal.reg)) break;
      fold_.record(source.record(), batch_);
      folded_ = source.cursor();
      ++batched_;
    }
    if (kind != RecordSource::Kind::kRecord || batched_ >= batch_records_) commit();
    if (kind == RecordSource::Kind::kNothing && progress_.trouble && source.caught_up()) {
      progress_.trouble.reset();
      report_(progress_);
    }
    if (kind == RecordSource::Kind::kBroken) {
      report_stop(source.stop());
      return false;
    }
  }
  commit();
  return false;
} catch (const Error& error) {
  if (error.code() != ErrorCode::kUnavailable) throw;
  progress_.trouble = error.what();
  report_(progress_);
  return true;
}

bool ShardWorker::wait_for_registry(uint64_t size) {
  if (shard_ == 0 || gate_.has(size)) return true;
  commit();
  progress_.waits_for_registry = true;
  report_(progress_);
  const bool reached = gate_.wait_for(size, stopping_);
  progress_.waits_for_registry = false;
  return reached;
}

void ShardWorker::commit() {
  if (batched_ == 0) return;
  store_.commit(batch_, folded_, fold_.unknown);
  batch_.clear();
  batched_ = 0;
  progress_.next_seq = folded_.next_seq;
  progress_.head = folded_.head;
  progress_.sealed_at = Instant{folded_.sealed_at_us, 0};
  progress_.trouble.reset();
  if (shard_ == 0) gate_.advance(folded_.next_seq);
  report_(progress_);
}

void ShardWorker::report_stop(const ShardStop& stop) {
  progress_.stopped = stop;
  report_(progress_);
}

void ShardWorker::back_off() {
  std::unique_lock lock(pause_mutex_);
  pause_.wait_for(lock, kBackOff, [this] { return stopping_.load(); });
}

}  // namespace custody
