#include "tools/custody/outside_time.h"

#include <algorithm>
#include <boost/json.hpp>

#include "ledger/base/file.h"
#include "ledger/base/time.h"
#include "ledger/proof/checkpoint.h"
#include "tools/custody/text.h"
#include "tools/custody/trusted_keys.h"

namespace custody {
namespace {

constexpr uint64_t kMostPemBytes = 1 << 20;

int64_t us_of(uint64_t time_s) {
  return static_cast<int64_t>(std::min(time_s, kLastSecond)) * 1'000'000;
}

// The first of the witnesses that are trusted.
std::optional<OutsideTime::Bound> first_seen(const SignedNote& note, const std::vector<VerifierKey>& trusted) {
  std::optional<OutsideTime::Bound> first;
  for (const VerifierKey& key : trusted)
    if (const auto time_s = cosigned_at(note, key); time_s && (!first || us_of(*time_s) < first->us))
      first = {us_of(*time_s), "the witness " + key.name};
  return first;
}

// By when the quorum of a policy had seen it; without one, the first of those who are trusted.
std::optional<OutsideTime::Bound> seen_by(const SignedNote& note, const std::optional<Policy>& policy,
                                          const std::vector<VerifierKey>& trusted) {
  if (policy && policy->quorum) {
    const auto time_s = quorum_time_s(*policy, judge_policy(*policy, note));
    if (!time_s) return std::nullopt;
    return OutsideTime::Bound{us_of(*time_s), "the quorum '" + policy->nodes[*policy->quorum].name + "' of witnesses"};
  }
  return first_seen(note, trusted);
}

// Records of the shard under a checkpoint of shard 0, as a proof or a note shows it; and that note.
struct Earlier {
  uint64_t size = 0;
  SignedNote note;
};

Earlier read_earlier(const std::string& file, uint32_t shard, const Checkpoint& later,
                     const std::vector<VerifierKey>& trusted) {
  const auto refuse = [&](const std::string& why) { return Error(ErrorCode::kUsage, "--after " + file + ": " + why); };
  const std::string text = read_file(file, kMaxProofBytes);
  const ProofVerdict verdict = judge_record_proof(text, trusted);
  if (verdict.kind == ProofVerdict::kProved) {
    if (verdict.checkpoint.origin != later.origin) throw refuse("it is of another ledger");
    const bool same_shard = verdict.round && decode_record(verdict.record).seal.shard == shard;
    if (shard != 0 && !same_shard) throw refuse("a proof of a record of shard " + std::to_string(shard) + " is needed");
    return {shard == 0 ? verdict.checkpoint.size : verdict.round->shard_size,
            parse_note(parse_tlog_proof(text).checkpoint)};
  }
  if (shard != 0) throw refuse("a proof of an earlier record of the same shard is needed");
  Earlier earlier;
  try {
    earlier.note = parse_note(text);
    const Checkpoint checkpoint = checkpoint_of(earlier.note);
    if (checkpoint.origin != later.origin) throw refuse("it is of another ledger");
    earlier.size = checkpoint.size;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kUsage) throw;
    throw refuse("it is neither a proof nor a checkpoint");
  }
  if (std::ranges::none_of(trusted, [&](const VerifierKey& key) {
        return key.name == later.origin && note_state(earlier.note, key) == NoteState::kSigned;
      }))
    throw refuse("it is not signed by a trusted key of " + later.origin);
  return earlier;
}

std::string moment(const OutsideTime::Bound& bound) {
  return short_time(to_rfc3339(bound.us)) + ", says " + bound.by;
}

}  // namespace

std::optional<TimeAuthorities> time_authorities_of(const Invocation& call) {
  const auto file = call.value("--tsa-ca");
  if (!file) return std::nullopt;
  return TimeAuthorities(read_file(*file, kMostPemBytes));
}

std::optional<OutsideTime::Bound> seen_outside_by(const Invocation& call, const SignedNote& note) {
  auto bound = seen_by(note, policy_of(call), trusted_keys(call));
  if (const auto authorities = time_authorities_of(call))
    for (const Timestamp& stamp : judge_timestamps(note, *authorities))
      if (!bound || stamp.latest_us < bound->us) bound = {stamp.latest_us, "the time stamp of " + stamp.authority};
  return bound;
}

OutsideTime outside_time(const Invocation& call, const ProofVerdict& verdict, const std::string& evidence) {
  const std::vector<VerifierKey> trusted = trusted_keys(call);
  const auto policy = policy_of(call);
  OutsideTime out;
  out.not_after = seen_outside_by(call, parse_note(parse_tlog_proof(evidence).checkpoint));
  const auto file = call.value("--after");
  if (!file) return out;
  const Record record = decode_record(verdict.record);
  const Earlier earlier = read_earlier(*file, record.seal.shard, verdict.checkpoint, trusted);
  if (earlier.size > record.seal.seq)
    throw Error(ErrorCode::kUsage, "--after " + *file + ": it holds " + std::to_string(earlier.size) +
                                       " records, and this one among them: an earlier one is needed");
  // The earliest word of any: none of those who have seen it can have seen more before that.
  if (seen_by(earlier.note, policy, trusted)) out.not_before = first_seen(earlier.note, trusted);
  if (!out.not_before)
    throw Error(ErrorCode::kUsage,
                "--after " + *file + ": no witness that you trust has seen it, so nothing is known of its time");
  return out;
}

std::string outside_time_text(const OutsideTime& time) {
  std::string out;
  if (time.not_before) out += "not before  " + moment(*time.not_before) + ", who had seen the ledger without it\n";
  if (time.not_after) out += "not after   " + moment(*time.not_after) + "\n";
  return out;
}

boost::json::object outside_time_json(const OutsideTime& time) {
  boost::json::object out;
  const auto put = [&](const char* name, const std::optional<OutsideTime::Bound>& bound) {
    if (bound)
      out[name] = boost::json::object{{"time", to_rfc3339(bound->us)}, {"by", bound->by}};
    else
      out[name] = nullptr;
  };
  put("not_before", time.not_before);
  put("not_after", time.not_after);
  return out;
}

}  // namespace custody
