#include "ledger/base/signing_token.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

namespace custody {
namespace {

constexpr std::string_view kEd25519Parameters("\x06\x03\x2b\x65\x70", 5);   // OID 1.3.101.112
constexpr std::string_view kEd25519Name("\x13\x0c\x65\x64wards25519", 14);  // PrintableString "edwards25519"

struct FreeUri {
  void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};
using Uri = std::unique_ptr<P11KitUri, FreeUri>;

Uri parse(std::string_view text) {
  Uri uri(p11_kit_uri_new());
  const std::string kept(text);
  const int code = p11_kit_uri_parse(kept.c_str(), P11_KIT_URI_FOR_OBJECT_ON_TOKEN_AND_MODULE, uri.get());
  if (code != P11_KIT_URI_OK)
    throw Error(ErrorCode::kUsage, std::string("not a pkcs11: URI of a key: ") + p11_kit_uri_message(code));
  if (p11_kit_uri_get_pin_value(uri.get()) != nullptr || p11_kit_uri_get_pin_source(uri.get()) != nullptr)
    throw Error(ErrorCode::kUsage, "a PIN does not belong into the URI, where it lies open: CUSTODY_PASSPHRASE_FILE");
  if (p11_kit_uri_get_module_path(uri.get()) == nullptr)
    throw Error(ErrorCode::kUsage, "the URI does not say which PKCS #11 module: ?module-path=/usr/lib/...");
  return uri;
}

// A module, initialised once a process however many keys are in it, and never given back: a process that ends does.
CK_FUNCTION_LIST* module_of(const std::string& path) {
  static std::mutex mutex;
  static std::vector<std::pair<std::string, CK_FUNCTION_LIST*>> loaded;
  const std::lock_guard lock(mutex);
  for (const auto& [name, module] : loaded)
    if (name == path) return module;
  CK_FUNCTION_LIST* module = p11_kit_module_load(path.c_str(), 0);
  if (module == nullptr) throw Error(ErrorCode::kNotFound, "the PKCS #11 module " + path + " cannot be loaded");
  if (p11_kit_module_initialize(module) != CKR_OK)
    throw Error(ErrorCode::kUnavailable, "the PKCS #11 module " + path + " does not start");
  loaded.emplace_back(path, module);
  return module;
}

void check(CK_RV code, const char* what) {
  if (code == CKR_OK) return;
  const std::string text = std::string("the PKCS #11 token, asked to ") + what + ": " + p11_kit_strerror(code);
  if (code == CKR_PIN_INCORRECT || code == CKR_PIN_LOCKED || code == CKR_PIN_INVALID || code == CKR_PIN_LEN_RANGE)
    throw Error(ErrorCode::kDenied, text);
  throw Error(ErrorCode::kUnavailable, text);
}

CK_SLOT_ID slot_of(CK_FUNCTION_LIST* module, P11KitUri* uri) {
  CK_ULONG count = 0;
  check(module->C_GetSlotList(CK_TRUE, nullptr, &count), "list its slots");
  std::vector<CK_SLOT_ID> slots(count);
  check(module->C_GetSlotList(CK_TRUE, slots.data(), &count), "list its slots");
  slots.resize(count);
  std::vector<CK_SLOT_ID> matching;
  for (const CK_SLOT_ID slot : slots) {
    CK_TOKEN_INFO info{};
    if (module->C_GetTokenInfo(slot, &info) == CKR_OK && p11_kit_uri_match_token_info(uri, &info) == 1)
      matching.push_back(slot);
  }
  if (matching.empty()) throw Error(ErrorCode::kNotFound, "no PKCS #11 token is the one that the URI names");
  if (matching.size() > 1) throw Error(ErrorCode::kUsage, "the URI names several PKCS #11 tokens: add serial=");
  return matching.front();
}

class TokenKey final : public SigningKey {
 public:
  TokenKey(CK_FUNCTION_LIST* module, CK_SESSION_HANDLE session) : module_(module), session_(session) {}
  TokenKey(const TokenKey&) = delete;
  TokenKey& operator=(const TokenKey&) = delete;
  ~TokenKey() override { module_->C_CloseSession(session_); }

  void find(P11KitUri* uri) {
    key_ = find_one(uri, CKO_PRIVATE_KEY);
    read_public_key(find_one(uri, CKO_PUBLIC_KEY));
    // Proves that both halves belong together, and that the token may sign, before anything relies on it.
    const std::string probe = "custody: is this the key?";
    if (!ed25519_verify(public_key_, probe, sign(probe)))
      throw Error(ErrorCode::kUsage, "the PKCS #11 token's public key is not that of its private key");
  }
  const Ed25519PublicKey& public_key() const override { return public_key_; }
  Ed25519Signature sign(std::string_view message) const override {
    const std::lock_guard lock(mutex_);
    CK_MECHANISM mechanism{CKM_EDDSA, nullptr, 0};
    check(module_->C_SignInit(session_, &mechanism, key_), "begin a signature");
    std::vector<CK_BYTE> bytes(message.begin(), message.end());
    Ed25519Signature signature{};
    CK_ULONG size = signature.size();
    check(module_->C_Sign(session_, bytes.data(), bytes.size(), signature.data(), &size), "sign");
    if (size != signature.size()) throw Error(ErrorCode::kUnavailable, "the PKCS #11 token gave a short signature");
    return signature;
  }

 private:
  CK_OBJECT_HANDLE find_one(P11KitUri* uri, CK_OBJECT_CLASS wanted) {
    CK_ULONG count = 0;
    CK_ATTRIBUTE* named = p11_kit_uri_get_attributes(uri, &count);
    std::vector<CK_ATTRIBUTE> attributes;
    for (CK_ULONG i = 0; i < count; ++i)
      if (named[i].type != CKA_CLASS) attributes.push_back(named[i]);
    attributes.push_back({CKA_CLASS, &wanted, sizeof wanted});
    CK_KEY_TYPE type = CKK_EC_EDWARDS;
    attributes.push_back({CKA_KEY_TYPE, &type, sizeof type});
    check(module_->C_FindObjectsInit(session_, attributes.data(), attributes.size()), "look for the key");
    std::array<CK_OBJECT_HANDLE, 2> found{};
    CK_ULONG n = 0;
    const CK_RV code = module_->C_FindObjects(session_, found.data(), found.size(), &n);
    module_->C_FindObjectsFinal(session_);
    check(code, "look for the key");
    if (n == 0) throw Error(ErrorCode::kNotFound, "the PKCS #11 token has no Ed25519 key of the URI's name");
    if (n > 1) throw Error(ErrorCode::kUsage, "the URI names several keys of the PKCS #11 token: add id=");
    return found[0];
  }

  // CKA_EC_POINT is the 32 bytes, as tokens of today give them, or these as a DER OCTET STRING.
  void read_public_key(CK_OBJECT_HANDLE object) {
    std::array<CK_BYTE, 64> point{}, parameters{};
    std::array<CK_ATTRIBUTE, 2> wanted{
        {{CKA_EC_POINT, point.data(), point.size()}, {CKA_EC_PARAMS, parameters.data(), parameters.size()}}};
    check(module_->C_GetAttributeValue(session_, object, wanted.data(), wanted.size()), "tell its public key");
    const std::string_view curve(reinterpret_cast<const char*>(parameters.data()), wanted[1].ulValueLen);
    if (curve != kEd25519Parameters && curve != kEd25519Name)
      throw Error(ErrorCode::kUsage, "the PKCS #11 key is of another curve than Ed25519");
    std::string_view bytes(reinterpret_cast<const char*>(point.data()), wanted[0].ulValueLen);
    if (bytes.size() == 34 && bytes.starts_with("\x04\x20")) bytes.remove_prefix(2);
    if (bytes.size() != public_key_.size())
      throw Error(ErrorCode::kUsage, "the PKCS #11 token gives no Ed25519 public key");
    public_key_ = array_of<32>(bytes);
  }

  CK_FUNCTION_LIST* module_;
  CK_SESSION_HANDLE session_;
  CK_OBJECT_HANDLE key_ = 0;
  Ed25519PublicKey public_key_{};
  mutable std::mutex mutex_;  // one operation at a time in a session
};

}  // namespace

std::unique_ptr<SigningKey> open_token_key(std::string_view text, const Secret& pin) {
  const Uri uri = parse(text);
  CK_FUNCTION_LIST* module = module_of(p11_kit_uri_get_module_path(uri.get()));
  CK_SESSION_HANDLE session = 0;
  check(module->C_OpenSession(slot_of(module, uri.get()), CKF_SERIAL_SESSION, nullptr, nullptr, &session),
        "open a session");
  auto key = std::make_unique<TokenKey>(module, session);
  if (pin.empty())
    throw Error(ErrorCode::kDenied,
                "the PKCS #11 token needs its PIN, in CUSTODY_PASSPHRASE or CUSTODY_PASSPHRASE_FILE");
  std::string digits(pin.view());
  const CK_RV code = module->C_Login(session, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(digits.data()), digits.size());
  wipe(digits);
  if (code != CKR_USER_ALREADY_LOGGED_IN) check(code, "log in");
  key->find(uri.get());
  return key;
}

}  // namespace custody
