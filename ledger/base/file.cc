#include "ledger/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "ledger/base/error.h"

namespace custody {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

bool is_full(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

[[noreturn]] void fail(const char* doing, const std::string& path, int error) {
  std::string text = std::string(doing) + " " + path + ": " + std::strerror(error);
  if (is_full(error)) throw Error(ErrorCode::kUnavailable, "disk full: " + text);
  if (error == ENOENT) throw Error(ErrorCode::kNotFound, text);
  if (error == EMFILE || error == ENFILE || error == ENOMEM) throw Error(ErrorCode::kUnavailable, text);
  throw Error(ErrorCode::kStore, text);
}

std::string folder_of(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string read_all(int fd, const std::string& path, uint64_t max_bytes) {
  std::string bytes;
  std::array<char, 16384> buffer;
  for (;;) {
    ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("cannot read", path, errno);
    if (n == 0) return bytes;
    if (bytes.size() + static_cast<size_t>(n) > max_bytes) {
      throw Error(ErrorCode::kStore, path + " is larger than the " + std::to_string(max_bytes) + " bytes it may have");
    }
    bytes.append(buffer.data(), static_cast<size_t>(n));
  }
}

void write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("cannot write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

// The temporary file of a replacement: removed again unless it became the file.
class Temporary {
 public:
  explicit Temporary(const std::string& path) : name_(path + ".tmp.XXXXXX"), fd_(mkostemp(name_.data(), O_CLOEXEC)) {
    if (fd_.get() < 0) fail("cannot make a file beside", path, errno);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!name_.empty()) unlink(name_.c_str());
  }
  int fd() const { return fd_.get(); }
  void become(const std::string& path) {
    if (rename(name_.c_str(), path.c_str()) != 0) fail("cannot replace", path, errno);
    name_.clear();
  }

 private:
  std::string name_;
  Descriptor fd_;
};

std::optional<pid_t> read_pid(int fd) {
  std::array<char, 32> text{};
  ssize_t n = pread(fd, text.data(), text.size(), 0);
  pid_t pid = 0;
  if (n <= 0 || std::from_chars(text.data(), text.data() + n, pid).ec != std::errc{}) return std::nullopt;
  return pid;
}

}  // namespace

std::optional<std::string> read_file_if_present(const std::string& path, uint64_t max_bytes) {
  Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0 && errno == ENOENT) return std::nullopt;
  if (fd.get() < 0) fail("cannot open", path, errno);
  return read_all(fd.get(), path, max_bytes);
}

std::string read_file(const std::string& path, uint64_t max_bytes) {
  std::optional<std::string> bytes = read_file_if_present(path, max_bytes);
  if (!bytes) fail("cannot open", path, ENOENT);
  return *std::move(bytes);
}

void write_file_durably(const std::string& path, std::string_view bytes) {
  Temporary file(path);
  write_all(file.fd(), bytes, path);
  if (fsync(file.fd()) != 0) fail("cannot sync", path, errno);
  file.become(path);
  sync_folder(folder_of(path));
}

bool remove_file_durably(const std::string& path) {
  if (unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return false;
    fail("cannot remove", path, errno);
  }
  sync_folder(folder_of(path));
  return true;
}

// Each folder's name is on the disk before anything is made in it. So of the folders that are found, only the lowest
// can have been left without by a process that died.
void make_folders(const std::string& path) {
  const std::string parent = folder_of(path);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    if (access(parent.c_str(), R_OK) == 0) sync_folder(parent);
    return;
  }
  if (parent != path) make_folders(parent);
  if (mkdir(path.c_str(), 0700) != 0) {
    const int error = errno;
    if (error != EEXIST || !std::filesystem::is_directory(path, ignored))
      fail("cannot make the folder", path, error == EEXIST ? ENOTDIR : error);
  }
  sync_folder(parent);
}

void sync_file(const std::string& path) {
  Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) fail("cannot open", path, errno);
  if (fsync(fd.get()) != 0) fail("cannot sync", path, errno);
}

void sync_folder(const std::string& path) {
  Descriptor fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) fail("cannot open the folder", path, errno);
  if (fsync(fd.get()) != 0) fail("cannot sync the folder", path, errno);
}

ProcessLock ProcessLock::take(const std::string& path) {
  Descriptor fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (fd.get() < 0) fail("cannot open the lock", path, errno);
  // Who only asks for the holder has it for a moment; whoever works with it has it for longer.
  int tries = 20;
  while (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) fail("cannot lock", path, errno);
    if (--tries > 0) {
      usleep(5'000);
      continue;
    }
    std::optional<pid_t> pid = read_pid(fd.get());
    throw Error(ErrorCode::kConflict, folder_of(path) + " is in use by " +
                                          (pid ? "process " + std::to_string(*pid) : "another process") +
                                          ": stop it first, or talk to it instead");
  }
  // Not synced: after a crash of the machine nobody holds the lock, whatever the file says.
  if (ftruncate(fd.get(), 0) != 0) fail("cannot write the lock", path, errno);
  write_all(fd.get(), std::to_string(getpid()) + "\n", path);
  return ProcessLock(fd.release());
}

std::optional<pid_t> ProcessLock::holder(const std::string& path) {
  Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  // A shared lock for a moment: two who only ask do not see each other as holders.
  if (fd.get() < 0 || flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  return read_pid(fd.get());
}

ProcessLock& ProcessLock::operator=(ProcessLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

ProcessLock::~ProcessLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace custody
