#include "ledger/verify/spool.h"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "ledger/base/error.h"

namespace custody {
namespace {

constexpr size_t kBlockBytes = 64 * 1024;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::kUnavailable, "a temporary file of the verifier: " + what + ": " + std::strerror(errno));
}

}  // namespace

TempFile::~TempFile() {
  if (fd_ >= 0) ::close(fd_);
}

void TempFile::open(const std::string& folder) {
  const char* env = std::getenv("TMPDIR");
  const std::string base = !folder.empty() ? folder : env != nullptr && *env != '\0' ? env : "/tmp";
  std::string path = base + "/custody-verify-XXXXXX";
  fd_ = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd_ < 0) fail("cannot make one in " + base);
  ::unlink(path.c_str());
}

void TempFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("cannot write");
    size_ += static_cast<uint64_t>(n);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

void TempFile::read(uint64_t offset, char* out, size_t size) const {
  while (size > 0) {
    const ssize_t n = ::pread(fd_, out, size, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("cannot read back");
    out += n;
    offset += static_cast<uint64_t>(n);
    size -= static_cast<size_t>(n);
  }
}

void TempFile::clear() {
  if (fd_ >= 0 && ::ftruncate(fd_, 0) != 0) fail("cannot empty it");
  size_ = 0;
}

void SpoolBytes::push(const void* row) {
  if (tail_.size() + row_ > memory_ && !tail_.empty()) {
    if (!file_.is_open()) file_.open(folder_);
    file_.append(tail_);
    tail_.clear();
  }
  tail_.append(static_cast<const char*>(row), row_);
}

void SpoolBytes::get(uint64_t at, void* row) {
  const uint64_t offset = (front_ + at) * row_;
  if (offset >= file_.size()) {
    std::memcpy(row, tail_.data() + (offset - file_.size()), row_);
    return;
  }
  if (offset < block_at_ || offset + row_ > block_at_ + block_.size()) {
    block_.resize(static_cast<size_t>(std::min<uint64_t>(kBlockBytes / row_ * row_, file_.size() - offset)));
    file_.read(offset, block_.data(), block_.size());
    block_at_ = offset;
  }
  std::memcpy(row, block_.data() + (offset - block_at_), row_);
}

void SpoolBytes::drop_front() {
  ++front_;
  if (size() == 0) {
    file_.clear();
    tail_.clear();
    block_.clear();
    front_ = 0;
  } else if (file_.size() == 0 && front_ * row_ * 2 > memory_) {
    tail_.erase(0, static_cast<size_t>(front_) * row_);
    front_ = 0;
  }
}

}  // namespace custody
