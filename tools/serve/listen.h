// Where a service listens, as a flag says it.
#pragma once

#include <cstdint>
#include <string>

namespace custody {

struct ListenAddress {
  std::string host;  // an IP address, without brackets
  uint16_t port = 0;
};

// IP:PORT, [IPv6]:PORT, localhost:PORT. Error kUsage for anything else.
ListenAddress parse_listen(const std::string& listen);

}  // namespace custody
