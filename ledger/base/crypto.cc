#include "ledger/base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstring>
#include <new>
#include <utility>

namespace custody {
namespace {

constexpr size_t kSecureHeapBytes = size_t{4} << 20;  // within the 8 MiB that may be locked by default
constexpr size_t kSecureHeapLeast = 32;
constexpr uint64_t kScryptMemoryLimit = uint64_t{1} << 31;

void check(bool good, const char* what) {
  if (!good) throw Error(ErrorCode::kStore, std::string("the cryptographic library refused: ") + what);
}

void need_size(std::string_view bytes, size_t size, const char* what) {
  if (bytes.size() != size) {
    throw Error(ErrorCode::kUsage, std::string(what) + " must have " + std::to_string(size) + " bytes, not " +
                                       std::to_string(bytes.size()));
  }
}

const uint8_t* u8(std::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

int int_size(std::string_view bytes) {
  if (bytes.size() > (size_t{1} << 30)) throw Error(ErrorCode::kUsage, "more than 1 GiB in one piece");
  return static_cast<int>(bytes.size());
}

uint8_t* secure_allocate(size_t size) {
  static const int ready = CRYPTO_secure_malloc_init(kSecureHeapBytes, kSecureHeapLeast);
  void* memory = ready != 0 ? OPENSSL_secure_zalloc(size) : nullptr;
  if (memory == nullptr) memory = OPENSSL_zalloc(size);  // full, or no memory may be locked: still wiped at its end
  if (memory == nullptr) throw std::bad_alloc();
  return static_cast<uint8_t*>(memory);
}

struct Deleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

// Fetched once and contexts kept per thread: both cost more than the cipher on values of a few hundred bytes.
EVP_CIPHER_CTX* cipher_context() {
  thread_local const std::unique_ptr<EVP_CIPHER_CTX, Deleter> context(EVP_CIPHER_CTX_new());
  return context.get();
}

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

void feed_associated(EVP_CIPHER_CTX* context, std::string_view associated) {
  int n = 0;
  if (!associated.empty()) {
    check(EVP_CipherUpdate(context, nullptr, &n, u8(associated), int_size(associated)) == 1, "associated data");
  }
}

// The key stays in the thread's context until the next use would replace it; nobody should find it there.
class CipherUse {
 public:
  CipherUse(std::string_view key, std::string_view nonce, bool seal) : context_(cipher_context()) {
    need_size(key, kAeadKeyBytes, "an AES-256-GCM key");
    need_size(nonce, kAeadNonceBytes, "an AES-256-GCM nonce");
    check(EVP_CipherInit_ex2(context_, aes_256_gcm(), u8(key), u8(nonce), seal ? 1 : 0, nullptr) == 1, "AES-256-GCM");
  }
  CipherUse(const CipherUse&) = delete;
  CipherUse& operator=(const CipherUse&) = delete;
  ~CipherUse() {
    static constexpr std::array<uint8_t, kAeadKeyBytes> kNoKey{};
    EVP_CipherInit_ex2(context_, nullptr, kNoKey.data(), nullptr, -1, nullptr);
  }
  EVP_CIPHER_CTX* get() const { return context_; }

 private:
  EVP_CIPHER_CTX* context_;
};

}  // namespace

Secret::Secret(size_t size_bytes) : data_(size_bytes ? secure_allocate(size_bytes) : nullptr), size_(size_bytes) {}
Secret::Secret(std::string_view bytes) : Secret(bytes.size()) {
  if (size_ > 0) std::memcpy(data_, bytes.data(), size_);
}
Secret Secret::random(size_t size_bytes) {
  Secret secret(size_bytes);
  random_bytes({secret.data_, secret.size_});
  return secret;
}
Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}
Secret::~Secret() {
  if (data_ != nullptr) OPENSSL_secure_clear_free(data_, size_);
}

void random_bytes(std::span<uint8_t> out) {
  if (out.empty()) return;
  check(out.size() < (size_t{1} << 30) && RAND_priv_bytes(out.data(), static_cast<int>(out.size())) == 1,
        "random bytes");
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

void wipe(std::string& bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

void wipe(std::span<uint8_t> bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

void Ed25519PrivateKey::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

Ed25519PrivateKey::Ed25519PrivateKey(Secret seed, std::unique_ptr<evp_pkey_st, Free> key,
                                     const Ed25519PublicKey& public_key)
    : seed_(std::move(seed)), key_(std::move(key)), public_key_(public_key) {}
Ed25519PrivateKey::Ed25519PrivateKey(Ed25519PrivateKey&&) noexcept = default;
Ed25519PrivateKey& Ed25519PrivateKey::operator=(Ed25519PrivateKey&&) noexcept = default;
Ed25519PrivateKey::~Ed25519PrivateKey() = default;

Ed25519PrivateKey Ed25519PrivateKey::generate() {
  return from_seed(Secret::random(32).view());
}

Ed25519PrivateKey Ed25519PrivateKey::from_seed(std::string_view seed) {
  need_size(seed, 32, "an Ed25519 seed");
  std::unique_ptr<evp_pkey_st, Free> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, u8(seed), seed.size()));
  check(key != nullptr, "Ed25519 private key");
  Ed25519PublicKey public_key{};
  size_t size = public_key.size();
  check(EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) == 1 && size == 32, "Ed25519 public key");
  return {Secret(seed), std::move(key), public_key};
}

Ed25519Signature Ed25519PrivateKey::sign(std::string_view message) const {
  const std::unique_ptr<EVP_MD_CTX, Deleter> context(EVP_MD_CTX_new());
  Ed25519Signature signature{};
  size_t size = signature.size();
  check(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
            EVP_DigestSign(context.get(), signature.data(), &size, u8(message), message.size()) == 1 &&
            size == signature.size(),
        "Ed25519 signature");
  return signature;
}

bool ed25519_verify(const Ed25519PublicKey& key, std::string_view message, const Ed25519Signature& signature) {
  const std::unique_ptr<EVP_PKEY, Deleter> pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const std::unique_ptr<EVP_MD_CTX, Deleter> context(EVP_MD_CTX_new());
  return pkey && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), u8(message), message.size()) == 1;
}

std::string aead_seal(std::string_view key, std::string_view nonce, std::string_view associated,
                      std::string_view plaintext) {
  const CipherUse use(key, nonce, true);
  feed_associated(use.get(), associated);
  std::string sealed(plaintext.size() + kAeadTagBytes, '\0');
  auto* out = reinterpret_cast<uint8_t*>(sealed.data());
  int n = 0;
  if (!plaintext.empty()) {
    check(EVP_CipherUpdate(use.get(), out, &n, u8(plaintext), int_size(plaintext)) == 1, "AES-256-GCM encryption");
  }
  check(EVP_CipherFinal_ex(use.get(), out + n, &n) == 1 &&
            EVP_CIPHER_CTX_ctrl(use.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagBytes, out + plaintext.size()) == 1,
        "AES-256-GCM tag");
  return sealed;
}

std::optional<std::string> aead_open(std::string_view key, std::string_view nonce, std::string_view associated,
                                     std::string_view sealed) {
  const CipherUse use(key, nonce, false);
  if (sealed.size() < kAeadTagBytes) return std::nullopt;
  std::string_view text = sealed.substr(0, sealed.size() - kAeadTagBytes);
  ByteArray<kAeadTagBytes> tag = array_of<kAeadTagBytes>(sealed.substr(text.size()));
  feed_associated(use.get(), associated);
  std::string plaintext(text.size() + kAeadTagBytes, '\0');
  auto* out = reinterpret_cast<uint8_t*>(plaintext.data());
  int n = 0;
  if (!text.empty())
    check(EVP_CipherUpdate(use.get(), out, &n, u8(text), int_size(text)) == 1, "AES-256-GCM decryption");
  check(EVP_CIPHER_CTX_ctrl(use.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagBytes, tag.data()) == 1, "AES-256-GCM tag");
  if (EVP_CipherFinal_ex(use.get(), out + n, &n) != 1) {
    wipe(plaintext);  // unauthenticated bytes leave no trace
    return std::nullopt;
  }
  plaintext.resize(text.size());
  return plaintext;
}

Secret scrypt(std::string_view passphrase, std::string_view salt, const ScryptCost& cost, size_t size_bytes) {
  Secret key(size_bytes);
  if (EVP_PBE_scrypt(passphrase.data(), passphrase.size(), u8(salt), salt.size(), cost.n, cost.r, cost.p,
                     kScryptMemoryLimit, key.data(), key.size()) != 1) {
    throw Error(ErrorCode::kUsage, "scrypt cannot be computed with n=" + std::to_string(cost.n) +
                                       " r=" + std::to_string(cost.r) + " p=" + std::to_string(cost.p) +
                                       ": n must be a power of two, and memory at most 2 GiB");
  }
  return key;
}

}  // namespace custody
