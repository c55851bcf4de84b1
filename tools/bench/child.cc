// Processes and their memory, and the few lines of HTTP that a measurement needs.
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "tools/bench/running.h"

namespace custody {
namespace {

uint64_t kib_of(const std::string& line) {
  return std::strtoull(line.c_str() + line.find(':') + 1, nullptr, 10) * 1024;
}

}  // namespace

Child::Child(const std::string& program, const std::vector<std::string>& words) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorCode::kUnavailable, "no pipe");
  std::vector<std::string> all{program};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> pointers;
  for (std::string& word : all) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  // Spawned, not forked: until it runs its own program a forked child would count as large as this one.
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const int failed = posix_spawn(&pid_, program.c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  out_ = ends[0];
  if (failed != 0) {
    close(out_);
    throw Error(ErrorCode::kUnavailable, "cannot start " + program);
  }
}

Child::~Child() {
  if (running()) {
    kill(pid_, SIGKILL);
    wait();
  }
  close(out_);
}

std::string Child::read_line() {
  std::string line;
  for (char c = 0; read(out_, &c, 1) == 1 && c != '\n';) line.push_back(c);
  return line;
}

bool Child::running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == 0) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  pid_ = -1;
  return false;
}

int Child::wait() {
  if (pid_ < 0) return status_;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void Child::terminate() {
  if (pid_ > 0) kill(pid_, SIGTERM);
  wait();
}

double Child::cpu_seconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string word;
  double ticks = 0;
  for (int i = 3; fields >> word; ++i)
    if (i == 14 || i == 15) ticks += std::strtod(word.c_str(), nullptr);
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Memory Child::memory() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/smaps_rollup");
  Memory memory;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Rss:")) memory.resident_bytes = kib_of(line);
    if (line.starts_with("Anonymous:")) memory.anonymous_bytes = kib_of(line);
  }
  return memory;
}

Memory Child::watch_to_end() {
  Memory most;
  while (running()) {
    const Memory now = memory();
    most.resident_bytes = std::max(most.resident_bytes, now.resident_bytes);
    most.anonymous_bytes = std::max(most.anonymous_bytes, now.anonymous_bytes);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return most;
}

Service::Service(const std::string& program, const std::string& data)
    : child_(program, {"serve", "--data", data, "--keys", data + ".keys", "--listen", "127.0.0.1:0"}) {
  const std::string line = child_.read_line();
  if (!line.starts_with("listening http://")) throw Error(ErrorCode::kUnavailable, program + " serve did not start");
  url_ = line.substr(line.find("http://"));
  port_ = static_cast<uint16_t>(std::strtoul(url_.c_str() + url_.rfind(':') + 1, nullptr, 10));
}

bool Service::ready() const {
  return http_get(port_, "/readyz").starts_with("HTTP/1.1 200");
}

void Service::wait_ready() {
  while (!ready()) {
    if (!child_.running()) throw Error(ErrorCode::kUnavailable, "the service ended");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

std::string http_exchange(uint16_t port, const std::string& request) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    for (size_t sent = 0; sent < request.size();) {
      const ssize_t n = send(fd, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<size_t>(n);
    }
    char piece[65536];
    for (ssize_t n = 0; (n = recv(fd, piece, sizeof piece, 0)) > 0;) answer.append(piece, static_cast<size_t>(n));
  }
  close(fd);
  if (answer.empty()) throw Error(ErrorCode::kUnavailable, "no answer on port " + std::to_string(port));
  return answer;
}

bool views_at_end(uint16_t port) {
  return http_get(port, "/v1/status").find("\"projector_lag\":0,") != std::string::npos;
}

std::string http_get(uint16_t port, const std::string& target) {
  return http_exchange(port, "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
}

std::string http_post(uint16_t port, const std::string& target, const std::string& type, const std::string& body) {
  return http_exchange(port, "POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: " +
                                 type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

}  // namespace custody
