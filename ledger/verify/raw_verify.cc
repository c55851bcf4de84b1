// A raw stream through the verifier: one thread takes frames off the stream, others verify, each its own shards.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "ledger/event/record.h"
#include "ledger/verify/raw.h"

namespace custody {
namespace {

constexpr size_t kBatchBytes = 256 * 1024;
constexpr size_t kBatchesWaiting = 4;

struct Batch {
  struct Frame {
    uint32_t shard;
    size_t begin;
    size_t size;
  };
  std::string bytes;
  std::vector<Frame> frames;
};

void feed_entry(LedgerVerifier& verifier, uint32_t shard, std::string_view bytes) {
  LogEntry entry;
  try {
    entry = decode_log_entry(bytes);
  } catch (const Error& error) {
    verifier.malformed(FaultKind::kEntryForm, shard, "a record behind its length", error.what());
    return;
  }
  verifier.feed(shard, entry.record, entry.blob);
}

// A thread with a bounded inbox.
class Worker {
 public:
  explicit Worker(LedgerVerifier& verifier) : verifier_(verifier), thread_([this] { run(); }) {}
  ~Worker() { close(); }

  void add(uint32_t shard, std::string_view bytes) {
    filling_.frames.push_back({shard, filling_.bytes.size(), bytes.size()});
    filling_.bytes += bytes;
    if (filling_.bytes.size() >= kBatchBytes) send();
  }

  // All that was added is done when this returns; throws what the thread threw.
  void join() {
    send();
    close();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void send() {
    if (filling_.frames.empty()) return;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return inbox_.size() < kBatchesWaiting; });
    inbox_.push_back(std::move(filling_));
    filling_ = {};
    changed_.notify_all();
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }

  void run() {
    while (true) {
      Batch batch;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return closed_ || !inbox_.empty(); });
        if (inbox_.empty()) return;
        batch = std::move(inbox_.front());
        inbox_.pop_front();
        changed_.notify_all();
      }
      if (!failure_) work(batch);
    }
  }

  void work(const Batch& batch) {
    try {
      const std::string_view bytes = batch.bytes;
      for (const Batch::Frame& frame : batch.frames)
        feed_entry(verifier_, frame.shard, bytes.substr(frame.begin, frame.size));
    } catch (...) {
      failure_ = std::current_exception();  // read by join() once the thread has ended
    }
  }

  LedgerVerifier& verifier_;
  Batch filling_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> inbox_;
  bool closed_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

// Feeds every frame; the stream's own faults come out as Error kRefused.
void feed_stream(RawReader& reader, LedgerVerifier& verifier, std::vector<std::unique_ptr<Worker>>& workers) {
  const uint32_t shards = verifier.shards();
  while (const auto frame = reader.next()) {
    if (frame->shard >= shards)
      throw Error(ErrorCode::kRefused,
                  "a frame of shard " + std::to_string(frame->shard) + " of " + std::to_string(shards));
    if (frame->kind == RawFrame::kNote)
      verifier.checkpoint({frame->shard, std::string(frame->bytes)});
    else if (workers.empty())
      feed_entry(verifier, frame->shard, frame->bytes);
    else
      workers[frame->shard % workers.size()]->add(frame->shard, frame->bytes);
  }
}

}  // namespace

VerifyReport verify_raw(std::istream& in, const VerifyOptions& options) {
  RawReader reader(in);
  std::string descriptor_bytes;
  std::string cut;
  try {
    descriptor_bytes = reader.descriptor();
  } catch (const Error& error) {
    cut = error.what();
  }
  if (!cut.empty()) {
    VerifyReport report;
    report.faults.push_back({FaultKind::kRawForm, 0, 0, "a raw log", cut});
    return report;
  }
  LedgerVerifier verifier(descriptor_bytes, options);
  if (verifier.shards() == 0) return verifier.finish();
  const unsigned processors = std::max(1u, std::thread::hardware_concurrency());
  const size_t threads = std::min<size_t>(options.threads == 0 ? processors : options.threads, verifier.shards());
  std::vector<std::unique_ptr<Worker>> workers;
  for (size_t i = 0; threads > 1 && i < threads; ++i) workers.push_back(std::make_unique<Worker>(verifier));
  try {
    feed_stream(reader, verifier, workers);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kRefused) throw;
    cut = error.what();
  }
  for (const auto& worker : workers) worker->join();
  if (!cut.empty()) verifier.malformed(FaultKind::kRawForm, 0, "a whole raw log", cut);
  return verifier.finish();
}

}  // namespace custody
