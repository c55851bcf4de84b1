#include "ledger/base/signing_file.h"

#include "ledger/base/file.h"
#include "ledger/base/signing_token.h"
#include "ledger/base/wrapping.h"

namespace custody {
namespace {

constexpr uint64_t kMaxFileBytes = 4096;
constexpr size_t kSeedBytes = 32;
constexpr std::string_view kWrapped = "CSW1";
constexpr std::string_view kToken = "pkcs11:";

Secret contents_of(const std::string& path) {
  auto bytes = read_file_if_present(path, kMaxFileBytes);
  if (!bytes) throw Error(ErrorCode::kNotFound, "there is no signing key " + path);
  need_private(path);
  Secret kept{std::string_view(*bytes)};
  wipe(*bytes);
  return kept;
}

void need_new(const std::string& path) {
  if (read_file_if_present(path, kMaxFileBytes))
    throw Error(ErrorCode::kConflict, path + " exists: a key is never overwritten");
}

}  // namespace

std::unique_ptr<SigningKey> open_signing_file(const std::string& path, const Secret& passphrase) {
  const Secret kept = contents_of(path);
  const std::string_view bytes = kept.view();
  if (bytes.size() == kSeedBytes) return std::make_unique<Ed25519PrivateKey>(Ed25519PrivateKey::from_seed(bytes));
  if (bytes.starts_with(kToken)) return open_token_key(bytes.substr(0, bytes.find_first_of("\r\n")), passphrase);
  const size_t head = kWrapped.size() + kSeedBytes;
  if (!bytes.starts_with(kWrapped) || bytes.size() < head)
    throw Error(ErrorCode::kStore, path + " is no signing key: neither a seed, a wrapped one, nor a pkcs11: URI");
  const Secret seed = unwrap_secret(bytes, head, kSeedBytes, passphrase, path);
  auto key = std::make_unique<Ed25519PrivateKey>(Ed25519PrivateKey::from_seed(seed.view()));
  if (view_of(key->public_key()) != bytes.substr(kWrapped.size(), kSeedBytes))
    throw Error(ErrorCode::kStore, path + " is damaged: it holds another key than it says");
  return key;
}

void write_signing_file(const std::string& path, const Ed25519PrivateKey& key, const Secret& passphrase,
                        const ScryptCost& cost) {
  need_new(path);
  if (passphrase.empty()) return write_file_durably(path, key.seed().view());
  const std::string head = std::string(kWrapped) + std::string(view_of(key.public_key()));
  write_file_durably(path, wrap_secret(head, key.seed(), passphrase, cost));
}

std::unique_ptr<SigningKey> write_token_file(const std::string& path, const std::string& uri, const Secret& pin) {
  need_new(path);
  auto key = open_token_key(uri, pin);
  write_file_durably(path, uri + "\n");
  return key;
}

std::string signing_file_form(const std::string& path) {
  const Secret kept = contents_of(path);
  if (kept.view().starts_with(kToken)) return "token";
  return kept.view().starts_with(kWrapped) ? "wrapped" : "bare";
}

}  // namespace custody
