#include "ledger/base/hash.h"

#include <openssl/evp.h>

namespace custody {
namespace {

// Fetched once: an implicit fetch on every call costs more than hashing a record.
const EVP_MD* sha256_method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}

void check(int result) {
  if (result != 1) throw Error(ErrorCode::kStore, "the cryptographic library refused to compute SHA-256");
}

void start(EVP_MD_CTX* context) {
  check(EVP_DigestInit_ex2(context, sha256_method(), nullptr));
}
void feed(EVP_MD_CTX* context, std::string_view bytes) {
  check(EVP_DigestUpdate(context, bytes.data(), bytes.size()));
}
Digest end(EVP_MD_CTX* context) {
  Digest out;
  check(EVP_DigestFinal_ex(context, out.data(), nullptr));
  return out;
}

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

EVP_MD_CTX* thread_context() {
  thread_local const ContextPtr context(EVP_MD_CTX_new());
  return context.get();
}

}  // namespace

Digest sha256(std::string_view bytes) {
  return sha256({bytes});
}

Digest sha256(std::initializer_list<std::string_view> parts) {
  EVP_MD_CTX* context = thread_context();
  start(context);
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
  ContextPtr digest{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  start(context_->digest.get());
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  feed(context_->digest.get(), bytes);
}

Digest Sha256::finish() {
  const Digest out = end(context_->digest.get());
  start(context_->digest.get());
  return out;
}

}  // namespace custody
