// SHA-256 over the block function's own interface, as HMAC is in hmac.cc and for the same reason: OpenSSL 3's EVP layer
// costs about 30 ns a hash, and an event is hashed a dozen times on its way. The SHA256_* functions use the same
// assembly and hold their state on the stack; they are marked deprecated in favour of EVP, not unsafe.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "ledger/base/hash.h"

#include <openssl/sha.h>

namespace custody {
namespace {

void feed(SHA256_CTX& context, std::string_view bytes) {
  SHA256_Update(&context, bytes.data(), bytes.size());
}

Digest end(SHA256_CTX& context) {
  Digest out;
  SHA256_Final(out.data(), &context);
  return out;
}

}  // namespace

Digest sha256(std::string_view bytes) {
  return sha256({bytes});
}

Digest sha256(std::initializer_list<std::string_view> parts) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (std::string_view part : parts) feed(context, part);
  return end(context);
}

Digest leaf_hash(std::string_view leaf) {
  return sha256({std::string_view("\0", 1), leaf});
}

Digest node_hash(const Digest& left, const Digest& right) {
  return sha256({std::string_view("\1", 1), view_of(left), view_of(right)});
}

struct Sha256::Context {
  SHA256_CTX sha;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  SHA256_Init(&context_->sha);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  feed(context_->sha, bytes);
}

Digest Sha256::finish() {
  const Digest out = end(context_->sha);
  SHA256_Init(&context_->sha);
  return out;
}

}  // namespace custody
