#include "tests/broker/sealer_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>

extern char** environ;

namespace custody {

SealerProcess::SealerProcess(const KafkaLogConfig& config, const std::string& folder) {
  std::array<int, 2> out{};
  if (pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::array<std::string, 4> words{BROKER_SEALER, config.connection.bootstrap, config.ledger, folder};
  std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  const int failed = posix_spawn(&pid_, BROKER_SEALER, &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  std::array<char, 6> word{};
  const ssize_t n = failed == 0 ? read(out[0], word.data(), word.size()) : 0;
  close(out[0]);
  if (n < 5 || std::memcmp(word.data(), "ready", 5) != 0) {
    if (failed == 0) kill();
    throw std::runtime_error("the sealer did not become ready");
  }
}

SealerProcess::~SealerProcess() {
  if (pid_ > 0) kill();
}

void SealerProcess::signal(int number) const {
  ::kill(pid_, number);
}

void SealerProcess::kill() {
  ::kill(pid_, SIGKILL);
  wait();
}

int SealerProcess::end() {
  ::kill(pid_, SIGTERM);
  return wait();
}

bool SealerProcess::running() const {
  return pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == 0;
}

int SealerProcess::wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace custody
