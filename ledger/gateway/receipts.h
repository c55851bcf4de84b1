// Who waits for which id to be sealed, and what comes of it. Fed by the tails, so that a receipt speaks only of what
// was read back as accepted.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "ledger/seal/tail.h"

namespace custody {

struct Receipt {
  EventId id;
  Ref at;
  Digest leaf{};
  int64_t sealed_at_us = 0;
  bool repeat = false;
};
// {"id","shard","seq","leaf","sealed_at","repeat"}; leaf in base64, sealed_at in RFC 3339.
std::string receipt_json(const Receipt& receipt);

// What came of an id: its receipt, and which statement it was sealed with.
struct Arrival {
  Receipt receipt;
  ByteArray<16> statement{};
};

class Receipts : public TailListener {
 public:
  // Ids somebody waits for; the wait ends with the object.
  class Wait {
   public:
    Wait(Receipts& receipts, std::vector<EventId> ids);
    ~Wait();
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    // This one is not waited for any more.
    void give_up(size_t index);
    // Until all have arrived or the time is over. Same order as the ids.
    std::vector<std::optional<Arrival>> until(std::chrono::steady_clock::time_point end);

   private:
    friend class Receipts;
    Receipts& receipts_;
    std::vector<EventId> ids_;
    std::vector<std::optional<Arrival>> arrivals_;
    size_t missing_;
  };

  void on_accepted(uint32_t shard, std::span<const Accepted> records) override;
  void on_round(const RoundMark&) override {}

 private:
  struct Place {
    Wait* wait;
    size_t index;
  };
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::unordered_multimap<EventId, Place> waiting_;
};

}  // namespace custody
