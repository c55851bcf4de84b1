// Small files that must survive a power cut, and the lock that keeps a folder to one process.
//
// "Durable" here: after the function returned, the new content is found after a crash of the process or of the machine,
// as far as the disk keeps what it acknowledged to fsync(2). A crash in between leaves the old content or the new one,
// never a mixture. Every file is made with mode 0600 and every folder with 0700: a ledger's data is nobody else's
// business.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace custody {

// The whole content. Error kNotFound where there is no such file, kStore where it is larger than max_bytes or cannot be
// read.
std::string read_file(const std::string& path, uint64_t max_bytes);

// As read_file, but an absent file is no error.
std::optional<std::string> read_file_if_present(const std::string& path, uint64_t max_bytes);

// Replaces (or makes) the file in one step: temporary file beside it, fsync, rename, fsync of the folder.
// Error kUnavailable where the disk is full, kStore otherwise; the old content is then untouched.
void write_file_durably(const std::string& path, std::string_view bytes);

// Removes the file and makes the removal durable; false where there was none.
bool remove_file_durably(const std::string& path);

// Makes the folder and its missing parents, each entry synced, also of a folder that another process made and may have
// died before syncing. Folders that exist keep their mode.
void make_folders(const std::string& path);

// Makes durable what another hand wrote into the file.
void sync_file(const std::string& path);

// Makes durable which names the folder holds.
void sync_folder(const std::string& path);

// An exclusive lock on a folder, held as long as the object lives, given back by the kernel however the process ends.
// It works between objects of one process as well. It is advisory, and over network file systems only as good as their
// flock(2).
class ProcessLock {
 public:
  // Takes the lock file (made if missing) and writes this process's id into it.
  // Error kConflict where somebody holds it: the message names the other's process id.
  static ProcessLock take(const std::string& path);

  // The id of the process that holds the lock at this moment, if one does. Never waits and never takes the lock for
  // long.
  static std::optional<pid_t> holder(const std::string& path);

  ProcessLock(ProcessLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  ProcessLock& operator=(ProcessLock&& other) noexcept;
  ProcessLock(const ProcessLock&) = delete;
  ProcessLock& operator=(const ProcessLock&) = delete;
  ~ProcessLock();

 private:
  explicit ProcessLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace custody
