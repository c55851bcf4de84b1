#include "tools/serve/feed.h"

#include <algorithm>

#include "ledger/codec/json.h"
#include "ledger/event/bodies_ledger.h"
#include "tools/api/api.h"

namespace custody {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPoll{20};
constexpr size_t kSlice = 256;          // records for one client at a time
constexpr size_t kRecentLines = 4'096;  // of a shard

// What a page needs of a round, beside its record.
std::string round_event(const Record& record) {
  const auto round = from_canonical<LedgerRound>(record.statement.body);
  return "event: round\ndata: " + to_json_text(round) + "\n\n";
}

}  // namespace

std::string Subscription::take(bool& ended) {
  const std::lock_guard lock(mutex_);
  ended = ended_;
  return std::exchange(text_, {});
}

void Feed::start() {
  recent_ = std::vector<Recent>(tails_.size());
  stopping_ = false;
  thread_ = std::thread([this] { run(); });
}

void Feed::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

size_t Feed::clients() const {
  const std::lock_guard lock(mutex_);
  return subscriptions_.size();
}

std::vector<uint64_t> Feed::parse_place(std::string_view last_id) const {
  std::vector<uint64_t> next;
  if (last_id.empty()) {
    for (const Tail* tail : tails_) next.push_back(tail->size());
    return next;
  }
  const size_t slash = last_id.find('/');
  const auto ref = parse_ref(last_id.substr(0, slash));
  if (!ref || ref->shard >= tails_.size()) throw Error(ErrorCode::kUsage, "Last-Event-ID is no place in this ledger");
  if (tails_.size() == 1) {
    next.push_back(ref->seq + 1);
  } else {
    std::string_view rest = slash == std::string_view::npos ? std::string_view() : last_id.substr(slash + 1);
    while (!rest.empty() && next.size() <= tails_.size()) {
      const size_t comma = rest.find(',');
      const auto seq = parse_u64(rest.substr(0, comma));
      if (!seq) break;
      next.push_back(*seq);
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
  }
  bool inside = next.size() == tails_.size();
  for (size_t k = 0; inside && k < next.size(); ++k) inside = next[k] <= tails_[k]->size();
  if (!inside)
    throw Error(ErrorCode::kUsage, "Last-Event-ID is no place in this ledger: send the id of the last event, whole");
  return next;
}

std::shared_ptr<Subscription> Feed::subscribe(std::string_view last_id, std::set<std::string> types,
                                              std::function<void()> notify) {
  auto made = std::make_shared<Subscription>();
  made->next_ = parse_place(last_id);
  made->types_ = std::move(types);
  made->notify_ = std::move(notify);
  made->readers_.resize(tails_.size());
  made->last_id_ = last_id;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || subscriptions_.size() >= limits_.clients) return nullptr;
    subscriptions_.push_back(made);
  }
  wake_.notify_all();
  return made;
}

void Feed::leave(const std::shared_ptr<Subscription>& subscription) {
  {
    const std::lock_guard lock(subscription->mutex_);
    subscription->gone_ = true;
    subscription->notify_ = nullptr;
  }
  const std::lock_guard lock(mutex_);
  std::erase(subscriptions_, subscription);
}

void Feed::run() {
  std::vector<std::shared_ptr<Subscription>> serving;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (subscriptions_.empty()) {
        // Nobody listens: what was kept would only grow stale.
        for (Recent& recent : recent_) recent = {};
        wake_.wait(lock, [this] { return stopping_ || !subscriptions_.empty(); });
      }
      serving = subscriptions_;
      if (stopping_) break;
    }
    bool more = false;
    for (uint32_t shard = 0; shard < tails_.size(); ++shard) advance(shard);
    for (const auto& subscription : serving) more = serve(*subscription) || more;
    serving.clear();
    if (more) continue;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kPoll, [this] { return stopping_; });
  }
  for (const auto& subscription : serving) {
    const std::lock_guard lock(subscription->mutex_);
    subscription->ended_ = true;
    subscription->text_ += ": the service is stopping; connect again with the last id\n\n";
    if (subscription->notify_) subscription->notify_();
  }
}

// Stale entries have a lower seq than the chain has reached, and are passed over; up to the tail's size the first entry
// with a seq is the record that the tail accepted.
std::shared_ptr<const Feed::Line> Feed::read_line(SealedReader& reader, uint32_t shard, uint64_t seq) const {
  while (const auto item = reader.next(std::chrono::milliseconds(0))) {
    const Record record = decode_record(item->record);
    if (record.seal.shard != shard || record.seal.seq < seq) continue;
    if (record.seal.seq > seq) throw Error(ErrorCode::kStore, "a record is missing in the log");
    auto line = std::make_shared<Line>();
    line->type = record.statement.type;
    line->text = "event: record\ndata: " + Api::record_line(record) + "\n\n";
    if (line->type == LedgerRound::kType) line->text += round_event(record);
    return line;
  }
  return nullptr;
}

// Reads what is new of a shard, once for all.
void Feed::advance(uint32_t shard) {
  Recent& recent = recent_[shard];
  const uint64_t size = tails_[shard]->size();
  try {
    if (!recent.reader) {
      recent.begin = size;
      recent.lines.clear();
      recent.reader = log_.read_sealed(shard, size);
    }
    for (size_t n = 0; n < kRecentLines / 4 && recent.end() < size; ++n) {
      auto line = read_line(*recent.reader, shard, recent.end());
      if (!line) break;
      recent.lines.push_back(std::move(line));
      if (recent.lines.size() > kRecentLines) {
        recent.lines.pop_front();
        ++recent.begin;
      }
    }
  } catch (const Error&) {
    recent = {};  // the log cannot be read now; the status says why
  }
}

void Feed::append(Subscription& to, uint32_t shard, const Line& line, std::string& out) const {
  const uint64_t seq = to.next_[shard]++;
  if (!to.types_.empty() && !to.types_.contains(line.type)) return;
  to.last_id_ = to_text(Ref{shard, seq});
  for (size_t k = 0; tails_.size() > 1 && k < to.next_.size(); ++k)
    to.last_id_ += (k == 0 ? "/" : ",") + std::to_string(to.next_[k]);
  out += "id: " + to.last_id_ + "\n" + line.text;
}

bool Feed::serve_shard(Subscription& to, uint32_t shard, std::string& out) {
  const Recent& recent = recent_[shard];
  uint64_t& next = to.next_[shard];
  for (size_t n = 0; n < kSlice; ++n) {
    if (recent.reader && next >= recent.begin) {
      to.readers_[shard].reset();
      if (next >= recent.end()) return false;
      append(to, shard, *recent.lines[next - recent.begin], out);
      continue;
    }
    if (next >= tails_[shard]->size()) return false;
    if (!to.readers_[shard]) to.readers_[shard] = log_.read_sealed(shard, next);
    const auto line = read_line(*to.readers_[shard], shard, next);
    if (!line) return false;
    append(to, shard, *line, out);
  }
  return true;
}

void Feed::drop_if_slow(Subscription& to) {
  const auto now = steady_clock::now();
  if (to.full_since_ == steady_clock::time_point{}) to.full_since_ = now;
  if (now - to.full_since_ < limits_.slow) return;
  const std::lock_guard lock(to.mutex_);
  ++dropped_;
  to.ended_ = true;
  to.text_ += ": too slow, so this stream ends; connect again with Last-Event-ID: " + to.last_id_ + "\n\n";
  if (to.notify_) to.notify_();
}

bool Feed::serve(Subscription& to) {
  bool full = false;
  {
    const std::lock_guard lock(to.mutex_);
    if (to.ended_ || to.gone_) return false;
    full = to.text_.size() >= limits_.client_bytes;
  }
  if (full) {
    drop_if_slow(to);
    return false;
  }
  to.full_since_ = {};
  bool more = false;
  std::string out;
  try {
    for (uint32_t shard = 0; shard < tails_.size(); ++shard) more = serve_shard(to, shard, out) || more;
  } catch (const Error&) {
    for (auto& reader : to.readers_) reader.reset();  // tried again; the status says why
    more = false;
  }
  if (out.empty()) return more;
  const std::lock_guard lock(to.mutex_);
  const bool was_empty = to.text_.empty();
  to.text_ += out;
  if (was_empty && to.notify_) to.notify_();
  return more;
}

}  // namespace custody
