// custody principal: who may speak to the service. custody keygen: a key for a founder or a source.
#include <fstream>
#include <iostream>
#include <sstream>

#include "ledger/base/file.h"
#include "tools/custody/command.h"
#include "tools/serve/principals.h"

namespace custody {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw Error(ErrorCode::kUsage, "cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

int principal(const Invocation& call) {
  const std::string path = principals_path(call.home().data);
  const std::string& verb = call.argument(0, "what to do (add, list, remove)");
  if (verb == "add") {
    const std::string& name = call.argument(1, "the principal's name (person:... or system:...)");
    const std::vector<std::string> sources = call.values("--source");
    if (const auto certificate = call.value("--certificate")) {
      std::cout << add_certificate(path, name, sources, file_text(*certificate)).id << "\n";
    } else {
      std::cout << add_token(path, name, sources) << "\n";
      std::cerr << "custody: this is the only time the token is shown; clients send it as CUSTODY_TOKEN\n";
    }
  } else if (verb == "list") {
    for (const PrincipalEntry& entry : list_principals(path)) {
      std::cout << entry.id << "  " << entry.name << "  " << entry.method;
      for (const std::string& source : entry.sources) std::cout << "  " << source;
      std::cout << "\n";
    }
  } else if (verb == "remove") {
    const std::string& id = call.argument(1, "the id that `custody principal list` shows");
    if (!remove_principal(path, id)) throw Error(ErrorCode::kNotFound, "no principal has the id " + id);
  } else {
    throw Error(ErrorCode::kUsage, "principal knows add, list and remove, not '" + verb + "'");
  }
  return 0;
}

int keygen(const Invocation& call) {
  const std::string& name = call.argument(0, "whose key it is (person:NAME)");
  const std::string out = call.value("--out").value_or(name.substr(name.find(':') + 1) + ".key");
  if (read_file_if_present(out, 1 << 16)) throw Error(ErrorCode::kConflict, out + " exists: it is not overwritten");
  const auto key = Ed25519PrivateKey::generate();
  write_file_durably(out, key.seed().view());
  std::cout << name << "=" << to_base64(view_of(key.public_key())) << "\n";
  std::cerr << "custody: the private key is in " << out << "; the line above is what `custody init --founder` takes\n";
  return 0;
}

}  // namespace

Command principal_command() {
  return {"principal",
          "add NAME | list | remove ID",
          "who may speak to the service",
          "",
          {{"--source", "URI", "a source it may state events of; may be repeated", true},
           {"--certificate", "FILE", "known by this client certificate (PEM) instead of a token"}},
          principal};
}

Command keygen_command() {
  return {"keygen", "person:NAME", "make a key for a founder", "", {{"--out", "FILE", "where (default NAME.key)"}},
          keygen};
}

}  // namespace custody
