// fault_worker work ROOT SEED EVENTS PIPE KILL_AT HALF TRACE_FILE   submits; the recording is appended; "-" = none
// fault_worker judge ROOT SEED EVENTS PROMISES_FILE                  exit 0, or 1 with the complaint
// fault_worker full ROOT SEED                                        the same
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>

#include "ledger/base/file.h"
#include "tests/fault/worker/calls.h"
#include "tests/fault/worker/script.h"

int main(int argc, char** argv) {
  using namespace custody::fault;
  alarm(120);  // one that hangs is a failure too
  try {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "work" && argc == 9) {
      CallsConfig config;
      config.root = argv[2];
      config.kill_at = std::stoull(argv[6]);
      config.half = std::stoi(argv[7]) != 0;
      if (std::string(argv[8]) != "-") config.trace = open(argv[8], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      watch_calls(config);
      return work(argv[2], std::stoull(argv[3]), std::stoull(argv[4]), std::stoi(argv[5]));
    }
    if (what == "judge" && argc == 6) {
      const std::string wrong =
          judge(argv[2], std::stoull(argv[3]), std::stoull(argv[4]), custody::read_file(argv[5], uint64_t{1} << 30));
      if (!wrong.empty()) printf("%s\n", wrong.c_str());
      return wrong.empty() ? 0 : 1;
    }
    if (what == "full" && argc == 4) {
      const std::string wrong = run_full(argv[2], std::stoull(argv[3]));
      if (!wrong.empty()) printf("%s\n", wrong.c_str());
      return wrong.empty() ? 0 : 1;
    }
    fprintf(stderr, "fault_worker work|judge|full ...\n");
    return 2;
  } catch (const std::exception& error) {
    printf("%s\n", error.what());
    return 1;
  }
}
