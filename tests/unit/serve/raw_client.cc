#include "tests/unit/serve/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace custody {
namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

size_t number(const std::string& text, int base) {
  size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

int connect_to(const std::string& host, uint16_t port) {
  const bool six = host.starts_with('[');
  const int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval minute{60, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
  int result = -1;
  if (six) {
    sockaddr_in6 at{};
    at.sin6_family = AF_INET6;
    at.sin6_port = htons(port);
    inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &at.sin6_addr);
    result = connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at);
  } else {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    inet_pton(AF_INET, host.c_str(), &at.sin_addr);
    result = connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at);
  }
  if (result != 0) throw std::runtime_error("cannot connect to " + host);
  return fd;
}

}  // namespace

RawClient::RawClient(const std::string& url) {
  const size_t begin = url.find("//") + 2;
  const size_t colon = url.rfind(':');
  fd_ = connect_to(url.substr(begin, colon - begin), static_cast<uint16_t>(number(url.substr(colon + 1), 10)));
}

RawClient::~RawClient() {
  close(fd_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

void RawClient::finish_sending() {
  shutdown(fd_, SHUT_WR);
}

bool RawClient::fill() {
  char piece[16384];
  const ssize_t n = recv(fd_, piece, sizeof piece, 0);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("the service is silent");
  if (n <= 0) return false;
  buffer_.append(piece, static_cast<size_t>(n));
  return true;
}

std::string RawClient::take(size_t size) {
  while (buffer_.size() < size && fill()) {
  }
  std::string out = buffer_.substr(0, size);
  buffer_.erase(0, out.size());
  return out;
}

bool RawClient::take_line(std::string& line) {
  size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos)
    if (!fill()) return false;
  line = take(end);
  take(2);
  return true;
}

Reply RawClient::read_head() {
  Reply reply;
  std::string line;
  if (!take_line(line)) return reply;
  reply.status = static_cast<int>(number(line.substr(line.find(' ') + 1, 3), 10));
  while (take_line(line) && !line.empty()) {
    const size_t colon = line.find(':');
    reply.headers[lower(line.substr(0, colon))] = line.substr(line.find_first_not_of(' ', colon + 1));
  }
  return reply;
}

Reply RawClient::read(bool head) {
  Reply reply = read_head();
  if (reply.status == 0) return reply;
  if (head || reply.status == 304 || reply.status == 100) {
    reply.whole = true;
  } else if (reply.header("transfer-encoding") == "chunked") {
    std::string line;
    while (take_line(line)) {
      const size_t size = number(line, 16);
      reply.body += take(size);
      take(2);
      if (size == 0) {
        reply.whole = true;
        break;
      }
    }
  } else {
    const size_t size = number(reply.header("content-length"), 10);
    reply.body = take(size);
    reply.whole = reply.body.size() == size;
  }
  return reply;
}

std::string RawClient::read_some() {
  if (buffer_.empty()) fill();
  return std::exchange(buffer_, {});
}

std::string RawClient::read_until(std::string_view text) {
  while (buffer_.find(text) == std::string::npos && fill()) {
  }
  return std::exchange(buffer_, {});
}

bool RawClient::closes() {
  while (fill()) buffer_.clear();
  return true;
}

std::string request_text(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view more_headers) {
  std::string out = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  out += more_headers;
  if (!body.empty() || method == "POST") out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + std::string(body);
}

}  // namespace custody
