#include "ledger/gateway/receipts.h"

#include <algorithm>

#include "ledger/codec/json.h"

namespace custody {

std::string receipt_json(const Receipt& receipt) {
  std::string out = "{\"id\":\"" + to_text(receipt.id) + "\",\"shard\":" + std::to_string(receipt.at.shard) +
                    ",\"seq\":" + std::to_string(receipt.at.seq) + ",\"leaf\":\"" + to_base64(view_of(receipt.leaf)) +
                    "\",\"sealed_at\":\"" + to_rfc3339(receipt.sealed_at_us) + "\",\"repeat\":";
  return out + (receipt.repeat ? "true}" : "false}");
}

Receipts::Wait::Wait(Receipts& receipts, std::vector<EventId> ids)
    : receipts_(receipts), ids_(std::move(ids)), arrivals_(ids_.size()), missing_(ids_.size()) {
  const std::lock_guard lock(receipts_.mutex_);
  for (size_t i = 0; i < ids_.size(); ++i) receipts_.waiting_.emplace(ids_[i], Place{this, i});
}

Receipts::Wait::~Wait() {
  const std::lock_guard lock(receipts_.mutex_);
  for (const EventId& id : ids_) {
    const auto [begin, end] = receipts_.waiting_.equal_range(id);
    for (auto at = begin; at != end;) at = at->second.wait == this ? receipts_.waiting_.erase(at) : std::next(at);
  }
}

void Receipts::Wait::give_up(size_t index) {
  const std::lock_guard lock(receipts_.mutex_);
  const auto [begin, end] = receipts_.waiting_.equal_range(ids_[index]);
  const auto mine = std::find_if(
      begin, end, [&](const auto& waiting) { return waiting.second.wait == this && waiting.second.index == index; });
  if (mine == end) return;  // it has arrived
  receipts_.waiting_.erase(mine);
  --missing_;
}

std::vector<std::optional<Arrival>> Receipts::Wait::until(std::chrono::steady_clock::time_point end) {
  std::unique_lock lock(receipts_.mutex_);
  receipts_.arrived_.wait_until(lock, end, [&] { return missing_ == 0; });
  return arrivals_;
}

void Receipts::on_accepted(uint32_t shard, std::span<const Accepted> records) {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return;
  bool complete = false;
  for (const Accepted& record : records) {
    const auto [begin, end] = waiting_.equal_range(record.id);
    for (auto at = begin; at != end; at = waiting_.erase(at)) {
      Wait& wait = *at->second.wait;
      wait.arrivals_[at->second.index] = {{record.id, {shard, record.seq}, record.leaf, record.sealed_at_us, false},
                                          record.statement};
      complete = --wait.missing_ == 0 || complete;
    }
  }
  if (complete) arrived_.notify_all();
}

}  // namespace custody
