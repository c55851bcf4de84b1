#include "tests/fault/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <thread>

namespace custody::fault {
namespace {

constexpr int kPipe = 3;  // where a child finds the pipe to its parent

// What the child wrote into its pipe (and, for `as_output`, to its standard output) is appended to `output`.
int run(std::vector<std::string> words, bool as_output, std::string& output) {
  int ends[2];
  // Close-on-exec: a child that held another child's pipe open would keep its reader waiting.
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], as_output ? STDOUT_FILENO : kPipe);
  words.insert(words.begin(), FAULT_WORKER);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawn(&child, FAULT_WORKER, &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) throw std::runtime_error("cannot run " FAULT_WORKER);
  char buffer[65536];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) output.append(buffer, static_cast<size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

std::string complaint(int status, const std::string& output) {
  if (WIFSIGNALED(status)) return "died of signal " + std::to_string(WTERMSIG(status)) + " " + output;
  if (WEXITSTATUS(status) == 0) return "";
  return output.empty() ? "failed without a word" : output;
}

}  // namespace

WorkerRun run_worker(const std::string& root, uint64_t seed, const Kill& kill, const std::string& trace) {
  WorkerRun result;
  const int status = run({"work", root, std::to_string(seed), std::to_string(kEvents), std::to_string(kPipe),
                          std::to_string(kill.at), kill.half ? "1" : "0", trace},
                         false, result.promises);
  result.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (const size_t at = result.promises.find("calls "); at != std::string::npos)
    result.calls = std::stoull(result.promises.substr(at + 6));
  return result;
}

std::string run_judge(const std::string& root, uint64_t seed, const std::string& promises) {
  const std::string file = root + ".promises";
  std::ofstream(file) << promises;
  std::string output;
  const int status = run({"judge", root, std::to_string(seed), std::to_string(kEvents), file}, true, output);
  unlink(file.c_str());
  return complaint(status, output);
}

FullRun run_full(const std::string& root, uint64_t seed) {
  FullRun result;
  const int status = run({"full", root, std::to_string(seed)}, true, result.text);
  result.well = complaint(status, result.text).empty();
  result.skipped = result.text.starts_with("skipped: ");
  if (!result.well && !result.skipped) result.text = complaint(status, result.text);
  return result;
}

void in_parallel(size_t jobs, const std::function<bool(size_t)>& job) {
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min<size_t>(jobs, 4 * std::max(1U, std::thread::hardware_concurrency())); ++i)
    threads.emplace_back([&] {
      for (size_t at = next++; at < jobs; at = next++)
        if (!job(at)) next = jobs;
    });
  for (std::thread& thread : threads) thread.join();
}

bool run_all() {
  const char* mode = std::getenv("CUSTODY_LONG");
  return mode != nullptr && std::string(mode) == "1";
}

uint64_t seed() {
  static const uint64_t value = [] {
    const char* given = std::getenv("CUSTODY_SEED");
    const uint64_t chosen = given != nullptr ? std::stoull(given) : std::random_device{}();
    std::cout << "seed " << chosen << " (CUSTODY_SEED repeats it)\n";
    return chosen;
  }();
  return value;
}

}  // namespace custody::fault
