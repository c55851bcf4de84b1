#include "tools/custody/open_tiles.h"

#include "ledger/base/file.h"
#include "tools/custody/connection.h"

namespace custody {
namespace {

constexpr std::chrono::seconds kSilence{10};

class TileFolder : public TileSource {
 public:
  explicit TileFolder(std::string folder) : folder_(std::move(folder)) {}
  std::string read(const std::string& path, uint64_t most_bytes) override {
    return read_file(folder_ + "/" + path, most_bytes);
  }

 private:
  std::string folder_;
};

class TileAddress : public TileSource {
 public:
  explicit TileAddress(const std::string& url) {
    const size_t path = url.find('/', url.find("://") + 3);
    prefix_ = path == std::string::npos ? "" : url.substr(path);
    while (prefix_.ends_with('/')) prefix_.pop_back();
    HttpClient stranger;
    stranger.silence = kSilence;
    stranger.anonymous = true;  // a token of ours is nobody else's business
    stranger.most_bytes = TileSource::kMostEntries;
    connection_ = connect_http(url.substr(0, path), stranger);
  }
  std::string read(const std::string& path, uint64_t most_bytes) override {
    std::string bytes = connection_->get(prefix_ + "/" + path);
    if (bytes.size() > most_bytes) throw Error(ErrorCode::kStore, path + " is larger than it may be");
    return bytes;
  }

 private:
  std::string prefix_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

std::unique_ptr<TileSource> open_tiles(const std::string& place) {
  if (place.starts_with("http://") || place.starts_with("https://")) return std::make_unique<TileAddress>(place);
  return std::make_unique<TileFolder>(place);
}

}  // namespace custody
