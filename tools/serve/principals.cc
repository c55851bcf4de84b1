#include "tools/serve/principals.h"

#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>

#include "ledger/base/crypto.h"
#include "ledger/base/file.h"
#include "ledger/codec/json.h"

namespace custody {
namespace {

constexpr uint64_t kMaxFileBytes = 8u << 20;
constexpr int64_t kLookAgainUs = 1'000'000;

struct PrincipalFile {
  std::vector<PrincipalEntry> principals;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("principals", principals));
  }
};

void save(const std::string& path, std::vector<PrincipalEntry> entries) {
  write_file_durably(path, to_json_text(PrincipalFile{std::move(entries)}) + "\n");
}

void check_sources(const std::vector<std::string>& sources) {
  for (const std::string& source : sources)
    if (source.empty() || source.size() > 255) throw Error(ErrorCode::kUsage, "a source has 1 to 255 bytes");
}

ProcessLock lock_for_change(const std::string& path) {
  return ProcessLock::take(path + ".lock");
}

// The bytes between the first pair of PEM lines (RFC 7468).
std::string der_of(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  const size_t begin = pem.find(kBegin);
  const size_t end = begin == std::string_view::npos ? begin : pem.find(kEnd, begin);
  if (end == std::string_view::npos) throw Error(ErrorCode::kUsage, "no PEM certificate is in this file");
  std::string text;
  for (const char c : pem.substr(begin + kBegin.size(), end - begin - kBegin.size()))
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') text.push_back(c);
  return from_base64(text);
}

Principal principal_of(const PrincipalEntry& entry) {
  if (entry.method == "token") return {entry.name, Method::kToken, sha256(entry.id), entry.sources};
  return {entry.name, Method::kCertificate, entry.digest, entry.sources};
}

}  // namespace

void check_principal_name(const std::string& name) {
  const size_t colon = name.find(':');
  const std::string kind = name.substr(0, colon);
  const bool shaped = colon != std::string::npos && colon + 1 < name.size() && name.size() <= 64 &&
                      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._:/-") == std::string::npos;
  if (!shaped || (kind != "person" && kind != "system"))
    throw Error(ErrorCode::kUsage, "a principal is person:NAME or system:NAME, of a-z 0-9 . _ : / - and 64 at most");
}

Digest certificate_digest(std::string_view pem) {
  return sha256(der_of(pem));
}

std::string principals_path(const std::string& data_folder) {
  return data_folder + "/principals.json";
}

std::vector<PrincipalEntry> list_principals(const std::string& path) {
  const auto text = read_file_if_present(path, kMaxFileBytes);
  if (!text) return {};
  std::vector<Fault> faults;
  try {
    const boost::json::value document = parse_json(*text);
    if (!document.is_object()) throw Error(ErrorCode::kUsage, "no JSON object");
    PrincipalFile file = from_json<PrincipalFile>(document.get_object(), "", faults);
    if (faults.empty()) return std::move(file.principals);
  } catch (const Error& error) {
    faults.push_back({"", error.what()});
  }
  throw Error(ErrorCode::kStore, path + " is damaged: " + faults[0].pointer + " " + faults[0].message);
}

std::string add_token(const std::string& path, const std::string& name, const std::vector<std::string>& sources) {
  check_principal_name(name);
  check_sources(sources);
  const ProcessLock lock = lock_for_change(path);
  std::vector<PrincipalEntry> entries = list_principals(path);
  const Secret secret = Secret::random(32);
  const std::string spelled = to_hex(secret.view());
  const std::string id = to_hex(view_of(random_array<8>()));
  entries.push_back({id, name, "token", sha256(spelled), sources, {system_clock().now_us(), 0}});
  save(path, std::move(entries));
  return id + "." + spelled;
}

PrincipalEntry add_certificate(const std::string& path, const std::string& name,
                               const std::vector<std::string>& sources, std::string_view pem) {
  check_principal_name(name);
  check_sources(sources);
  const Digest digest = certificate_digest(pem);
  const ProcessLock lock = lock_for_change(path);
  std::vector<PrincipalEntry> entries = list_principals(path);
  for (const PrincipalEntry& entry : entries)
    if (entry.method == "certificate" && entry.digest == digest)
      throw Error(ErrorCode::kConflict, "this certificate is that of " + entry.name + " already");
  const std::string id = to_hex(view_of(digest)).substr(0, 16);
  entries.push_back({id, name, "certificate", digest, sources, {system_clock().now_us(), 0}});
  save(path, entries);
  return entries.back();
}

bool remove_principal(const std::string& path, const std::string& id) {
  const ProcessLock lock = lock_for_change(path);
  std::vector<PrincipalEntry> entries = list_principals(path);
  const auto removed = std::erase_if(entries, [&](const PrincipalEntry& entry) { return entry.id == id; });
  if (removed > 0) save(path, std::move(entries));
  return removed > 0;
}

void PrincipalBook::load() {
  struct stat facts{};
  if (stat(path_.c_str(), &facts) == 0 && (facts.st_mode & 077) != 0)
    throw Error(ErrorCode::kUsage, path_ + " may be read by others: chmod 600 it");
  const std::lock_guard lock(mutex_);
  looked_us_ = 0;
  version_.clear();
  entries_ = list_principals(path_);
}

// Looks at most once a second. A file that cannot be read (half a restore, wrong hands) admits nobody.
void PrincipalBook::refresh() const {
  const int64_t now = system_clock().monotonic_us();
  if (looked_us_ != 0 && now - looked_us_ < kLookAgainUs) return;
  looked_us_ = now;
  struct stat facts{};
  std::string version = "absent";
  if (stat(path_.c_str(), &facts) == 0)
    version = std::to_string(facts.st_ino) + ":" + std::to_string(facts.st_size) + ":" +
              std::to_string(facts.st_mtim.tv_sec) + "." + std::to_string(facts.st_mtim.tv_nsec);
  if (version == version_) return;
  try {
    entries_ = list_principals(path_);
    version_ = version;
  } catch (const Error&) {
    entries_.clear();
    version_.clear();
  }
}

bool PrincipalBook::empty() const {
  const std::lock_guard lock(mutex_);
  refresh();
  return entries_.empty();
}

std::optional<Principal> PrincipalBook::by_token(std::string_view token) const {
  const size_t dot = token.find('.');
  if (dot == std::string_view::npos || token.size() > 256) return std::nullopt;
  const Digest secret = sha256(token.substr(dot + 1));
  const std::lock_guard lock(mutex_);
  refresh();
  for (const PrincipalEntry& entry : entries_)
    if (entry.method == "token" && entry.id == token.substr(0, dot) &&
        equal_in_constant_time(view_of(entry.digest), view_of(secret)))
      return principal_of(entry);
  return std::nullopt;
}

std::optional<Principal> PrincipalBook::by_certificate(const Digest& der_digest) const {
  const std::lock_guard lock(mutex_);
  refresh();
  for (const PrincipalEntry& entry : entries_)
    if (entry.method == "certificate" && entry.digest == der_digest) return principal_of(entry);
  return std::nullopt;
}

}  // namespace custody
