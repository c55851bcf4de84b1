// When an authority is asked for a time stamp (RFC 3161), and what its answer is worth: decisions alone. One is asked
// for at a time, once a minute at most; after a failure later and later.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "ledger/proof/submission.h"
#include "ledger/proof/timestamps.h"
#include "tools/vouch/outbox.h"

namespace custody {

struct StampingState {
  std::string authority;  // host and port of its address
  int64_t latest_us = 0;  // the last time stamp: made by then; 0 = none in this run
  std::array<uint64_t, kOutsideFailures> failures{};
  std::string trouble;  // of the last attempt
};

class Stamping {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kPace{60'000};
  static constexpr std::chrono::milliseconds kMostPause{3'600'000};

  // Error kUsage for what is no address.
  Stamping(std::string url, TimeAuthorities trusted);

  bool busy() const { return asked_.has_value(); }
  bool due(Time now) const { return !busy() && now >= not_before_; }
  Time not_before() const { return not_before_; }
  // What to send, to have this note's body stamped. Ends with an answer.
  Letter ask(const std::string& note, Time now);
  // The line for that note; nullopt where the answer is worth nothing.
  std::optional<std::string> answer(const OutsideReply& reply, Time now);
  const StampingState& state() const { return state_; }

 private:
  std::optional<std::string> fail(OutsideFailure failure, const std::string& trouble, Time now);

  struct Asked {
    Digest digest{};
    uint64_t nonce = 0;
  };
  std::string url_;
  TimeAuthorities trusted_;
  std::optional<Asked> asked_;
  unsigned failed_ = 0;  // in a row
  Time not_before_{};
  StampingState state_;
};

}  // namespace custody
