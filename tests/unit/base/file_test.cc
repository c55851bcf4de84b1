#include "ledger/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "ledger/base/error.h"
#include "tests/unit/base/caught_error.h"
#include "tests/unit/base/temp_folder.h"

namespace custody {
namespace {

using testing::HasSubstr;

unsigned mode_of(const std::string& path) {
  struct stat info{};
  EXPECT_EQ(stat(path.c_str(), &info), 0);
  return info.st_mode & 0777;
}

size_t count_entries(const std::string& folder) {
  size_t n = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++n;
  return n;
}

TEST(File, WriteThenReplace) {
  TempFolder folder;
  write_file_durably(folder / "f", "one");
  EXPECT_EQ(read_file(folder / "f", 3), "one");
  EXPECT_EQ(mode_of(folder / "f"), 0600U);
  std::string large(100000, 'x');
  write_file_durably(folder / "f", large);
  EXPECT_EQ(read_file(folder / "f", large.size()), large);
  EXPECT_EQ(count_entries(folder.path()), 1U);
}

TEST(File, ReadBounds) {
  TempFolder folder;
  write_file_durably(folder / "f", "12345");
  CaughtError e = error_of([&] { read_file(folder / "f", 4); });
  EXPECT_EQ(e.code, ErrorCode::kStore);
  EXPECT_THAT(e.text, HasSubstr("larger than the 4 bytes"));
  EXPECT_EQ(error_of([&] { read_file(folder / "none", 4); }).code, ErrorCode::kNotFound);
  EXPECT_EQ(read_file_if_present(folder / "none", 4), std::nullopt);
  EXPECT_TRUE(remove_file_durably(folder / "f"));
  EXPECT_FALSE(remove_file_durably(folder / "f"));
}

// In a child, since the limit cannot be taken back by all.
TEST(File, FullDiskLeavesTheOldContent) {
  TempFolder folder;
  write_file_durably(folder / "f", "old");
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_file_durably(folder / "f", std::string(100000, 'x'));
    } catch (const Error& e) {
      _exit(e.code() == ErrorCode::kUnavailable && std::string(e.what()).starts_with("disk full") ? 0 : 2);
    }
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_file(folder / "f", 10), "old");
  EXPECT_EQ(count_entries(folder.path()), 1U) << "the temporary file was left behind";
}

TEST(File, Folders) {
  TempFolder folder;
  make_folders(folder / "a/b/c");
  EXPECT_EQ(mode_of(folder / "a"), 0700U);
  EXPECT_EQ(mode_of(folder / "a/b/c"), 0700U);
  make_folders(folder / "a/b/c");
  write_file_durably(folder / "file", "");
  EXPECT_EQ(error_of([&] { make_folders(folder / "file"); }).code, ErrorCode::kStore);
  EXPECT_EQ(error_of([&] { make_folders(folder / "file/below"); }).code, ErrorCode::kStore);
  EXPECT_EQ(error_of([&] { sync_folder(folder / "absent"); }).code, ErrorCode::kNotFound);
}

TEST(Lock, SecondHolderIsNamedTheFirst) {
  TempFolder folder;
  {
    ProcessLock lock = ProcessLock::take(folder / "lock");
    CaughtError e = error_of([&] { ProcessLock::take(folder / "lock"); });
    EXPECT_EQ(e.code, ErrorCode::kConflict);
    EXPECT_THAT(e.text, HasSubstr("process " + std::to_string(getpid())));
    EXPECT_EQ(ProcessLock::holder(folder / "lock"), getpid());
    ProcessLock moved = std::move(lock);
    EXPECT_EQ(ProcessLock::holder(folder / "lock"), getpid());
  }
  EXPECT_EQ(ProcessLock::holder(folder / "lock"), std::nullopt);
  ProcessLock again = ProcessLock::take(folder / "lock");
}

TEST(Lock, AKilledHolderLeavesNoLock) {
  TempFolder folder;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  pid_t child = fork();
  if (child == 0) {
    ProcessLock lock = ProcessLock::take(folder / "lock");
    if (write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  CaughtError e = error_of([&] { ProcessLock::take(folder / "lock"); });
  EXPECT_THAT(e.text, HasSubstr("process " + std::to_string(child)));
  EXPECT_EQ(ProcessLock::holder(folder / "lock"), child);
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  close(ready[0]);
  close(ready[1]);
  ProcessLock mine = ProcessLock::take(folder / "lock");
}

TEST(Lock, HolderOfNoFile) {
  TempFolder folder;
  EXPECT_EQ(ProcessLock::holder(folder / "lock"), std::nullopt);
}

}  // namespace
}  // namespace custody
