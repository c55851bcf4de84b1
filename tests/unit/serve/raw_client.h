// A client that writes and reads the bytes of HTTP/1.1 itself, so that a test can say exactly what a hostile one says.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace custody {

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in small letters
  std::string body;                            // chunks joined
  bool whole = false;                          // the end was seen, not merely the connection's
  std::string header(const std::string& name) const {
    const auto at = headers.find(name);
    return at == headers.end() ? "" : at->second;
  }
};

// A read fails the test's expectation after a minute, and is never waited for where nothing is wrong.
class RawClient {
 public:
  // "http://127.0.0.1:8420" or "[::1]".
  explicit RawClient(const std::string& url);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False once the other end has closed.
  bool send(std::string_view bytes);
  void finish_sending();
  // The next answer; status 0 where the connection ended before one. `head`: the answer to HEAD has no body.
  Reply read(bool head = false);
  // The answer's header alone; the body is then read by read_some.
  Reply read_head();
  // What the next read brings; "" at the connection's end.
  std::string read_some();
  // Reads on until `text` has been seen; everything read so far. Ends early where the connection does.
  std::string read_until(std::string_view text);
  // Reads on to the end: true when the other end closed in good order or by a reset, within the minute.
  bool closes();

 private:
  bool fill();
  std::string take(size_t size);
  bool take_line(std::string& line);

  int fd_ = -1;
  std::string buffer_;
};

// A whole request with Host and Connection: keep-alive.
std::string request_text(std::string_view method, std::string_view target, std::string_view body = {},
                         std::string_view more_headers = {});

}  // namespace custody
