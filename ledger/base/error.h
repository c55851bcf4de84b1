// The one error of the project. Functions that cannot do what their name says throw it; absence is std::optional and a
// verdict (verification, findings, trace) is a value. Every code maps once to an HTTP status and to an exit status.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace custody {

enum class ErrorCode {
  kUsage,        // the call is wrong: bad flag, bad address, malformed document
  kRefused,      // understood and refused: an event that breaks its rules
  kDenied,       // the caller lacks the authority
  kNotFound,     // there is no such thing
  kConflict,     // contradicts what is there: same id with other content, a second writer
  kUnavailable,  // not now: broker away, disk full, behind, shutting down; try again
  kStore,        // the store is damaged, foreign, or of a newer format
};

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

// 400, 422, 403, 404, 409, 503, 500.
int http_status(ErrorCode code);
// 0 is success and 1 a fault found in what was judged; an Error is 2 (usage, refused), 3 (unavailable) or 4 (store).
int exit_status(ErrorCode code);
// "usage", "refused", ... as they stand in problem documents.
std::string_view error_name(ErrorCode code);

}  // namespace custody
