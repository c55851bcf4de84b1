#include "tools/node/home.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>

#include "ledger/base/file.h"
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
  const auto key = Ed25519PrivateKey::generate();
  descriptor.signer = key.public_key();
  make_folders(home.keys_of(descriptor.ledger_id));
  write_file_durably(home.keys_of(descriptor.ledger_id) + "/signer", key.seed().view());
  return descriptor;
}

Ed25519PrivateKey signing_key(const Home& home, const LedgerId& ledger) {
  const std::string path = home.keys_of(ledger) + "/signer";
  auto seed = read_file_if_present(path, 4096);
  if (!seed)
    throw Error(ErrorCode::kNotFound, "the signing key of this ledger is not at " + path + ": wrong --keys folder?");
  const Secret kept{std::string_view(*seed)};
  wipe(*seed);
  return Ed25519PrivateKey::from_seed(kept.view());
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
