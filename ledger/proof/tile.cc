#include "ledger/proof/tile.h"

#include <algorithm>
#include <bit>

#include "ledger/base/ids.h"

namespace custody {
namespace {

constexpr size_t kDigestBytes = 32;

// Three digits to an element, all but the last with an x before them.
std::string index_path(uint64_t index) {
  const auto element = [](uint64_t number) {
    const std::string digits = std::to_string(number);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string path = element(index % 1000);
  for (index /= 1000; index > 0; index /= 1000) path = "x" + element(index % 1000) + "/" + path;
  return path;
}

std::string width_path(uint32_t width) {
  return width == kTileWidth ? "" : ".p/" + std::to_string(width);
}

// The largest power of two below n, for n > 1.
uint64_t split_of(uint64_t n) {
  return std::bit_floor(n - 1);
}

}  // namespace

uint32_t tile_width(uint8_t level, uint64_t index, uint64_t size) {
  const uint64_t hashes = level >= 8 ? 0 : size >> (kTileHeight * level);
  if (index >= (hashes + kTileWidth - 1) / kTileWidth) return 0;
  return static_cast<uint32_t>(std::min(kTileWidth, hashes - index * kTileWidth));
}

std::string tile_path(const TileName& tile) {
  return "tile/" + std::to_string(tile.level) + "/" + index_path(tile.index) + width_path(tile.width);
}

std::string entries_path(uint64_t index, uint32_t width) {
  return "tile/entries/" + index_path(index) + width_path(width);
}

std::optional<TilePath> parse_tile_path(std::string_view path) {
  constexpr size_t kLongest = 64;  // of any number of 64 bits
  if (path.size() > kLongest || !path.starts_with("tile/")) return std::nullopt;
  const size_t level_end = path.find('/', 5);
  if (level_end == std::string_view::npos) return std::nullopt;
  TilePath parsed;
  const std::string_view level = path.substr(5, level_end - 5);
  if (level != "entries") {
    const auto number = parse_u64(level);
    if (!number || *number > 63) return std::nullopt;
    parsed.level = static_cast<uint8_t>(*number);
  }
  std::string_view index = path.substr(level_end + 1);
  if (const size_t partial = index.find(".p/"); partial != std::string_view::npos) {
    const auto width = parse_u64(index.substr(partial + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    parsed.width = static_cast<uint32_t>(*width);
    index = index.substr(0, partial);
  }
  std::string digits;
  for (const char c : index)
    if (c >= '0' && c <= '9') digits += c;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - std::min<size_t>(1, digits.size())));
  const auto number = parse_u64(digits);
  if (!number) return std::nullopt;
  parsed.index = *number;
  // One spelling for each: the parts are right when they are written as they were read.
  const std::string written =
      parsed.level ? tile_path({*parsed.level, parsed.index, parsed.width}) : entries_path(parsed.index, parsed.width);
  return written == path ? std::optional(parsed) : std::nullopt;
}

const std::string& TileNodes::fetched(uint8_t level, uint64_t index) {
  const TileName name{level, index, tile_width(level, index, size_)};
  if (name.width == 0) throw Error(ErrorCode::kUsage, "the tree has no " + tile_path(name));
  for (const auto& [kept, bytes] : kept_)
    if (kept == name) return bytes;
  std::string bytes = tiles_.tile(name);
  if (bytes.size() < name.width * kDigestBytes) throw Error(ErrorCode::kStore, tile_path(name) + " is too short");
  return kept_.emplace_back(name, std::move(bytes)).second;
}

Digest TileNodes::node(unsigned level, uint64_t index) {
  const auto tile_level = static_cast<uint8_t>(level / kTileHeight);
  const unsigned height = level % kTileHeight;  // above the hashes of the tile
  const uint64_t first = index << height;       // of the hashes that the node spans, 2^height of them
  const std::string& tile = fetched(tile_level, first / kTileWidth);
  const size_t count = size_t{1} << height;
  const size_t offset = first % kTileWidth;
  if (tile.size() < (offset + count) * kDigestBytes)
    throw Error(ErrorCode::kUsage,
                "the tree has no whole node " + std::to_string(index) + " at level " + std::to_string(level));
  std::vector<Digest> row(count);
  for (size_t i = 0; i < count; ++i)
    row[i] = array_of<kDigestBytes>(std::string_view(tile).substr((offset + i) * kDigestBytes, kDigestBytes));
  for (size_t width = count / 2; width > 0; width /= 2)
    for (size_t i = 0; i < width; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
  return row[0];
}

// PATH(m, D[n]) from the root downwards: at each step the half without the leaf is a digest of the path.
Digest range_root(NodeReader& nodes, uint64_t begin, uint64_t end) {
  std::vector<Digest> perfect;
  while (begin < end) {
    const auto level = static_cast<unsigned>(std::bit_width(end - begin) - 1);
    perfect.push_back(nodes.node(level, begin >> level));
    begin += uint64_t{1} << level;
  }
  Digest root = perfect.back();
  for (size_t i = perfect.size() - 1; i-- > 0;) root = node_hash(perfect[i], root);
  return root;
}

std::vector<Digest> inclusion_proof(NodeReader& nodes, uint64_t index, uint64_t size) {
  if (index >= size) throw Error(ErrorCode::kUsage, "a tree of " + std::to_string(size) + " has no such leaf");
  std::vector<Digest> path;
  uint64_t begin = 0;
  uint64_t end = size;
  while (end - begin > 1) {
    const uint64_t middle = begin + split_of(end - begin);
    const bool left = index < middle;
    path.push_back(left ? range_root(nodes, middle, end) : range_root(nodes, begin, middle));
    (left ? end : begin) = middle;
  }
  std::ranges::reverse(path);
  return path;
}

// SUBPROOF(m, D[n], b) likewise, down to the last tree that the old one holds whole. Where that is the old one itself
// (b), whoever checks has its root.
std::vector<Digest> consistency_proof(NodeReader& nodes, uint64_t old_size, uint64_t new_size) {
  if (old_size > new_size) throw Error(ErrorCode::kUsage, "a tree does not shrink");
  if (old_size == 0 || old_size == new_size) return {};
  std::vector<Digest> path;
  uint64_t begin = 0;
  uint64_t end = new_size;
  while (end != old_size) {
    const uint64_t middle = begin + split_of(end - begin);
    const bool left = old_size <= middle;
    path.push_back(left ? range_root(nodes, middle, end) : range_root(nodes, begin, middle));
    (left ? end : begin) = middle;
  }
  if (begin > 0) path.push_back(range_root(nodes, begin, end));
  std::ranges::reverse(path);
  return path;
}

Digest root_of(NodeReader& nodes, uint64_t size) {
  return size == 0 ? sha256("") : range_root(nodes, 0, size);
}

}  // namespace custody
