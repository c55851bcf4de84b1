#include "tools/custody/trusted_keys.h"

#include <sstream>

#include "ledger/base/file.h"

namespace custody {
namespace {

constexpr uint64_t kMostKeyBytes = 64 * 1024;

// A key a line; empty lines and those with # are passed over.
void read_keys(const std::string& file, std::vector<VerifierKey>& keys) {
  std::istringstream lines(read_file(file, kMostKeyBytes));
  const size_t before = keys.size();
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    try {
      keys.push_back(parse_vkey(line));
    } catch (const Error& error) {
      throw Error(ErrorCode::kUsage, file + ": " + error.what());
    }
  }
  if (keys.size() == before) throw Error(ErrorCode::kUsage, file + " holds no verifier key");
}

}  // namespace

std::vector<VerifierKey> trusted_keys(const Invocation& call) {
  std::vector<VerifierKey> keys;
  for (const std::string& list : call.values("--trust")) {
    std::istringstream files(list);
    for (std::string file; std::getline(files, file, ',');) read_keys(file, keys);
  }
  if (keys.empty())
    throw Error(ErrorCode::kUsage,
                "whom do you trust? --trust FILE names a file with the ledger's verifier key, as `custody checkpoint "
                "--vkey` prints it, that you have from the operator by another way than the proof");
  return keys;
}

}  // namespace custody
