// The service's own log: JSON lines on standard error. What may stand in them is fixed here, so that no customer's
// number, value, token or query string can: routes are patterns, never the path that was asked for.
#pragma once

#include <cstdint>
#include <string_view>

namespace custody {

struct RequestFacts {
  std::string_view method;
  std::string_view route;
  int status = 0;
  int64_t duration_us = 0;
};

void log_request(const RequestFacts& facts);
// Of the service itself (a socket, a limit), never with words of a client.
void log_warning(std::string_view what);

}  // namespace custody
