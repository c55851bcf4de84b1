// Sealer, tail and projector accept the records that the verifier accepts, whatever stands in the partition.
#include "ledger/seal/acceptance.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "ledger/verify/raw.h"

namespace custody {
namespace {

// How many records of each shard of a raw log the rule accepts.
std::vector<uint64_t> accepted(const std::string& raw) {
  std::istringstream in(raw);
  RawReader reader(in);
  std::vector<Acceptance> shards;
  std::set<uint32_t> broken;
  try {
    const std::string descriptor = reader.descriptor();
    for (uint32_t shard = 0; shard < decode_descriptor(descriptor).shards; ++shard)
      shards.emplace_back(shard, 0, sha256(descriptor));
    while (const auto frame = reader.next()) {
      if (frame->shard >= shards.size()) break;
      if (frame->kind != RawFrame::kEntry || broken.contains(frame->shard)) continue;
      std::string_view record;  // what is no entry is no record
      try {
        record = decode_log_entry(frame->bytes).record;
      } catch (const Error&) {
      }
      if (shards[frame->shard].judge(record).verdict == Acceptance::Verdict::kBroken) broken.insert(frame->shard);
    }
  } catch (const Error&) {  // the stream is cut off: what came before counts
  }
  std::vector<uint64_t> sizes;
  for (const Acceptance& shard : shards) sizes.push_back(shard.next_seq());
  return sizes;
}

TEST(Acceptance, IsTheVerifiersOnEveryGoldenLog) {
  size_t logs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CUSTODY_SOURCE_DIR "/tests/vectors/log")) {
    if (entry.path().extension() != ".csx") continue;
    SCOPED_TRACE(entry.path().filename());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string raw{std::istreambuf_iterator<char>(file), {}};
    std::istringstream in(raw);
    std::vector<uint64_t> sizes;
    for (const VerifiedShard& shard : verify_raw(in).shards) sizes.push_back(shard.size);
    EXPECT_EQ(accepted(raw), sizes);
    ++logs;
  }
  EXPECT_GT(logs, 100u);
}

}  // namespace
}  // namespace custody
