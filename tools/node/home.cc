#include "tools/node/home.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>

#include "ledger/base/file.h"
#include "ledger/base/signing_file.h"
#include "ledger/base/wrapping.h"
#include "ledger/codec/json.h"
#include "ledger/event/record.h"

namespace custody {
namespace {

// DATA/service.json
struct Announcement {
  std::string url;
  uint64_t pid = 0;
  std::optional<Digest> certificate;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("url", url), field("pid", pid), field("certificate", certificate));
  }
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string first_of(const std::string& flag, const char* variable, const std::string& under_home) {
  if (!flag.empty()) return flag;
  if (const std::string value = environment(variable); !value.empty()) return value;
  const std::string home = environment("HOME");
  if (home.empty()) throw Error(ErrorCode::kUsage, std::string("neither a flag, ") + variable + " nor HOME says where");
  return home + "/" + under_home;
}

}  // namespace

Home Home::find(const std::string& data_flag, const std::string& keys_flag) {
  return {first_of(data_flag, "CUSTODY_DATA", ".local/share/custody"),
          first_of(keys_flag, "CUSTODY_KEYS", ".config/custody/keys")};
}

void Home::check_apart() const {
  const std::filesystem::path outer = std::filesystem::weakly_canonical(data);
  const std::filesystem::path inner = std::filesystem::weakly_canonical(keys);
  if (std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first != outer.end()) return;
  throw Error(ErrorCode::kUsage, "the keys folder " + keys + " lies in the data folder " + data +
                                     ": a copy of the data would open everything in it; choose another with --keys");
}

Descriptor make_descriptor(const Home& home, const NewLedger& wanted, int64_t now_us) {
  if (wanted.shards < 1 || wanted.shards > kMaxShards)
    throw Error(ErrorCode::kUsage, "a ledger has 1 to " + std::to_string(kMaxShards) + " shards");
  if (wanted.founders.size() == 1)
    throw Error(ErrorCode::kUsage, "a governed ledger needs two founders: one alone could confirm nothing");
  if (wanted.name.empty() || wanted.name.size() > 255 || !is_utf8(wanted.name))
    throw Error(ErrorCode::kUsage, "a ledger's name has 1 to 255 bytes of UTF-8");
  for (size_t i = 0; i < wanted.founders.size(); ++i)
    for (size_t j = i + 1; j < wanted.founders.size(); ++j)
      if (wanted.founders[i].principal == wanted.founders[j].principal ||
          wanted.founders[i].key == wanted.founders[j].key)
        throw Error(ErrorCode::kUsage, "two founders are two persons with a key each");
  Descriptor descriptor;
  descriptor.ledger_id.bytes = random_array<16>();
  descriptor.name = wanted.name;
  const std::string prefix = wanted.origin.empty() ? "localhost/" + to_hex(descriptor.ledger_id.view()) : wanted.origin;
  if (prefix.find_first_of(" +\n\t") != std::string::npos || prefix.size() > 200)
    throw Error(ErrorCode::kUsage, "an origin has no spaces or plus signs and at most 200 bytes");
  descriptor.origin = prefix + "/0";
  descriptor.created_at_us = now_us;
  descriptor.shards = wanted.shards;
  descriptor.founders = wanted.founders;
  descriptor.predecessor = wanted.predecessor;
  const std::string folder = home.keys_of(descriptor.ledger_id);
  make_folders(folder);
  if (wanted.token.empty()) {
    const auto key = Ed25519PrivateKey::generate();
    write_signing_file(folder + "/signer", key, passphrase_from_environment());
    descriptor.signer = key.public_key();
  } else {
    descriptor.signer = write_token_file(folder + "/signer", wanted.token, passphrase_from_environment())->public_key();
  }
  return descriptor;
}

std::string signing_file_of(const Home& home, const LedgerId& ledger, const Ed25519PublicKey& key) {
  return home.keys_of(ledger) + "/signer-" + to_hex(view_of(key)).substr(0, 16);
}

std::unique_ptr<SigningKey> signing_key(const Home& home, const LedgerId& ledger) {
  const std::string path = home.keys_of(ledger) + "/signer";
  try {
    return open_signing_file(path, passphrase_from_environment());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound || read_file_if_present(path, 4096)) throw;
    throw Error(ErrorCode::kNotFound, "the signing key of this ledger is not at " + path + ": wrong --keys folder?");
  }
}

FindKey signing_keys(const Home& home, const LedgerId& ledger) {
  const std::shared_ptr<Secret> passphrase = std::make_shared<Secret>(passphrase_from_environment());
  std::shared_ptr<SigningKey> first;
  bool later = false;  // the first may be long retired and gone
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(home.keys_of(ledger), none))
    later = later || entry.path().filename().string().starts_with("signer-");
  try {
    first = signing_key(home, ledger);
  } catch (const Error&) {
    if (!later) throw;
  }
  return [=](const Ed25519PublicKey& wanted) -> std::shared_ptr<const SigningKey> {
    if (first && first->public_key() == wanted) return first;
    const std::string path = signing_file_of(home, ledger, wanted);
    if (!read_file_if_present(path, 4096)) return nullptr;
    std::shared_ptr<const SigningKey> key = open_signing_file(path, *passphrase);
    return key->public_key() == wanted ? key : nullptr;
  };
}

std::optional<RunningService> running_service(const Home& home) {
  const auto holder = ProcessLock::holder(home.path("lock"));
  if (!holder) return std::nullopt;
  const auto text = read_file_if_present(home.path("service.json"), 4096);
  if (!text) return std::nullopt;
  std::vector<Fault> faults;
  const boost::json::value document = parse_json(*text);
  if (!document.is_object()) return std::nullopt;
  const auto said = from_json<Announcement>(document.get_object(), "", faults);
  // What a killed service left behind says nothing of who has the folder now.
  if (!faults.empty() || said.pid != static_cast<uint64_t>(*holder)) return std::nullopt;
  return RunningService{said.url, said.certificate};
}

void announce_service(const Home& home, const RunningService& service) {
  const Announcement said{service.url, static_cast<uint64_t>(getpid()), service.certificate};
  write_file_durably(home.path("service.json"), to_json_text(said) + "\n");
}

void withdraw_service(const Home& home) {
  remove_file_durably(home.path("service.json"));
}

}  // namespace custody
