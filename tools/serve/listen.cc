#include "tools/serve/listen.h"

#include <boost/asio/ip/address.hpp>

#include "ledger/base/error.h"
#include "ledger/base/ids.h"

namespace custody {

ListenAddress parse_listen(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  constexpr uint64_t kNone = UINT64_MAX;
  const uint64_t port =
      colon == std::string::npos ? kNone : parse_u64(std::string_view(listen).substr(colon + 1)).value_or(kNone);
  std::string host = listen.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code failed;
  const auto address = boost::asio::ip::make_address(host, failed);
  if (port > 65'535 || failed || address.is_v6() != bracketed)
    throw Error(ErrorCode::kUsage, "listen on IP:PORT or [IPv6]:PORT, not on '" + listen + "'");
  return {host, static_cast<uint16_t>(port)};
}

}  // namespace custody
