#include "tools/custody/line_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ledger/base/error.h"

namespace custody {
namespace {

constexpr size_t kPiece = 64u << 10;

[[noreturn]] void fail(const std::string& path) {
  throw Error(ErrorCode::kUsage, "cannot read " + path + ": " + std::strerror(errno));
}

}  // namespace

LineReader::LineReader(std::string path, size_t max_bytes) : path_(std::move(path)), max_bytes_(max_bytes) {
  fd_ = path_ == "-" ? STDIN_FILENO : open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) fail(path_);
}

LineReader::~LineReader() {
  if (fd_ != STDIN_FILENO) close(fd_);
}

bool LineReader::fill() {
  if (end_) return false;
  buffer_.erase(0, at_);
  at_ = 0;
  const size_t before = buffer_.size();
  buffer_.resize(before + kPiece);
  ssize_t n = 0;
  do {
    n = read(fd_, buffer_.data() + before, kPiece);
  } while (n < 0 && errno == EINTR);
  buffer_.resize(before + (n > 0 ? static_cast<size_t>(n) : 0));
  if (n < 0) fail(path_);
  end_ = n == 0;
  return !end_;
}

bool LineReader::next(std::string& line) {
  line.clear();
  too_long_ = false;
  size_t looked = at_;
  for (;;) {
    const size_t feed = buffer_.find('\n', looked);
    if (feed != std::string::npos || (end_ && at_ < buffer_.size())) {
      const size_t size = (feed == std::string::npos ? buffer_.size() : feed) - at_;
      too_long_ = too_long_ || size > max_bytes_;
      if (!too_long_) line.assign(buffer_, at_, size);
      at_ += size + (feed == std::string::npos ? 0 : 1);
      ++number_;
      return true;
    }
    if (end_) {
      if (too_long_) ++number_;
      return too_long_;
    }
    if (buffer_.size() - at_ > max_bytes_) {
      too_long_ = true;
      at_ = buffer_.size();
    }
    looked = buffer_.size() - at_;  // fill() moves what is left to the front
    fill();
  }
}

bool LineReader::more_at_once() const {
  if (end_ || buffer_.find('\n', at_) != std::string::npos) return true;
  pollfd wanted{fd_, POLLIN, 0};
  return poll(&wanted, 1, 0) > 0;
}

}  // namespace custody
