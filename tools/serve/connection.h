// One client's conversation, on a strand of the io_context: requests one after the other, each within its limits.
#pragma once

#include <functional>
#include <memory>

#include "tools/serve/front.h"

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace custody {

class ClientConnection {
 public:
  virtual ~ClientConnection() = default;
  virtual void start() = 0;
  // From any thread. drain: ends now between two requests, else after the one at hand. abort: ends now.
  virtual void drain() = 0;
  virtual void abort() = 0;
};

// Takes over the accepted socket `fd`. `tls` null = plain. `on_end` is called once, when the connection is gone.
std::shared_ptr<ClientConnection> make_connection(Service& service, boost::asio::io_context& loop,
                                                  boost::asio::ssl::context* tls, int fd, bool ipv6,
                                                  std::function<void()> on_end);

}  // namespace custody
