// These functions stand before the C library's of the same name, for this program and the libraries it uses. They call
// the kernel directly.
#include "tests/fault/worker/calls.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <vector>

#include "tests/fault/trace.h"

namespace custody::fault {
namespace {

constexpr size_t kSectorBytes = 512;  // what a disk writes whole or not at all

struct Watch {
  std::mutex mutex;  // one call at a time: the recording's order is the disk's
  CallsConfig config;
  uint64_t calls = 0;
};
// Never destroyed: libraries write until the very end.
Watch& watch() {
  static Watch* const kWatch = new Watch;
  return *kWatch;
}

// Path below the root, "" for the root itself; nothing for what is elsewhere or locks only.
std::optional<std::string> below_root(const std::string& path) {
  const std::string& root = watch().config.root;
  if (root.empty() || !path.starts_with(root)) return std::nullopt;
  if (path.size() > root.size() && path[root.size()] != '/') return std::nullopt;
  if (path.ends_with("/lock") || path.ends_with("/lock.mdb") || path.ends_with(" (deleted)")) return std::nullopt;
  return path.size() == root.size() ? "" : path.substr(root.size() + 1);
}

std::optional<std::string> path_of(int fd) {
  char target[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = syscall(SYS_readlink, link.c_str(), target, sizeof target);
  return size <= 0 ? std::nullopt : below_root({target, static_cast<size_t>(size)});
}

std::optional<std::string> path_at(int folder, const char* name) {
  if (name[0] == '/' || folder == AT_FDCWD) return below_root(name);
  const auto parent = path_of(folder);
  return parent ? std::optional(*parent + "/" + name) : std::nullopt;
}

void die() {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

// Counts a call; true where it is the last one.
bool is_last() {
  return ++watch().calls == watch().config.kill_at;
}

void record(const TraceStep& step) {
  if (watch().config.trace < 0) return;
  const std::string bytes = encode(step);
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t n = syscall(SYS_write, watch().config.trace, bytes.data() + at, bytes.size() - at);
    if (n <= 0) die();
    at += static_cast<size_t>(n);
  }
}

ssize_t put(int fd, const char* bytes, size_t size, std::optional<off_t> offset) {
  if (offset) return syscall(SYS_pwrite64, fd, bytes, size, *offset);
  return syscall(SYS_write, fd, bytes, size);
}

ssize_t written(int fd, const char* bytes, size_t size, std::optional<off_t> offset) {
  const auto path = path_of(fd);
  if (!path) return put(fd, bytes, size, offset);
  const std::lock_guard lock(watch().mutex);
  const off_t at = offset ? *offset : lseek(fd, 0, SEEK_CUR);
  if (is_last()) {
    if (watch().config.half) put(fd, bytes, size / 2 / kSectorBytes * kSectorBytes, offset);
    die();
  }
  const ssize_t n = put(fd, bytes, size, offset);
  const bool synced = (fcntl(fd, F_GETFL) & (O_DSYNC | O_SYNC)) != 0;
  if (n > 0)
    record({synced ? Step::kSyncWrite : Step::kWrite, *path, "", static_cast<uint64_t>(at),
            std::string(bytes, static_cast<size_t>(n))});
  return n;
}

ssize_t written(int fd, const iovec* parts, int count, std::optional<off_t> offset) {
  std::string all;
  for (int i = 0; i < count; ++i) all.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return written(fd, all.data(), all.size(), offset);
}

int synced(int fd, long number) {
  const auto path = path_of(fd);
  if (!path) return static_cast<int>(syscall(number, fd));
  const std::lock_guard lock(watch().mutex);
  if (is_last()) die();
  // Not done: a kill keeps the page cache, and what a power cut keeps is decided from the recording.
  record({Step::kSync, *path, "", 0, ""});
  return 0;
}

int truncated(int fd, off_t size) {
  const auto path = path_of(fd);
  if (!path) return static_cast<int>(syscall(SYS_ftruncate, fd, size));
  const std::lock_guard lock(watch().mutex);
  if (is_last()) die();
  const long rc = syscall(SYS_ftruncate, fd, size);
  if (rc == 0) record({Step::kTruncate, *path, "", static_cast<uint64_t>(size), ""});
  return static_cast<int>(rc);
}

// A change of names: counted, done, recorded.
template <class Call>
int named(Step step, const std::optional<std::string>& path, const std::string& second, const Call& call) {
  if (!path) return static_cast<int>(call());
  const std::lock_guard lock(watch().mutex);
  if (is_last()) die();
  const long rc = call();
  if (rc == 0) record({step, *path, second, 0, ""});
  return static_cast<int>(rc);
}

}  // namespace

void watch_calls(const CallsConfig& config) {
  const std::lock_guard lock(watch().mutex);
  watch().config = config;
}

uint64_t calls_so_far() {
  const std::lock_guard lock(watch().mutex);
  return watch().calls;
}

void promise(int pipe, const std::string& line) {
  const std::lock_guard lock(watch().mutex);
  record({Step::kPromise, "", "", 0, line});
  const std::string text = line + "\n";  // below PIPE_BUF: whole or not at all
  if (syscall(SYS_write, pipe, text.data(), text.size()) != static_cast<long>(text.size())) die();
}

}  // namespace custody::fault

using custody::fault::below_root;
using custody::fault::named;
using custody::fault::path_at;
using custody::fault::Step;
using custody::fault::synced;
using custody::fault::truncated;
using custody::fault::written;

extern "C" {
ssize_t write(int fd, const void* bytes, size_t size) {
  return written(fd, static_cast<const char*>(bytes), size, std::nullopt);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return written(fd, static_cast<const char*>(bytes), size, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  return written(fd, static_cast<const char*>(bytes), size, at);
}
ssize_t writev(int fd, const iovec* parts, int count) {
  return written(fd, parts, count, std::nullopt);
}
ssize_t pwritev(int fd, const iovec* parts, int count, off_t at) {
  return written(fd, parts, count, at);
}
ssize_t pwritev64(int fd, const iovec* parts, int count, off64_t at) {
  return written(fd, parts, count, at);
}
int fsync(int fd) {
  return synced(fd, SYS_fsync);
}
int fdatasync(int fd) {
  return synced(fd, SYS_fdatasync);
}
int ftruncate(int fd, off_t size) noexcept {
  return truncated(fd, size);
}
int ftruncate64(int fd, off64_t size) noexcept {
  return truncated(fd, size);
}
int mkdir(const char* path, mode_t mode) noexcept {
  return named(Step::kMkdir, below_root(path), "", [&] { return syscall(SYS_mkdir, path, mode); });
}
int rename(const char* from, const char* to) noexcept {
  return named(Step::kRename, below_root(from), below_root(to).value_or(""),
               [&] { return syscall(SYS_rename, from, to); });
}
int link(const char* from, const char* to) noexcept {
  return named(Step::kLink, below_root(from), below_root(to).value_or(""), [&] { return syscall(SYS_link, from, to); });
}
int unlink(const char* path) noexcept {
  return named(Step::kUnlink, below_root(path), "", [&] { return syscall(SYS_unlink, path); });
}
int unlinkat(int folder, const char* path, int flags) noexcept {
  return named(Step::kUnlink, path_at(folder, path), "", [&] { return syscall(SYS_unlinkat, folder, path, flags); });
}
int rmdir(const char* path) noexcept {
  return named(Step::kUnlink, below_root(path), "", [&] { return syscall(SYS_rmdir, path); });
}
}
