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
  for (const auto& [name, values] : call.options) {
    words.push_back(name);
    if (!values.back().empty()) words.push_back(values.back());
  }
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  if (errno == ENOENT)
    throw Error(ErrorCode::kNotFound,
                "there is no " + program + ": it is built by `ninja -C build/release custody-bench`");
  throw Error(ErrorCode::kUnavailable, "cannot run " + program + ": " + std::strerror(errno));
}

}  // namespace

Command bench_command() {
  return {
      "bench",
      "[NAME ...]",
      "measure this machine: each figure beside a baseline of the same run",
      "Without a name: what there is to measure; `all` runs everything (what is about Kafka only with --kafka, a\n"
      "broker started for this: its topics stay). `make-ledger DIR --events N` makes a large ledger to try things on.\n"
      "Run it on an idle machine; docs/PERFORMANCE.md has figures and says what they mean.\n",
      {{"--smoke", "", "tiny and quick: shows that it runs, says nothing of speed"},
       {"--rounds", "N", "turns of each side"},
       {"--events", "N", "instead of each benchmark's own number"},
       {"--folder", "DIR", "where temporary folders are made (default $TMPDIR, else /tmp)"}},
      run};
}

}  // namespace custody
