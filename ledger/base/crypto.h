// Signatures, message authentication, key derivation and encryption, on OpenSSL 3. Nothing here is of our own making:
// each function names its standard. Keys, nonces and digests are raw bytes. Misuse (a key of the wrong length) throws
// Error kUsage; a refusal of the library itself kStore; "does not verify" and "does not open" are values, since they
// are what an attacker can bring about.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/base/bytes.h"
#include "ledger/base/hash.h"

struct evp_pkey_st;

namespace custody {

// Key material: kept in OpenSSL's secure heap (not swapped, not in core dumps, as far as RLIMIT_MEMLOCK allows; the
// ordinary heap after that), overwritten when it goes. It is moved, never copied unseen.
class Secret {
 public:
  Secret() = default;
  explicit Secret(size_t size_bytes);  // zeros
  explicit Secret(std::string_view bytes);
  static Secret random(size_t size_bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  Secret copy() const { return Secret(view()); }
  uint8_t* data() { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// From the operating system's generator, reseeded after fork. Throws where there is no randomness to be had.
void random_bytes(std::span<uint8_t> out);
template <size_t N>
ByteArray<N> random_array() {
  ByteArray<N> out;
  random_bytes(out);
  return out;
}

// In a time that depends on the lengths alone.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Overwrites what the optimiser would leave in place.
void wipe(std::string& bytes);
void wipe(std::span<uint8_t> bytes);

// --- Ed25519 (RFC 8032 §5.1, pure)
// ---------------------------------------------------------------------------------------------
using Ed25519PublicKey = ByteArray<32>;
using Ed25519Signature = ByteArray<64>;

// Something that signs under a public key, wherever the private one is kept. Error kUnavailable or kStore where it
// cannot sign now. From any thread.
class SigningKey {
 public:
  virtual ~SigningKey() = default;
  virtual const Ed25519PublicKey& public_key() const = 0;
  virtual Ed25519Signature sign(std::string_view message) const = 0;
};

class Ed25519PrivateKey final : public SigningKey {
 public:
  static Ed25519PrivateKey generate();
  static Ed25519PrivateKey from_seed(std::string_view seed);  // the 32 bytes that RFC 8032 calls the private key
  Ed25519PrivateKey(Ed25519PrivateKey&&) noexcept;
  Ed25519PrivateKey& operator=(Ed25519PrivateKey&&) noexcept;
  ~Ed25519PrivateKey() override;
  const Ed25519PublicKey& public_key() const override { return public_key_; }
  const Secret& seed() const { return seed_; }
  Ed25519Signature sign(std::string_view message) const override;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  Ed25519PrivateKey(Secret seed, std::unique_ptr<evp_pkey_st, Free> key, const Ed25519PublicKey& public_key);
  Secret seed_;
  std::unique_ptr<evp_pkey_st, Free> key_;
  Ed25519PublicKey public_key_;
};

// False for a wrong signature as for bytes that are no key.
bool ed25519_verify(const Ed25519PublicKey& key, std::string_view message, const Ed25519Signature& signature);

// --- HMAC-SHA256 (RFC 2104), HKDF-SHA256 (RFC 5869)
// -----------------------------------------------------------------------------
Digest hmac_sha256(std::string_view key, std::string_view message);
Digest hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts);

// HKDF in one, 32 bytes out: what a data key is asked for. Without a salt pass "".
Digest hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info);
// The two halves, for many keys from one secret: extract once, expand for each info (to `size_bytes` ≤ 8,160).
Digest hkdf_extract(std::string_view salt, std::string_view key);
Digest hkdf_expand(const Digest& pseudorandom_key, std::string_view info);
Secret hkdf_expand(const Digest& pseudorandom_key, std::string_view info, size_t size_bytes);

// --- AES-256-GCM (NIST SP 800-38D)
// ----------------------------------------------------------------------------------------------- Key 32 bytes, nonce
// 12, never the same pair twice. Sealed = ciphertext ‖ 16-byte tag.
inline constexpr size_t kAeadKeyBytes = 32;
inline constexpr size_t kAeadNonceBytes = 12;
inline constexpr size_t kAeadTagBytes = 16;
std::string aead_seal(std::string_view key, std::string_view nonce, std::string_view associated,
                      std::string_view plaintext);
// nullopt where anything was altered, or the key is another.
std::optional<std::string> aead_open(std::string_view key, std::string_view nonce, std::string_view associated,
                                     std::string_view sealed);

// --- scrypt (RFC 7914)
// --------------------------------------------------------------------------------------------------------------- A key
// from a passphrase. Memory used is 128 · n · r bytes; n a power of two. The default takes 32 MiB and a tenth of a
// second.
struct ScryptCost {
  uint64_t n = 1 << 15;
  uint64_t r = 8;
  uint64_t p = 1;
};
Secret scrypt(std::string_view passphrase, std::string_view salt, const ScryptCost& cost, size_t size_bytes);

}  // namespace custody
