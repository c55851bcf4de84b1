#include "tools/api/records_at.h"

#include "tools/api/evidence.h"

namespace custody {
namespace {

constexpr std::chrono::milliseconds kReadPatience{2000};
// To read on over this many records is cheaper than to begin anew at a place: a look-up in a table, or a new assignment
// and a fetch from the brokers.
constexpr uint64_t kReadOnEmbedded = 32;
constexpr uint64_t kReadOnKafka = 4096;

class Reading {
 public:
  Reading(Node& node, uint32_t shard)
      : node_(node), shard_(shard), read_on_(node.log().kind() == "kafka" ? kReadOnKafka : kReadOnEmbedded) {}

  // The record of that seq whose leaf the tree has: others may be left by a sealer that was overtaken.
  SealedItem at(uint64_t seq, const Digest& leaf) {
    if (!reader_ || seq < next_ || seq - next_ > read_on_) reader_ = node_.log().read_sealed(shard_, seq);
    next_ = seq + 1;
    for (;;) {
      const auto item = reader_->next(kReadPatience);
      if (!item)
        throw Error(ErrorCode::kUnavailable, "record " + to_text(Ref{shard_, seq}) + " cannot be read now: try again");
      const uint64_t found = decode_seal(item->record).seq;
      if (found > seq) throw wrong_tree(node_, shard_);
      if (found == seq && leaf_hash(item->record) == leaf) return *item;
    }
  }

 private:
  Node& node_;
  uint32_t shard_;
  uint64_t read_on_;
  std::unique_ptr<SealedReader> reader_;
  uint64_t next_ = 0;
};

}  // namespace

void for_each_at(Node& node, std::span<const Ref> places,
                 const std::function<void(const Ref&, std::string_view, std::string_view)>& each) {
  while (!places.empty()) {
    const uint32_t shard = places.front().shard;
    size_t count = 0;
    while (count < places.size() && places[count].shard == shard) ++count;
    const std::vector<Digest> leaves = tree_leaves(node, shard, places.first(count));
    Reading reading(node, shard);
    for (size_t i = 0; i < count; ++i) {
      const SealedItem item = reading.at(places[i].seq, leaves[i]);
      each(places[i], item.record, item.blob);
    }
    places = places.subspan(count);
  }
}

RecordsAt RecordsAt::read(Node& node, std::vector<Ref> places) {
  RecordsAt all;
  all.places_ = std::move(places);
  all.ends_.reserve(all.places_.size());
  for_each_at(node, all.places_, [&](const Ref&, std::string_view record, std::string_view) {
    all.bytes_ += record;
    all.ends_.push_back(all.bytes_.size());
  });
  return all;
}

}  // namespace custody
