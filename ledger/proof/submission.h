// C2SP tlog-witness (c2sp.org/tlog-witness): what a log sends to a witness, and what it makes of the answer.
//
//   request = "old " size "\n" (base64(hash) "\n")* "\n" note         the hashes: a consistency proof, 63 at most
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/proof/note.h"

namespace custody {

struct Submission {
  static constexpr size_t kMostProofLines = 63;
  static constexpr size_t kMostBytes = kMaxNoteBytes + 4096;  // the old size, 63 lines of a path, a note

  uint64_t old_size = 0;     // that the witness has cosigned last
  std::vector<Digest> path;  // from it to the note's size
  std::string note;
};
std::string submission_text(const Submission& submission);
// Error kRefused, with what is wrong.
Submission parse_submission(std::string_view text);

inline constexpr std::string_view kSizeContent = "text/x.tlog.size";  // of the body of a 409

// Why somebody outside has not vouched for a checkpoint.
enum class OutsideFailure {
  kUnreachable,    // no connection, or none that is trusted
  kLate,           // no whole answer in time
  kTooLarge,       // more than any answer has
  kRefused,        // another status: it does not know the log, or cannot now
  kMalformed,      // no answer of the protocol
  kSignature,      // a cosignature of the witness's key that does not hold
  kBeyond,         // it has cosigned a larger tree of this log than there is
  kContradiction,  // it has cosigned another history of this log
  kForgot          // it knows less than it has cosigned
};
inline constexpr size_t kOutsideFailures = 9;
std::string_view failure_name(OutsideFailure failure);  // "unreachable", for metrics

// What came back, if anything did.
struct OutsideReply {
  std::optional<OutsideFailure> lost;  // no whole answer, and why
  std::string trouble;                 // in words, of those
  int status = 0;
  std::string content_type;
  std::string body;
};

// What the answer of a witness means.
struct WitnessAnswer {
  enum Kind { kCosigned, kSize, kFailed };
  Kind kind = kFailed;
  std::string line;     // kCosigned: to be put behind the note, verified
  uint64_t time_s = 0;  // kCosigned: when the witness says that it saw it
  uint64_t size = 0;    // kSize: what it says it has cosigned last
  OutsideFailure failure = OutsideFailure::kMalformed;
  std::string trouble;  // kFailed: a phrase about the witness, "does not know this log"
};
// Never throws for what is in the reply, and believes no signature that does not hold under the witness's key.
WitnessAnswer judge_reply(const OutsideReply& reply, const std::string& note, const VerifierKey& witness);

}  // namespace custody
