// custody export tiles: the tiled log of each shard as a tree of files that any web server can publish.
#include <boost/json.hpp>
#include <filesystem>
#include <iostream>

#include "ledger/base/file.h"
#include "ledger/codec/json.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/tile.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/open_tiles.h"
#include "tools/custody/progress.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

namespace fs = std::filesystem;

// One shard's part: DIR/<shard>/checkpoint, DIR/<shard>/tile/...
class ShardExport {
 public:
  ShardExport(Connection& connection, uint32_t shard, std::string folder, ProgressLine& progress)
      : connection_(connection), shard_(shard), folder_(std::move(folder)), progress_(progress) {}

  // All that a tree has at a checkpoint and the folder lacks, and then the checkpoint. Returns how many files.
  uint64_t bring_to(const std::string& note) {
    const Checkpoint checkpoint = checkpoint_of(parse_note(note));
    if (!is_older(checkpoint, note)) return 0;
    const uint64_t size = checkpoint.size;
    for (uint8_t level = 0; level < kTileLevels; ++level) {
      uint64_t index = first_missing(level, size);
      for (uint32_t width = tile_width(level, index, size); width != 0; width = tile_width(level, ++index, size)) {
        if (level == 0) fetch(entries_path(index, width), entries_path(index, kTileWidth), width);
        fetch(tile_path({level, index, width}), tile_path({level, index, kTileWidth}), width);
      }
    }
    check_root(checkpoint);
    publish("checkpoint", note);
    return files_;
  }

 private:
  // What is published already must be of the same log, and is never taken back.
  bool is_older(const Checkpoint& checkpoint, const std::string& note) const {
    const auto published = read_file_if_present(folder_ + "/checkpoint", kMaxNoteBytes);
    if (!published) return true;
    const Checkpoint before = checkpoint_of(parse_note(*published));
    if (before.origin != checkpoint.origin)
      throw Error(ErrorCode::kConflict, folder_ + " holds the log " + before.origin + ", not " + checkpoint.origin);
    if (before.size > checkpoint.size)
      throw Error(ErrorCode::kConflict, folder_ + " was published with " + std::to_string(before.size) +
                                            " records; this ledger has signed " + std::to_string(checkpoint.size));
    return *published != note;
  }

  // Files come in order, entries before their tile: what stands before the last full tile is there.
  uint64_t first_missing(uint8_t level, uint64_t size) const {
    uint64_t low = 0, high = (size >> (kTileHeight * level)) / kTileWidth;  // full ones
    while (low < high) {
      const uint64_t middle = low + (high - low) / 2;
      if (fs::exists(folder_ + "/" + tile_path({level, middle, kTileWidth})))
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  void fetch(const std::string& path, const std::string& full, uint32_t width) {
    if (fs::exists(folder_ + "/" + path)) return;
    publish(path, connection_.get("/v1/shards/" + std::to_string(shard_) + "/" + path));
    ++files_;
    progress_.show(files_, std::nullopt);
    std::error_code ignored;  // nobody needs the partial ones of a full tile
    if (width == kTileWidth) fs::remove_all(folder_ + "/" + full + ".p", ignored);
  }

  // Beside it first, then in its place; readable for whoever publishes it.
  void publish(const std::string& path, const std::string& bytes) {
    const std::string target = folder_ + "/" + path;
    fs::create_directories(fs::path(target).parent_path());
    write_file_durably(target, bytes);
    fs::permissions(target,
                    fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read | fs::perms::others_read);
  }

  void check_root(const Checkpoint& checkpoint) {
    const auto tiles = open_tiles(folder_);
    TileNodes nodes(*tiles, checkpoint.size);
    if (root_of(nodes, checkpoint.size) != checkpoint.root)
      throw Error(ErrorCode::kStore, "the tiles in " + folder_ +
                                         " do not lead to the signed root, so the checkpoint is "
                                         "not published: remove the folder and export anew");
  }

  Connection& connection_;
  uint32_t shard_;
  std::string folder_;
  ProgressLine& progress_;
  uint64_t files_ = 0;
};

int run(const Invocation& call) {
  if (call.argument(0, "what to export: tiles") != "tiles")
    throw Error(ErrorCode::kUsage, "what is exported is: tiles");
  const std::string& folder = call.argument(1, "the folder to export to");
  const auto connection = connect(call);
  const boost::json::value document = parse_json(connection->get("/v1/checkpoints"));
  uint64_t files = 0;
  boost::json::array shards;
  {
    ProgressLine progress("files");
    for (const auto& item : document.at("shards").as_array()) {
      const auto& shard = item.as_object();
      const auto number = static_cast<uint32_t>(number_member(shard, "shard"));
      ShardExport part(*connection, number, folder + "/" + std::to_string(number), progress);
      const uint64_t wrote = part.bring_to(text_member(shard, "note"));
      files += wrote;
      shards.push_back({{"shard", number}, {"size", number_member(shard, "size")}, {"files", wrote}});
    }
    progress.clear();
  }
  if (call.json())
    std::cout << boost::json::serialize(boost::json::object{{"folder", folder}, {"shards", std::move(shards)}}) << "\n";
  else
    std::cout << files << " files written to " << folder << "; publish each shard's folder as a C2SP tlog-tiles log\n";
  return 0;
}

}  // namespace

Command export_command() {
  return {
      "export",
      "tiles DIR",
      "the tree of each shard as files that any web server can publish",
      "Writes what the folder lacks, and the checkpoint last: a reader always finds what it promises. The files hold\n"
      "records, never encrypted values (docs/formats/tiles.md).\n",
      {},
      run};
}

}  // namespace custody
