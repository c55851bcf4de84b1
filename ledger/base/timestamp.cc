// Debian's older OpenSSL has not what the newer one wants used instead.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "ledger/base/timestamp.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <memory>

#include "ledger/base/error.h"
#include "ledger/base/time.h"

namespace custody {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* thing) const {
    kFree(thing);
  }
};
using Request = std::unique_ptr<TS_REQ, Free<TS_REQ_free>>;
using Response = std::unique_ptr<TS_RESP, Free<TS_RESP_free>>;
using Imprint = std::unique_ptr<TS_MSG_IMPRINT, Free<TS_MSG_IMPRINT_free>>;
using Algorithm = std::unique_ptr<X509_ALGOR, Free<X509_ALGOR_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, Free<ASN1_INTEGER_free>>;
using Token = std::unique_ptr<PKCS7, Free<PKCS7_free>>;
using Info = std::unique_ptr<TS_TST_INFO, Free<TS_TST_INFO_free>>;
using Check = std::unique_ptr<TS_VERIFY_CTX, Free<TS_VERIFY_CTX_free>>;
using Store = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Text = std::unique_ptr<BIO, Free<BIO_free>>;

void demand(bool done) {
  if (!done) throw Error(ErrorCode::kStore, "OpenSSL cannot make a request for a time stamp");
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
std::string_view view_of_string(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<size_t>(ASN1_STRING_length(text))};
}

template <class Thing, class Encode>
std::string der(const Thing* thing, Encode encode) {
  const int size = encode(thing, nullptr);
  demand(size > 0);
  std::string out(static_cast<size_t>(size), '\0');
  auto* at = reinterpret_cast<unsigned char*>(out.data());
  encode(thing, &at);
  return out;
}

// Nothing may follow.
template <class Holder, class Decode>
Holder parse(std::string_view text, Decode decode) {
  if (text.size() > kMaxTimestampBytes) return {};
  const unsigned char* at = bytes_of(text);
  Holder parsed(decode(nullptr, &at, static_cast<long>(text.size())));
  ERR_clear_error();
  if (at != bytes_of(text) + text.size()) return {};
  return parsed;
}

Integer integer(uint64_t number) {
  Integer out(ASN1_INTEGER_new());
  demand(out && ASN1_INTEGER_set_uint64(out.get(), number) == 1);
  return out;
}

bool is_about(TS_TST_INFO* info, const Digest& digest) {
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info);
  return imprint != nullptr && OBJ_obj2nid(TS_MSG_IMPRINT_get_algo(imprint)->algorithm) == NID_sha256 &&
         view_of_string(TS_MSG_IMPRINT_get_msg(imprint)) == view_of(digest);
}

int64_t number_of(const ASN1_INTEGER* number) {
  int64_t out = 0;
  return number != nullptr && ASN1_INTEGER_get_int64(&out, number) == 1 && out > 0 ? out : 0;
}

// "20260302083000.25Z" with the accuracy added.
std::optional<int64_t> latest_us(const TS_TST_INFO* info) {
  const std::string text(view_of_string(TS_TST_INFO_get_time(info)));
  if (text.size() < 15) return std::nullopt;
  const auto at = parse_rfc3339(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2) + "T" +
                                text.substr(8, 2) + ":" + text.substr(10, 2) + ":" + text.substr(12));
  if (!at || at->offset_min != 0) return std::nullopt;
  const TS_ACCURACY* accuracy = TS_TST_INFO_get_accuracy(const_cast<TS_TST_INFO*>(info));
  if (accuracy == nullptr) return at->us;
  const int64_t seconds = number_of(TS_ACCURACY_get_seconds(accuracy));
  if (seconds > 366 * 86'400) return std::nullopt;  // it says nothing
  return at->us + seconds * 1'000'000 + number_of(TS_ACCURACY_get_millis(accuracy)) * 1'000 +
         number_of(TS_ACCURACY_get_micros(accuracy));
}

Store authorities(const std::string& pem) {
  Store store(X509_STORE_new());
  const Text text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  bool any = false;
  while (const Certificate certificate{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)})
    any = X509_STORE_add_cert(store.get(), certificate.get()) == 1 || any;
  ERR_clear_error();
  return any ? std::move(store) : Store();
}

std::string name_of(PKCS7* token) {
  STACK_OF(X509)* signers = PKCS7_get0_signers(token, nullptr, 0);
  std::string out;
  if (signers != nullptr && sk_X509_num(signers) > 0) {
    const Text text(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(text.get(), X509_get_subject_name(sk_X509_value(signers, 0)), 0,
                       XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    char* data = nullptr;
    const long size = BIO_get_mem_data(text.get(), &data);
    if (size > 0) out.assign(data, static_cast<size_t>(size));
  }
  sk_X509_free(signers);
  return out;
}

}  // namespace

std::string timestamp_request(const Digest& digest, uint64_t nonce) {
  const Request request(TS_REQ_new());
  const Imprint imprint(TS_MSG_IMPRINT_new());
  const Algorithm algorithm(X509_ALGOR_new());
  demand(request && imprint && algorithm);
  X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr);
  std::string bytes(view_of(digest));
  demand(TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1);
  demand(TS_MSG_IMPRINT_set_msg(imprint.get(), reinterpret_cast<unsigned char*>(bytes.data()), 32) == 1);
  demand(TS_REQ_set_version(request.get(), 1) == 1);
  demand(TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1);
  demand(TS_REQ_set_nonce(request.get(), integer(nonce).get()) == 1);
  demand(TS_REQ_set_cert_req(request.get(), 1) == 1);
  return der(request.get(), i2d_TS_REQ);
}

std::string granted_timestamp(std::string_view response, const Digest& digest, uint64_t nonce) {
  const auto parsed = parse<Response>(response, d2i_TS_RESP);
  if (!parsed) throw Error(ErrorCode::kRefused, "the answer is no time stamp");
  const ASN1_INTEGER* status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(parsed.get()));
  const long said = ASN1_INTEGER_get(status);
  if (said != TS_STATUS_GRANTED && said != TS_STATUS_GRANTED_WITH_MODS)
    throw Error(ErrorCode::kRefused, "the authority grants no time stamp (status " + std::to_string(said) + ")");
  PKCS7* token = TS_RESP_get_token(parsed.get());
  TS_TST_INFO* info = TS_RESP_get_tst_info(parsed.get());
  if (token == nullptr || info == nullptr) throw Error(ErrorCode::kRefused, "the answer holds no time stamp");
  if (!is_about(info, digest)) throw Error(ErrorCode::kRefused, "the time stamp is of something else");
  const ASN1_INTEGER* found = TS_TST_INFO_get_nonce(info);
  if (found == nullptr || ASN1_INTEGER_cmp(found, integer(nonce).get()) != 0)
    throw Error(ErrorCode::kRefused, "the time stamp is the answer to another request");
  return der(token, i2d_PKCS7);
}

TimeAuthorities::TimeAuthorities(std::string pem) : pem_(std::move(pem)) {
  if (!authorities(pem_)) throw Error(ErrorCode::kUsage, "there is no certificate (PEM) of an authority for time");
}

std::optional<Timestamp> TimeAuthorities::judge(std::string_view token, const Digest& digest) const {
  const auto parsed = parse<Token>(token, d2i_PKCS7);
  if (!parsed || !PKCS7_type_is_signed(parsed.get())) return std::nullopt;
  const Info info(PKCS7_to_TS_TST_INFO(parsed.get()));
  ERR_clear_error();
  if (!info || !is_about(info.get(), digest)) return std::nullopt;
  const auto at = latest_us(info.get());
  if (!at) return std::nullopt;
  Store store = authorities(pem_);
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), static_cast<time_t>(*at / 1'000'000));
  const Check check(TS_VERIFY_CTX_new());
  if (!check) return std::nullopt;
  TS_VERIFY_CTX_set_flags(check.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);  // what it is about was compared above
  TS_VERIFY_CTX_set_store(check.get(), store.release());
  const bool holds = TS_RESP_verify_token(check.get(), parsed.get()) == 1;
  ERR_clear_error();
  if (!holds) return std::nullopt;
  return Timestamp{*at, name_of(parsed.get())};
}

}  // namespace custody
