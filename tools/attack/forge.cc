#include "tools/attack/forge.h"

#include <algorithm>

#include "ledger/event/bodies_ledger.h"
#include "ledger/event/body.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/merkle.h"

namespace custody {
namespace {

constexpr size_t kDigestBytes = 32;

void set_prev(std::string& record, const Digest& prev) {
  record.replace(kSealBytes - kDigestBytes, kDigestBytes, view_of(prev));
}

// The tree of a shard, asked at sizes that never fall.
class Roots {
 public:
  explicit Roots(const CopiedShard& shard) : shard_(shard) {}
  Digest at(uint64_t size) {
    while (tree_.size() < size) tree_.append(leaf_hash(shard_.entries.at(tree_.size()).record));
    return tree_.root();
  }

 private:
  const CopiedShard& shard_;
  CompactRange tree_;
};

std::string with_roots(const std::string& record, std::vector<Roots>& roots) {
  auto round = decode_body<LedgerRound>(decode_record(record).statement.body);
  for (RoundShard& named : round.shards) named.root = roots.at(named.shard).at(named.size);
  const std::string body = encode_body(round);
  return changed(record, [&](Record& parts) { parts.statement.body = body; });
}

}  // namespace

std::string changed(const std::string& record, const std::function<void(Record&)>& change) {
  Record parts = decode_record(record);
  change(parts);
  return encode_record(parts.seal, to_canonical(parts.stamp) + to_canonical(parts.statement));
}

void link(LogCopy& copy, uint32_t shard) {
  Digest prev = sha256(encode_descriptor(copy.descriptor));
  for (CopiedEntry& entry : copy.shards[shard].entries) {
    set_prev(entry.record, prev);
    prev = leaf_hash(entry.record);
  }
}

void reseal(LogCopy& copy) {
  for (uint32_t shard = 1; shard < copy.shards.size(); ++shard) link(copy, shard);
  std::vector<Roots> roots(copy.shards.begin(), copy.shards.end());
  for (CopiedEntry& entry : copy.shards[0].entries)
    if (decode_record(entry.record).statement.type == LedgerRound::kType)
      entry.record = with_roots(entry.record, roots);
  link(copy, 0);
}

void drop_refuted_notes(LogCopy& copy) {
  for (CopiedShard& shard : copy.shards) {
    Roots roots(shard);
    std::erase_if(shard.notes, [&](const auto& note) {
      return note.first > shard.entries.size() || checkpoint_of(parse_note(note.second)).root != roots.at(note.first);
    });
  }
}

void sign_again(LogCopy& copy, const SigningKey& key) {
  for (uint32_t number = 0; number < copy.shards.size(); ++number) {
    CopiedShard& shard = copy.shards[number];
    Roots roots(shard);
    std::map<uint64_t, std::string> notes;
    for (const auto& [size, note] : shard.notes) {
      const uint64_t now = std::min<uint64_t>(size, shard.entries.size());
      notes[now] = sign_checkpoint({shard_origin(copy.descriptor, number), now, roots.at(now)}, key);
    }
    shard.notes = std::move(notes);
  }
}

}  // namespace custody
