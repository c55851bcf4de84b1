// Who may speak to the service: names with a token or a client certificate. DATA/principals.json, mode 0600:
//
//   {"principals": [{"id": "9f2c...", "name": "system:crm", "method": "token" | "certificate", "digest": hex,
//                    "sources": ["urn:crm"]}]}
//
// A token is `<id>.<secret>`; the file keeps SHA-256(secret) alone, so a stolen file is no token. A certificate is
// known by SHA-256 of its DER bytes, whoever issued it. What stands in a record is Principal::credential: SHA-256(id)
// of a token, the digest of a certificate.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/base/time.h"
#include "ledger/codec/types.h"
#include "ledger/gateway/gateway.h"

namespace custody {

struct PrincipalEntry {
  std::string id;      // of a token: its public half; of a certificate: the first 16 digits of its digest
  std::string name;    // person:..., system:...
  std::string method;  // "token", "certificate"
  Digest digest{};     // of the token's secret, or of the certificate's DER bytes
  std::vector<std::string> sources;
  Instant added_at;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("id", id), field("name", name), field("method", method), field("digest", digest),
       field("sources", sources), field("added_at", added_at));
  }
};

// DATA/principals.json of a data folder.
std::string principals_path(const std::string& data_folder);

// kUsage for what is no name of a principal.
void check_principal_name(const std::string& name);
// Adds a token and returns it: the only time its secret is seen. kUsage for a name that is none.
std::string add_token(const std::string& path, const std::string& name, const std::vector<std::string>& sources);
// Adds a certificate from its PEM text (the first in it). kUsage for what is none; kConflict where it is known already.
PrincipalEntry add_certificate(const std::string& path, const std::string& name,
                               const std::vector<std::string>& sources, std::string_view pem);
// SHA-256 of the DER bytes of the first certificate in a PEM text. kUsage where there is none.
Digest certificate_digest(std::string_view pem);
// In the order they were added; none where there is no file. kStore for a file that is damaged.
std::vector<PrincipalEntry> list_principals(const std::string& path);
// False where no principal has this id. A running service notices within a second.
bool remove_principal(const std::string& path, const std::string& id);

// The file as a running service sees it. Any number of threads.
class PrincipalBook {
 public:
  explicit PrincipalBook(std::string path) : path_(std::move(path)) {}

  // Reads the file; kStore for a damaged one, kUsage for one that others may read.
  void load();
  bool empty() const;
  // The principal of `<id>.<secret>`; nullopt for every wrong one, in a time that tells nothing of the secret.
  std::optional<Principal> by_token(std::string_view token) const;
  std::optional<Principal> by_certificate(const Digest& der_digest) const;

 private:
  void refresh() const;

  std::string path_;
  mutable std::mutex mutex_;
  mutable std::vector<PrincipalEntry> entries_;
  mutable std::string version_;  // of the file that was read: inode, size, time
  mutable int64_t looked_us_ = 0;
};

}  // namespace custody
