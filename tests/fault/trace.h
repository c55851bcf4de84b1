// What a worker did to its disk, in order: the lines of a recording, written by the worker's system calls
// (worker/calls.cc) and read by the disk that is rebuilt from it (disk.h).
//
//   u8 kind, u32 path bytes, path, u32 second path bytes, second path, u64 offset, u32 data bytes, data
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace custody::fault {

enum class Step : uint8_t {
  kWrite,      // data at offset; not on the disk before the next sync of the file
  kSyncWrite,  // the same through a descriptor that syncs each write
  kTruncate,   // to offset
  kSync,       // of a file or a folder
  kMkdir,
  kRename,  // path to second
  kLink,    // second is another name of path
  kUnlink,
  kPromise,  // data: a line of what the worker promised to its parent
};

struct TraceStep {
  Step step = Step::kWrite;
  std::string path;
  std::string second;
  uint64_t offset = 0;
  std::string data;
};

std::string encode(const TraceStep& step);
std::vector<TraceStep> read_trace(const std::string& file);

}  // namespace custody::fault
