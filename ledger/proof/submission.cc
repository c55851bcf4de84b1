#include "ledger/proof/submission.h"

#include <array>

#include "ledger/base/ids.h"

namespace custody {
namespace {

constexpr std::string_view kOld = "old ";
constexpr size_t kMostQuoted = 80;

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) throw Error(ErrorCode::kRefused, "the request is cut off");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

WitnessAnswer failed(OutsideFailure failure, std::string trouble) {
  WitnessAnswer answer;
  answer.failure = failure;
  answer.trouble = std::move(trouble);
  return answer;
}

// The first words of what a stranger said, fit for a log.
std::string quoted(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  std::string out;
  for (const char c : text.substr(0, kMostQuoted)) out += c >= 0x20 && c < 0x7f ? c : '?';
  return out.empty() ? "" : ": " + out;
}

WitnessAnswer judge_lines(const std::string& body, const std::string& note, const VerifierKey& witness) {
  SignedNote seen;
  try {
    seen = parse_note(note.substr(0, note.rfind("\n\n") + 2) + body);
  } catch (const Error&) {
    return failed(OutsideFailure::kMalformed, "answered 200 without lines of signatures");
  }
  // Lines of other keys are nobody's word here, and are left out.
  const auto time_s = cosigned_at(seen, witness);
  if (!time_s)
    return note_state(seen, witness) == NoteState::kWrong
               ? failed(OutsideFailure::kSignature, "answered with a signature that does not hold")
               : failed(OutsideFailure::kMalformed, "answered 200 without a cosignature of its key");
  if (*time_s > kLastSecond) return failed(OutsideFailure::kMalformed, "answered with a time that no calendar has");
  WitnessAnswer answer;
  answer.kind = WitnessAnswer::kCosigned;
  answer.time_s = *time_s;
  for (const NoteSignature& signature : seen.signatures)  // one line is enough, that of the time told
    if (cosigned_at({seen.body, {signature}}, witness) == time_s) answer.line = signature_line(signature);
  return answer;
}

WitnessAnswer judge_size(const OutsideReply& reply) {
  std::string_view text = reply.body;
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto size = parse_u64(text);
  if (!reply.content_type.starts_with(kSizeContent) || !size)
    return failed(OutsideFailure::kMalformed, "answered 409 without the size that it knows");
  WitnessAnswer answer;
  answer.kind = WitnessAnswer::kSize;
  answer.size = *size;
  return answer;
}

}  // namespace

std::string submission_text(const Submission& submission) {
  std::string out = std::string(kOld) + std::to_string(submission.old_size) + "\n";
  for (const Digest& digest : submission.path) out += to_base64(view_of(digest)) + "\n";
  return out + "\n" + submission.note;
}

Submission parse_submission(std::string_view text) {
  const std::string_view first = take_line(text);
  const auto size = first.starts_with(kOld) ? parse_u64(first.substr(kOld.size())) : std::nullopt;
  if (!size) throw Error(ErrorCode::kRefused, "the first line is not: old SIZE");
  Submission out{*size, {}, ""};
  for (auto line = take_line(text); !line.empty(); line = take_line(text)) {
    const std::string digest = from_base64(line);
    if (digest.size() != 32 || out.path.size() == Submission::kMostProofLines)
      throw Error(ErrorCode::kRefused, "that is no consistency proof");
    out.path.push_back(array_of<32>(digest));
  }
  out.note = text;
  return out;
}

std::string_view failure_name(OutsideFailure failure) {
  static constexpr std::array<std::string_view, kOutsideFailures> kNames = {
      "unreachable", "late", "too_large", "refused", "malformed", "signature", "beyond", "contradiction", "forgot"};
  return kNames[static_cast<size_t>(failure)];
}

WitnessAnswer judge_reply(const OutsideReply& reply, const std::string& note, const VerifierKey& witness) {
  if (reply.lost) return failed(*reply.lost, reply.trouble);
  switch (reply.status) {
    case 200:
      return judge_lines(reply.body, note, witness);
    case 409:
      return judge_size(reply);
    case 422:
      return failed(OutsideFailure::kContradiction,
                    "does not take this tree for one that grew out of the tree it has cosigned" + quoted(reply.body));
    case 403:
      return failed(OutsideFailure::kRefused, "does not know the key of this log" + quoted(reply.body));
    case 404:
      return failed(OutsideFailure::kRefused, "does not witness this log" + quoted(reply.body));
    default:
      return failed(OutsideFailure::kRefused, "answered " + std::to_string(reply.status) +
                                                  (reply.status / 100 == 3 ? ", and redirects are not followed" : "") +
                                                  quoted(reply.body));
  }
}

}  // namespace custody
