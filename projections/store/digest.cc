#include "projections/store/digest.h"

#include <queue>

#include "ledger/proof/merkle.h"

namespace custody {
namespace {

constexpr uint64_t kRowsPerTell = 4096;

// A cursor over the rows of one shard that lie before the position.
class Source {
 public:
  Source(const ViewSnapshot& snapshot, uint32_t shard, View view, uint64_t size)
      : shard_(shard), size_(size), cursor_(snapshot.cursor(shard, view)) {}
  bool advance() {
    while (cursor_.next())
      if (seq_of_key(cursor_.key()) < size_) return true;
    return false;
  }
  uint32_t shard() const { return shard_; }
  const LmdbCursor& row() const { return cursor_; }

 private:
  uint32_t shard_;
  uint64_t size_;
  LmdbCursor cursor_;
};

struct LaterSource {
  bool operator()(const Source* a, const Source* b) const {
    const int order = a->row().key().compare(b->row().key());
    return order != 0 ? order > 0 : a->shard() > b->shard();
  }
};

}  // namespace

RowsDigest digest_of(const ViewSnapshot& snapshot, View view, const std::vector<uint64_t>& sizes,
                     const std::function<void(uint64_t rows)>& read) {
  std::vector<Source> sources;
  for (uint32_t shard = 0; shard < snapshot.shards(); ++shard)
    sources.emplace_back(snapshot, shard, view, sizes[shard]);
  std::priority_queue<Source*, std::vector<Source*>, LaterSource> queue;
  for (Source& source : sources)
    if (source.advance()) queue.push(&source);
  CompactRange range;
  std::string row;
  while (!queue.empty()) {
    Source* source = queue.top();
    queue.pop();
    row.clear();
    append_le(row, source->row().key().size(), 4);
    row.append(source->row().key()).append(source->row().value());
    range.append(leaf_hash(row));
    if (read && range.size() % kRowsPerTell == 0) read(kRowsPerTell);
    if (source->advance()) queue.push(source);
  }
  if (read) read(range.size() % kRowsPerTell);
  return {range.size(), range.root()};
}

}  // namespace custody
