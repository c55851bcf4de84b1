#include "ledger/seal/tree_keeper.h"

#include "ledger/seal/acceptance.h"

namespace custody {
namespace {

using namespace std::chrono_literals;

constexpr size_t kMostWaiting = 65'536;
constexpr size_t kPiece = 4096;  // stored at once
constexpr auto kStoreEvery = 1s;
constexpr auto kTryAgain = 500ms;

}  // namespace

TreeKeeper::TreeKeeper(Log& log, const Tail& tail, std::string folder)
    : log_(log), tail_(tail), folder_(std::move(folder)) {}
TreeKeeper::~TreeKeeper() {
  stop();
}

void TreeKeeper::start() {
  {
    const std::lock_guard lock(mutex_);
    // What the tail knew at its start was told to nobody.
    CompactRange known = tail_.state().tree;
    if (known.size() > waiting_.end.size()) waiting_.end = std::move(known);
    stopping_ = false;
  }
  thread_ = std::thread([this] { run(); });
}

void TreeKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

uint64_t TreeKeeper::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

std::string TreeKeeper::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

// In the tail's thread, whose state is that after these records and no more.
void TreeKeeper::on_accepted(uint32_t, std::span<const Accepted> records) {
  CompactRange end = tail_.state().tree;
  const std::lock_guard lock(mutex_);
  if (waiting_.leaves.size() + records.size() > kMostWaiting) waiting_.leaves.clear();  // read from the log then
  const bool first = waiting_.leaves.empty();
  if (first) waiting_.first = records.front().seq;
  for (const Accepted& record : records) waiting_.leaves.push_back(record.leaf);
  waiting_.end = std::move(end);
  if (first || waiting_.leaves.size() >= kPiece || wanted_ > size_) wake_.notify_all();
}

std::unique_ptr<TreeSnapshot> TreeKeeper::tree(uint64_t size, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  if (size_ < size) {
    wanted_ = std::max(wanted_, size);
    wake_.notify_all();
  }
  changed_.wait_for(lock, wait, [&] { return (store_ && size_ >= size && !distrusted_) || stopping_; });
  if (!store_ || size_ < size || distrusted_)
    throw Error(ErrorCode::kUnavailable, "the tree of shard " + std::to_string(tail_.shard()) + " is being made" +
                                             (fault_.empty() ? "" : ": " + fault_));
  return store_->snapshot();
}

void TreeKeeper::distrust() {
  const std::lock_guard lock(mutex_);
  distrusted_ = true;
  size_ = 0;
  wake_.notify_all();
}

void TreeKeeper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    std::string fault;
    try {
      step(lock);
    } catch (const Error& error) {
      fault = error.what();
    }
    if (!lock.owns_lock()) lock.lock();
    fault_ = fault;
    changed_.notify_all();
    if (!fault.empty()) wake_.wait_for(lock, kTryAgain, [&] { return stopping_.load(); });
  }
  // The end of a run is the beginning of the next one; where it cannot be stored the log will be read.
  if (!store_ || waiting_.leaves.empty() || waiting_.first > store_->size()) return;
  try {
    const Waiting waiting = std::exchange(waiting_, {});
    lock.unlock();
    store(waiting);
  } catch (const Error&) {
  }
}

void TreeKeeper::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto stored = [&] { return store_->size(); };
  // A tail that is made anew has yet to come to where the store is, or to show that the log never was there.
  if (stored() > waiting_.end.size()) wake_.wait_for(lock, kStoreEvery, [&] { return stopping_ || distrusted_; });
  wake_.wait(lock, [&] { return stopping_ || distrusted_ || stored() != waiting_.end.size(); });
  wake_.wait_for(lock, kStoreEvery, [&] {
    return stopping_ || distrusted_ || wanted_ > size_ || waiting_.leaves.empty() || waiting_.leaves.size() >= kPiece;
  });
}

void TreeKeeper::step(std::unique_lock<std::mutex>& lock) {
  if (!store_) {
    lock.unlock();
    auto opened = TreeStore::open(folder_);
    lock.lock();
    store_ = std::move(opened);
  } else {
    wait_for_work(lock);
    if (stopping_) return;
  }
  const bool anew = distrusted_;
  const Waiting waiting{waiting_.first, std::exchange(waiting_.leaves, {}), waiting_.end};
  lock.unlock();
  if (anew) make_anew();
  store(waiting);
  lock.lock();
  if (store_->size() == waiting.end.size()) size_ = store_->size();
  changed_.notify_all();
}

void TreeKeeper::store(const Waiting& waiting) {
  if (!waiting.leaves.empty()) read_log(waiting.first);
  const uint64_t behind = store_->size() - std::min(store_->size(), waiting.first);
  for (uint64_t i = behind; i < waiting.leaves.size() && store_->size() == waiting.first + i; i += kPiece)
    store_->append(std::span(waiting.leaves).subspan(i, std::min<size_t>(kPiece, waiting.leaves.size() - i)));
  read_log(waiting.end.size());
  judge(waiting.end);
}

// Stores what the log has up to there; nothing where the store is as far.
void TreeKeeper::read_log(uint64_t end) {
  if (store_->size() >= end) return;
  const auto reader = log_.read_sealed(tail_.shard(), store_->size());
  Acceptance rule(tail_.shard(), store_->size(),
                  store_->size() == 0 ? sha256(encode_descriptor(log_.descriptor())) : store_->last_leaf());
  std::vector<Digest> leaves;
  while (store_->size() < end && !stopping_) {
    const auto item = reader->next(kStoreEvery);
    if (!item) throw Error(ErrorCode::kUnavailable, "the log cannot be read now");
    const Acceptance::Judgement judgement = rule.judge(item->record);
    if (judgement.verdict == Acceptance::Verdict::kStale) continue;
    if (judgement.verdict == Acceptance::Verdict::kBroken) {  // not for the tail, which has been there
      make_anew();
      throw Error(ErrorCode::kUnavailable, "the stored tree was not that of this log");
    }
    leaves.push_back(rule.head());
    if (leaves.size() < kPiece && store_->size() + leaves.size() < end) continue;
    store_->append(leaves);
    leaves.clear();
  }
}

void TreeKeeper::judge(const CompactRange& end) {
  const bool same = store_->size() == end.size() && store_->root() == end.root();
  const bool early = store_->size() < end.size() || !tail_.caught_up() || store_->size() <= tail_.size();
  if (same || (store_->size() != end.size() && early)) return;
  make_anew();
  throw Error(ErrorCode::kUnavailable, "the stored tree was not that of this log");
}

void TreeKeeper::make_anew() {
  {
    const std::lock_guard lock(mutex_);
    size_ = 0;
    distrusted_ = false;
  }
  store_->clear();
}

}  // namespace custody
