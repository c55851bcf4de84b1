#include "ledger/proof/multi_proof.h"

#include <algorithm>
#include <bit>

namespace custody {
namespace {

// Where the tree of the leaves [begin, end) falls in two.
uint64_t middle_of(uint64_t begin, uint64_t end) {
  return begin + std::bit_floor(end - begin - 1);
}

// How many of the ascending places lie before `end`.
template <class Place, class IndexOf>
size_t count_before(std::span<const Place> places, uint64_t end, IndexOf index_of) {
  return static_cast<size_t>(std::ranges::lower_bound(places, end, {}, index_of) - places.begin());
}

template <class Place, class IndexOf>
bool ascend_below(std::span<const Place> places, uint64_t size, IndexOf index_of) {
  for (size_t i = 1; i < places.size(); ++i)
    if (index_of(places[i - 1]) >= index_of(places[i])) return false;
  return !places.empty() && index_of(places.back()) < size;
}

class Maker {
 public:
  explicit Maker(NodeReader& nodes) : nodes_(nodes) {}
  void add(std::span<const uint64_t> indices, uint64_t begin, uint64_t end) {
    if (indices.empty()) {
      proof.push_back(range_root(nodes_, begin, end));
    } else if (end - begin > 1) {
      const uint64_t middle = middle_of(begin, end);
      const size_t left = count_before(indices, middle, std::identity{});
      add(indices.first(left), begin, middle);
      add(indices.subspan(left), middle, end);
    }
  }
  std::vector<Digest> proof;

 private:
  NodeReader& nodes_;
};

// Takes the nodes in their order; what it meets too few of, it is content without, and knows in the end.
class Joiner {
 public:
  explicit Joiner(std::span<const Digest> nodes) : nodes_(nodes) {}
  Digest root(std::span<const PlacedLeaf> leaves, uint64_t begin, uint64_t end) {
    if (leaves.empty()) return next();
    if (end - begin == 1) return leaves.front().hash;
    const uint64_t middle = middle_of(begin, end);
    const size_t left = count_before(leaves, middle, &PlacedLeaf::index);
    const Digest first = root(leaves.first(left), begin, middle);
    return node_hash(first, root(leaves.subspan(left), middle, end));
  }
  bool took_all() const { return taken_ == nodes_.size(); }

 private:
  Digest next() {
    const size_t at = taken_++;
    return at < nodes_.size() ? nodes_[at] : Digest{};
  }
  std::span<const Digest> nodes_;
  size_t taken_ = 0;
};

}  // namespace

std::vector<Digest> multi_proof(NodeReader& nodes, std::span<const uint64_t> indices, uint64_t size) {
  if (!ascend_below(indices, size, std::identity{}))
    throw Error(ErrorCode::kUsage, "leaves to prove ascend and lie in the tree");
  Maker maker(nodes);
  maker.add(indices, 0, size);
  return std::move(maker.proof);
}

std::optional<Digest> root_from_leaves(std::span<const PlacedLeaf> leaves, uint64_t size,
                                       std::span<const Digest> nodes) {
  if (!ascend_below(leaves, size, [](const PlacedLeaf& leaf) { return leaf.index; })) return std::nullopt;
  Joiner joiner(nodes);
  const Digest root = joiner.root(leaves, 0, size);
  if (!joiner.took_all()) return std::nullopt;
  return root;
}

}  // namespace custody
