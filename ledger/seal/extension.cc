#include "ledger/seal/extension.h"

#include "ledger/event/record.h"

namespace custody {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // without any record

[[noreturn]] void contradicts(uint32_t shard, uint64_t size, const std::string& why) {
  throw Error(ErrorCode::kStore, "shard " + std::to_string(shard) + ": a checkpoint of " + std::to_string(size) +
                                     " records was signed, and " + why +
                                     ": this is not the log that was signed, nothing more is signed");
}

// Of the entries of one seq the first is the record (acceptance.h); that it is, the roots tell.
void append_next(SealedReader& reader, CompactRange& tree) {
  for (auto until = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < until;) {
    const auto item = reader.next(200ms);
    if (!item || decode_seal(item->record).seq != tree.size()) continue;
    return tree.append(leaf_hash(item->record));
  }
  throw Error(ErrorCode::kUnavailable, "the log cannot be read to see whether it is the one that was signed");
}

}  // namespace

void check_extension(Log& log, const SignedBefore& before, const ShardTree& now) {
  if (!before.tree && !before.checkpoint) return;
  CompactRange tree = before.tree.value_or(CompactRange());
  const auto judge_checkpoint = [&] {
    if (before.checkpoint && before.checkpoint->size == tree.size() && before.checkpoint->root != tree.root())
      contradicts(now.shard, tree.size(), "its root is another");
  };
  const uint64_t known = std::max(tree.size(), before.checkpoint ? before.checkpoint->size : 0);
  if (known > now.tree.size()) contradicts(now.shard, known, "there are " + std::to_string(now.tree.size()));
  judge_checkpoint();
  const auto reader = tree.size() < now.tree.size() ? log.read_sealed(now.shard, tree.size()) : nullptr;
  while (tree.size() < now.tree.size()) {
    append_next(*reader, tree);
    judge_checkpoint();
  }
  if (tree.root() != now.tree.root()) contradicts(now.shard, known, "what follows does not belong to it");
}

}  // namespace custody
