// custody principal: who may speak to the service. custody keygen: a key for a founder or a source.
#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <iostream>

#include "ledger/base/file.h"
#include "tools/custody/command.h"
#include "tools/serve/principals.h"

namespace custody {
namespace {

constexpr uint64_t kMaxCertificateBytes = 1u << 20;

std::string entry_json(const PrincipalEntry& entry) {
  boost::json::object out{{"id", entry.id}, {"name", entry.name}, {"method", entry.method}};
  out["sources"] = boost::json::array(entry.sources.begin(), entry.sources.end());
  out["added_at"] = to_rfc3339(entry.added_at.us);
  return boost::json::serialize(out);
}

int add(const Invocation& call, const std::string& path) {
  const std::string& name = call.argument(1, "the principal's name (person:... or system:...)");
  const std::vector<std::string> sources = call.values("--source");
  boost::json::object out{{"name", name}};
  std::string shown;
  if (const auto certificate = call.value("--certificate")) {
    shown = add_certificate(path, name, sources, read_file(*certificate, kMaxCertificateBytes)).id;
    out["id"] = shown;
  } else {
    shown = add_token(path, name, sources);
    out["id"] = shown.substr(0, shown.find('.'));
    out["token"] = shown;
    std::cerr << "custody: this is the only time the token is shown; clients send it as CUSTODY_TOKEN\n";
  }
  std::cout << (call.json() ? boost::json::serialize(out) : shown) << "\n";
  return 0;
}

int list(const Invocation& call, const std::string& path) {
  for (const PrincipalEntry& entry : list_principals(path)) {
    if (call.json()) {
      std::cout << entry_json(entry) << "\n";
      continue;
    }
    std::cout << entry.id << "  " << entry.name << "  " << entry.method;
    for (const std::string& source : entry.sources) std::cout << "  " << source;
    std::cout << "\n";
  }
  return 0;
}

int principal(const Invocation& call) {
  const Home home = call.home();
  const std::string path = principals_path(home.data);
  const std::string& verb = call.argument(0, "what to do (add, list, remove)");
  if (verb == "list") return list(call, path);
  if (verb == "add") {
    make_folders(home.data);
    return add(call, path);
  }
  if (verb != "remove") throw Error(ErrorCode::kUsage, "principal knows add, list and remove, not '" + verb + "'");
  const std::string& id = call.argument(1, "the id that `custody principal list` shows");
  if (!remove_principal(path, id)) throw Error(ErrorCode::kNotFound, "no principal has the id " + id);
  return 0;
}

int keygen(const Invocation& call) {
  const std::string& name = call.argument(0, "whose key it is (person:NAME)");
  check_principal_name(name);
  std::string file = name.substr(name.find(':') + 1) + ".key";
  std::replace(file.begin(), file.end(), '/', '-');
  const std::string out = call.value("--out").value_or(file);
  if (std::filesystem::exists(out)) throw Error(ErrorCode::kConflict, out + " exists: it is not overwritten");
  const auto key = Ed25519PrivateKey::generate();
  write_file_durably(out, key.seed().view());
  const std::string shown = to_base64(view_of(key.public_key()));
  if (call.json())
    std::cout << boost::json::serialize(boost::json::object{{"name", name}, {"key", shown}, {"file", out}}) << "\n";
  else
    std::cout << name << "=" << shown << "\n";
  std::cerr << "custody: the private key is in " << out
            << "; `custody init --founder` takes NAME=KEY, the public one\n";
  return 0;
}

}  // namespace

Command principal_command() {
  return {"principal",
          "add NAME | list | remove ID",
          "who may speak to the service",
          "",
          {{"--source", "URI", "a source it may state events of; may be repeated", true},
           {"--certificate", "FILE",
            "known by this client certificate (PEM) instead of a token: a command shows CUSTODY_CERT"}},
          principal};
}

Command keygen_command() {
  return {"keygen", "person:NAME", "make a key for a founder", "", {{"--out", "FILE", "where (default NAME.key)"}},
          keygen};
}

}  // namespace custody
