// Time stamps after RFC 3161: an authority signs that it has seen a digest, and when. Requests and tokens are DER.
// A token of a stranger is judged, never believed; what does not hold is a value or an Error, never a crash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/hash.h"

namespace custody {

inline constexpr size_t kMaxTimestampBytes = 32'768;

// TimeStampReq (§2.4.1) for this SHA-256, asking for the authority's certificate, to be found again in the answer.
std::string timestamp_request(const Digest& digest, uint64_t nonce);
// The token of a TimeStampResp (§2.4.2). Error kRefused where the authority did not grant it, where it is about another
// digest or nonce, or where the answer is none. Whether the signature holds is not asked here.
std::string granted_timestamp(std::string_view response, const Digest& digest, uint64_t nonce);

struct Timestamp {
  int64_t latest_us = 0;  // it was signed by then: the time in it and the accuracy that it claims
  std::string authority;  // name in the certificate of the signer
};

// Whom one trusts for time: certificates, PEM.
class TimeAuthorities {
 public:
  // Error kUsage where there is none in the text.
  explicit TimeAuthorities(std::string pem);

  // What a token says of the digest, if it holds: its signer was certified for time stamps, by one of these
  // authorities, at the time that it tells. Whether its certificate was revoked since is not known here.
  std::optional<Timestamp> judge(std::string_view token, const Digest& digest) const;

 private:
  std::string pem_;
};

}  // namespace custody
