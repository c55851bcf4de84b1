// What sources attest (docs/formats/attestation.md), one attestation after the other over all statements there are.
#include <algorithm>
#include <map>
#include <optional>

#include "ledger/base/crypto.h"
#include "tests/reference/parts.h"

namespace custody::twin {
namespace {

// The key that a source.registered names for its source; nullopt where it cannot be read.
std::optional<std::pair<std::string, std::string>> registration(const Record& r) {
  if (r.type != "source.registered" || r.version != 1) return std::nullopt;
  try {
    Cursor in(r.body);
    const std::string id = in.str8();
    for (int i = 0; i < 2; ++i)
      if (in.flag()) in.str8();
    if (in.flag()) in.number(8);
    const std::string key = in.flag() ? in.raw(32) : "";
    for (int i = 0; i < 3; ++i)
      if (i == 2 || in.flag())
        for (uint64_t n = in.number(4); n > 0; --n) in.str8();
    in.end();
    return std::pair(id, key);
  } catch (const Malformed&) {
    return std::nullopt;
  }
}

std::string key_at(const std::vector<Record>& registry, const std::string& source, uint64_t reg) {
  std::string key;
  for (const Record& r : registry)
    if (const auto named = registration(r); named && named->first == source && r.seq < reg) key = named->second;
  return key;
}

std::string number(uint64_t value) {
  std::string out;
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

bool is_signed(const Descriptor& descriptor, const Attestation& a, const std::string& key) {
  if (key.empty()) return false;
  const std::string message = "CSA1" + descriptor.ledger_id + static_cast<char>(a.source.size()) + a.source +
                              number(a.from) + number(a.to) + a.digest;
  return custody::ed25519_verify(custody::array_of<32>(key), message, custody::array_of<64>(a.signature));
}

// The kind of what is wrong with the statements, empty where nothing is.
std::string compare(const std::vector<std::vector<Record>>& shards, const Attestation& a) {
  std::vector<std::pair<uint64_t, std::string>> found;
  for (const auto& records : shards)
    for (const Record& r : records)
      if (r.type != "source.attested" && r.source == a.source && r.sequence >= a.from && r.sequence <= a.to)
        found.emplace_back(r.sequence, r.statement_hash);
  std::sort(found.begin(), found.end());
  std::string hashes;
  uint64_t next = a.from;
  bool twice = false;
  for (const auto& [sequence, hash] : found) {
    if (sequence > next) return "attested_missing";
    twice = twice || sequence < next;
    next = sequence + 1;
    hashes += hash;
  }
  if (next <= a.to) return "attested_missing";
  return twice || sha(hashes) != a.digest ? "attested_digest" : "";
}

}  // namespace

Attestation read_attestation(const Record& record) {
  if (record.version != 1) throw Malformed();
  Cursor in(record.body);
  Attestation a;
  a.source = in.str8();
  a.from = in.number(8);
  a.to = in.number(8);
  a.digest = in.raw(32);
  a.signature = in.raw(64);
  in.end();
  if (a.source != record.source || a.from == 0 || a.from > a.to) throw Malformed();
  return a;
}

std::vector<SourceFault> judge_sources(const Descriptor& descriptor, const std::vector<std::vector<Record>>& shards,
                                       const std::vector<uint64_t>& cuts, bool all_read) {
  std::vector<SourceFault> faults;
  std::map<std::string, uint64_t> claimed;
  for (size_t shard = 0; shard < shards.size(); ++shard)
    for (const Record& r : shards[shard]) {
      if (r.type != "source.attested" || r.seq >= cuts[shard] || r.reg > shards[0].size()) continue;
      std::optional<Attestation> a;
      try {
        a = read_attestation(r);
      } catch (const Malformed&) {
        continue;  // said where it was read
      }
      std::string kind;
      if (!is_signed(descriptor, *a, key_at(shards[0], a->source, r.reg)))
        kind = "attested_signature";
      else if (a->from <= claimed[a->source])
        kind = "attested_form";
      else {
        kind = compare(shards, *a);
        claimed[a->source] = a->to;
      }
      if (!kind.empty() && (kind != "attested_missing" || all_read)) faults.push_back({kind, shard, r.seq});
    }
  return faults;
}

}  // namespace custody::twin
