// HMAC and HKDF over the block function's own interface. OpenSSL 3's EVP layers (EVP_MAC, EVP_KDF) look up and allocate
// on every call and reach about a tenth of what values need (a salt per field of every event); the plain SHA256_*
// functions use the same assembly and hold their state on the stack. They are marked deprecated in favour of EVP, not
// unsafe.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "ledger/base/crypto.h"

namespace custody {
namespace {

constexpr size_t kBlock = SHA256_CBLOCK;

void feed(SHA256_CTX& context, std::string_view bytes) {
  SHA256_Update(&context, bytes.data(), bytes.size());
}

class Hmac {
 public:
  explicit Hmac(std::string_view key) {
    std::array<uint8_t, kBlock> pad{};
    if (key.size() > kBlock) {
      SHA256(reinterpret_cast<const uint8_t*>(key.data()), key.size(), pad.data());
    } else if (!key.empty()) {
      std::memcpy(pad.data(), key.data(), key.size());
    }
    for (uint8_t& b : pad) b ^= 0x36;
    SHA256_Init(&inner_);
    SHA256_Update(&inner_, pad.data(), pad.size());
    for (uint8_t& b : pad) b ^= 0x36 ^ 0x5c;
    SHA256_Init(&outer_);
    SHA256_Update(&outer_, pad.data(), pad.size());
    OPENSSL_cleanse(pad.data(), pad.size());
  }
  Hmac(const Hmac&) = default;
  Hmac& operator=(const Hmac&) = default;
  ~Hmac() {
    OPENSSL_cleanse(&inner_, sizeof inner_);
    OPENSSL_cleanse(&outer_, sizeof outer_);
  }
  void update(std::string_view bytes) { feed(inner_, bytes); }
  Digest finish() {
    Digest out;
    SHA256_Final(out.data(), &inner_);
    feed(outer_, view_of(out));
    SHA256_Final(out.data(), &outer_);
    return out;
  }

 private:
  SHA256_CTX inner_{};
  SHA256_CTX outer_{};
};

}  // namespace

Digest hmac_sha256(std::string_view key, std::string_view message) {
  return hmac_sha256(key, {message});
}

Digest hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts) {
  Hmac hmac(key);
  for (std::string_view part : parts) hmac.update(part);
  return hmac.finish();
}

Digest hkdf_extract(std::string_view salt, std::string_view key) {
  static const Hmac kNoSalt{std::string_view()};  // RFC 5869 §2.2: zeros, which pad like an empty key
  Hmac hmac = salt.empty() ? kNoSalt : Hmac(salt);
  hmac.update(key);
  return hmac.finish();
}

Digest hkdf_expand(const Digest& pseudorandom_key, std::string_view info) {
  return hmac_sha256(view_of(pseudorandom_key), {info, std::string_view("\1", 1)});
}

Secret hkdf_expand(const Digest& pseudorandom_key, std::string_view info, size_t size_bytes) {
  if (size_bytes > 255 * sizeof(Digest)) throw Error(ErrorCode::kUsage, "HKDF-SHA256 gives at most 8,160 bytes");
  Secret out(size_bytes);
  const Hmac keyed(view_of(pseudorandom_key));
  Digest block{};
  char counter = 0;
  for (size_t done = 0; done < size_bytes; done += block.size()) {
    Hmac hmac = keyed;
    if (done > 0) hmac.update(view_of(block));
    hmac.update(info);
    ++counter;
    hmac.update({&counter, 1});
    block = hmac.finish();
    std::memcpy(out.data() + done, block.data(), std::min(block.size(), size_bytes - done));
  }
  OPENSSL_cleanse(block.data(), block.size());
  return out;
}

Digest hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info) {
  Digest prk = hkdf_extract(salt, key);
  Digest out = hkdf_expand(prk, info);
  OPENSSL_cleanse(prk.data(), prk.size());
  return out;
}

}  // namespace custody
