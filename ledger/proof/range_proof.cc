#include "ledger/proof/range_proof.h"

#include <algorithm>
#include <bit>

#include "ledger/proof/merkle.h"

namespace custody {

std::vector<Subtree> subtrees_of(uint64_t begin, uint64_t end) {
  std::vector<Subtree> subtrees;
  while (begin < end) {
    // As large as the place allows (its trailing zeros), and as is left.
    const auto aligned = static_cast<unsigned>(std::countr_zero(begin));
    const auto fits = static_cast<unsigned>(std::bit_width(end - begin)) - 1;
    const unsigned level = std::min(aligned, fits);
    subtrees.push_back({level, begin >> level});
    begin += subtrees.back().leaves();
  }
  return subtrees;
}

std::optional<Digest> root_from_range(uint64_t begin, std::span<const Digest> leaves, uint64_t size,
                                      const RangeNodes& nodes) {
  if (begin > size || leaves.size() > size - begin) return std::nullopt;
  const auto before = subtrees_of(0, begin);
  const auto behind = subtrees_of(begin + leaves.size(), size);
  if (nodes.before.size() != before.size() || nodes.behind.size() != behind.size()) return std::nullopt;
  CompactRange range;
  for (size_t i = 0; i < before.size(); ++i) range.append_subtree(before[i].level, nodes.before[i]);
  for (const Digest& leaf : leaves) range.append(leaf);
  for (size_t i = 0; i < behind.size(); ++i) range.append_subtree(behind[i].level, nodes.behind[i]);
  return range.root();
}

Digest row_leaf(std::string_view key, std::string_view value) {
  std::string length;
  append_le(length, key.size(), 4);
  return sha256({std::string_view("\0", 1), length, key, value});
}

KeyRange keys_with_prefix(std::string_view prefix) {
  KeyRange range{std::string(prefix), std::string(prefix)};
  while (!range.until.empty() && range.until.back() == '\xff') range.until.pop_back();
  if (range.until.empty()) throw Error(ErrorCode::kUsage, "no key lies above every key of this prefix");
  range.until.back() = static_cast<char>(static_cast<uint8_t>(range.until.back()) + 1);
  return range;
}

namespace {

RangeVerdict fault(const std::string& what) {
  return {what, 0, 0};
}

bool in_order(const std::vector<ViewRow>& rows) {
  return std::ranges::is_sorted(rows, {}, &ViewRow::key);
}

}  // namespace

RangeVerdict judge_range(const RangeProof& proof, const KeyRange& range, uint64_t size, const Digest& root) {
  std::vector<Digest> leaves;
  leaves.reserve(proof.rows.size());
  for (const ViewRow& row : proof.rows) leaves.push_back(row_leaf(row.key, row.value));
  const auto found = root_from_range(proof.first, leaves, size, proof.nodes);
  if (!found) return fault("its rows and nodes do not make a tree of " + std::to_string(size) + " rows");
  if (*found != root) return fault("its rows do not lead to the root of the view: one was altered, added or left out");
  if (!in_order(proof.rows)) return fault("its rows do not stand in the order of their keys");
  const auto from = std::ranges::lower_bound(proof.rows, range.from, {}, &ViewRow::key);
  const auto until = std::ranges::lower_bound(proof.rows, range.until, {}, &ViewRow::key);
  RangeVerdict verdict{{},
                       static_cast<size_t>(from - proof.rows.begin()),
                       static_cast<size_t>(std::max(from, until) - proof.rows.begin())};
  const size_t behind = proof.rows.size() - verdict.end;
  const bool to_the_end = size - proof.first == proof.rows.size();
  if (verdict.begin > 1 || behind > 1) return fault("it has more rows than the range and its two neighbours");
  if (verdict.begin == 0 && proof.first > 0) return fault("the row before the range is missing: there may be more");
  if (behind == 0 && !to_the_end) return fault("the row behind the range is missing: there may be more");
  return verdict;
}

}  // namespace custody
