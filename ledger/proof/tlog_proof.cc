#include "ledger/proof/tlog_proof.h"

#include "ledger/base/ids.h"

namespace custody {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr size_t kMostDigests = 64;  // of a path in any tree

Error refused(const std::string& what) {
  return Error(ErrorCode::kRefused, what);
}

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) throw refused("it is cut off");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::string base64_of(std::string_view text, const char* what) {
  try {
    return from_base64(text);
  } catch (const Error&) {
    throw refused(std::string("its ") + what + " is no base64");
  }
}

}  // namespace

std::string tlog_proof_text(const TlogProof& proof) {
  std::string text = std::string(kFirstLine) + "\n";
  if (!proof.extra.empty()) text += std::string(kExtra) + to_base64(proof.extra) + "\n";
  text += std::string(kIndex) + std::to_string(proof.index) + "\n";
  for (const Digest& digest : proof.path) text += to_base64(view_of(digest)) + "\n";
  return text + "\n" + proof.checkpoint;
}

TlogProof parse_tlog_proof(std::string_view text) {
  if (text.size() > kMaxProofBytes) throw refused("it is larger than any proof");
  if (text.substr(0, kFirstLine.size()) != kFirstLine.substr(0, text.size()) || text.empty())
    throw refused("its first line is not " + std::string(kFirstLine));
  if (take_line(text) != kFirstLine) throw refused("its first line is not " + std::string(kFirstLine));
  TlogProof proof;
  std::string_view line = take_line(text);
  if (line.starts_with(kExtra)) {
    proof.extra = base64_of(line.substr(kExtra.size()), "extra data");
    if (proof.extra.empty()) throw refused("its extra data is empty");
    line = take_line(text);
  }
  const auto index = line.starts_with(kIndex) ? parse_u64(line.substr(kIndex.size())) : std::nullopt;
  if (!index || std::to_string(*index) != line.substr(kIndex.size())) throw refused("it names no index");
  proof.index = *index;
  for (line = take_line(text); !line.empty(); line = take_line(text)) {
    const std::string digest = base64_of(line, "path");
    if (digest.size() != 32 || proof.path.size() == kMostDigests) throw refused("its path is none of any tree");
    proof.path.push_back(array_of<32>(digest));
  }
  if (text.empty()) throw refused("it is cut off");
  proof.checkpoint = text;
  return proof;
}

}  // namespace custody
