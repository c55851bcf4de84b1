#include "tools/vouch/stamping.h"

#include <algorithm>
#include <cstring>

#include "ledger/base/crypto.h"

namespace custody {
namespace {

constexpr std::string_view kReply = "application/timestamp-reply";

uint64_t random_number() {
  uint64_t number = 0;
  const auto bytes = random_array<8>();
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

}  // namespace

Stamping::Stamping(std::string url, TimeAuthorities trusted) : url_(std::move(url)), trusted_(std::move(trusted)) {
  Outbox::check_url(url_);
  const size_t host = url_.find("://") + 3;
  state_.authority = url_.substr(host, url_.find_first_of("/?", host) - host);
}

Letter Stamping::ask(const std::string& note, Time now) {
  asked_ = Asked{sha256(parse_note(note).body), random_number()};
  not_before_ = now + kPace;
  return {url_, "application/timestamp-query", timestamp_request(asked_->digest, asked_->nonce)};
}

std::optional<std::string> Stamping::answer(const OutsideReply& reply, Time now) {
  const Asked asked = *asked_;
  asked_.reset();
  if (reply.lost) return fail(*reply.lost, reply.trouble, now);
  if (reply.status != 200) return fail(OutsideFailure::kRefused, "answered " + std::to_string(reply.status), now);
  if (!reply.content_type.starts_with(kReply))
    return fail(OutsideFailure::kMalformed, "answered with something else than a time stamp", now);
  std::string token;
  try {
    token = granted_timestamp(reply.body, asked.digest, asked.nonce);
  } catch (const Error& error) {
    return fail(OutsideFailure::kMalformed, error.what(), now);
  }
  const auto stamp = trusted_.judge(token, asked.digest);
  if (!stamp) return fail(OutsideFailure::kSignature, "signed with a certificate that is not trusted, or wrongly", now);
  failed_ = 0;
  state_.latest_us = stamp->latest_us;
  state_.trouble.clear();
  return timestamp_line(state_.authority, token);
}

std::optional<std::string> Stamping::fail(OutsideFailure failure, const std::string& trouble, Time now) {
  ++state_.failures[static_cast<size_t>(failure)];
  state_.trouble = trouble;
  const unsigned doublings = std::min(failed_++, 10U);
  not_before_ = now + std::min<std::chrono::milliseconds>(kPace * (1LL << doublings), kMostPause);
  return std::nullopt;
}

}  // namespace custody
