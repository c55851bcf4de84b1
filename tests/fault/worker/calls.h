// The worker's own system calls: every write and sync below its folder goes through here, is counted, can be the last
// one (killed before it, or with half of its bytes written), and can be recorded.
#pragma once

#include <cstdint>
#include <string>

namespace custody::fault {

struct CallsConfig {
  std::string root;      // calls below it count
  uint64_t kill_at = 0;  // the process is killed at this call; 0 = never
  bool half = false;     // a write: after half its bytes
  int trace = -1;        // recording, or -1
};

// Counting begins here.
void watch_calls(const CallsConfig& config);
uint64_t calls_so_far();
// One line to the parent, which keeps it whatever happens to this process; it stands in the recording too.
void promise(int pipe, const std::string& line);

}  // namespace custody::fault
