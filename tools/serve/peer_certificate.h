// The certificate that the other end of a TLS connection showed.
#pragma once

#include <boost/asio/ssl.hpp>
#include <memory>
#include <optional>

#include "ledger/base/hash.h"

namespace custody {

// SHA-256 of its DER bytes; its key was proved by the handshake. nullopt where none was shown.
inline std::optional<Digest> peer_certificate(SSL* session) {
  const std::unique_ptr<X509, decltype(&X509_free)> found(SSL_get1_peer_certificate(session), &X509_free);
  if (!found) return std::nullopt;
  std::string der(static_cast<size_t>(std::max(i2d_X509(found.get(), nullptr), 0)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(found.get(), &out);
  return sha256(der);
}

}  // namespace custody
