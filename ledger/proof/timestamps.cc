#include "ledger/proof/timestamps.h"

#include <algorithm>

namespace custody {
namespace {

constexpr std::string_view kSuffix = "/rfc3161";
constexpr size_t kMostOfANote = 16;  // that are judged: each costs a chain of certificates

ByteArray<4> key_id(const std::string& name) {
  return array_of<4>(view_of(sha256({name, "\n", "\xff", "custody/rfc3161"})).substr(0, 4));
}

}  // namespace

std::string timestamp_line(const std::string& authority, const std::string& token) {
  const std::string name = authority + std::string(kSuffix);
  return signature_line({name, key_id(name), token});
}

bool has_timestamp(std::string_view note) {
  return note.find(std::string(kSuffix) + " ") != std::string_view::npos;
}

std::vector<Timestamp> judge_timestamps(const SignedNote& note, const TimeAuthorities& trusted) {
  std::vector<Timestamp> out;
  size_t judged = 0;
  for (const NoteSignature& signature : note.signatures) {
    if (!signature.name.ends_with(kSuffix) || signature.key_id != key_id(signature.name)) continue;
    if (++judged > kMostOfANote) break;
    if (auto stamp = trusted.judge(signature.bytes, sha256(note.body))) out.push_back(std::move(*stamp));
  }
  std::ranges::sort(out, {}, &Timestamp::latest_us);
  return out;
}

}  // namespace custody
