// custody bench: runs the benchmarks (tools/bench), which are a program of their own.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tools/custody/command.h"

namespace custody {
namespace {

int run(const Invocation& call) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "custody-bench";
  std::vector<std::string> words{program};
  words.insert(words.end(), call.arguments.begin(), call.arguments.end());
  if (const auto brokers = call.value("--kafka")) words.insert(words.end(), {"--kafka", *brokers});
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  throw Error(ErrorCode::kUnavailable, "cannot run " + program + ": " + std::strerror(errno));
}

}  // namespace

Command bench_command() {
  return {"bench", "[NAME ...]", "measure this machine: each figure as a ratio against a baseline of the same run",
          "",      {},           run};
}

}  // namespace custody
