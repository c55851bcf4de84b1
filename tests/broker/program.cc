#include "tests/broker/program.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/unit/base/temp_folder.h"

extern char** environ;

namespace custody {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

pid_t spawn(const Words& words, int in, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  Words copy = Words{CUSTODY_BINARY} + words;
  std::vector<char*> arguments;
  for (std::string& word : copy) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, CUSTODY_BINARY, &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot run " CUSTODY_BINARY);
  return pid;
}

int status_of(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int open_file(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot open " + path);
  return file;
}

}  // namespace

Words operator+(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

ProgramRun custody(const Words& words, const std::string& input) {
  const TempFolder folder;
  std::ofstream(folder / "in") << input;
  const int in = open_file(folder / "in", O_RDONLY);
  const int out = open_file(folder / "out", O_CREAT | O_WRONLY);
  const int err = open_file(folder / "err", O_CREAT | O_WRONLY);
  const pid_t pid = spawn(words, in, out, err);
  for (const int file : {in, out, err}) close(file);
  const int status = status_of(pid);
  return {status, text_of(folder / "out"), text_of(folder / "err")};
}

Words kafka_flags(const KafkaLogConfig& config) {
  Words flags{"--kafka", config.connection.bootstrap, "--ledger", config.ledger};
  if (config.single_broker) flags.push_back("--single-broker");
  return flags;
}

Service::Service(const Words& flags) {
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const int none = open_file("/dev/null", O_RDONLY);
  pid_ = spawn(Words{"serve", "--listen", "127.0.0.1:0"} + flags, none, pipe[1], STDERR_FILENO);
  close(none);
  close(pipe[1]);
  out_ = pipe[0];
  std::string line;
  char c = 0;
  while (read(out_, &c, 1) == 1 && c != '\n') line += c;
  constexpr std::string_view kBegin = "listening ";
  if (!line.starts_with(kBegin)) {
    const int status = wait();
    throw std::runtime_error("custody serve ended with status " + std::to_string(status));
  }
  url_ = line.substr(kBegin.size());
}

Service::~Service() {
  if (pid_ > 0) kill();
  close(out_);
}

void Service::signal(int number) const {
  ::kill(pid_, number);
}

void Service::kill() {
  ::kill(pid_, SIGKILL);
  wait();
}

int Service::end() {
  ::kill(pid_, SIGTERM);
  return wait();
}

bool Service::running() const {
  return pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == 0;
}

int Service::wait() {
  return status_of(std::exchange(pid_, -1));
}

HttpCall::HttpCall(const std::string& url, const std::string& method, const std::string& target,
                   const std::string& type, const std::string& body) {
  const size_t colon = url.rfind(':');
  uint16_t port = 0;
  std::from_chars(url.data() + colon + 1, url.data() + url.size(), port);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{120, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
  std::string text =
      method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nConnection: close\r\n";
  if (!type.empty()) text += "Content-Type: " + type + "\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t n = send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<size_t>(n);
  }
}

HttpCall::~HttpCall() {
  if (socket_ >= 0) close(socket_);
}

HttpAnswer HttpCall::answer() {
  std::string text;
  std::array<char, 65536> piece{};
  for (ssize_t n = 0; (n = recv(socket_, piece.data(), piece.size(), 0)) > 0;)
    text.append(piece.data(), static_cast<size_t>(n));
  HttpAnswer answer;
  const size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos || !text.starts_with("HTTP/1.1 ")) return answer;
  std::from_chars(text.data() + 9, text.data() + 12, answer.status);
  answer.head = text.substr(0, end);
  answer.body = text.substr(end + 4);
  return answer;
}

HttpAnswer http_get(const std::string& url, const std::string& target) {
  return HttpCall(url, "GET", target).answer();
}

}  // namespace custody
