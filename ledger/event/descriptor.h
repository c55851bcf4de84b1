// What a ledger is, fixed at its creation: the bytes whose hash stands before its first record.
//
//   "CSD1" ledger_id[16] name:str8 origin:str8 created_at:i64 shards:u32 hash:u8 signer[32]
//   founders:vec<principal:str8 key[32]> predecessor:opt<origin:str16 size:u64 root[32]>
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"
#include "ledger/codec/canonical.h"

namespace custody {

using PublicKey = ByteArray<32>;  // Ed25519, RFC 8032

struct Founder {
  std::string principal;  // person:...
  PublicKey key{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("principal", principal), field("key", key));
  }
};

struct Predecessor {
  std::string origin;
  uint64_t size = 0;
  Digest root{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("origin", as_str16(origin)), field("size", size), field("root", root));
  }
};

struct Descriptor {
  Magic magic{"CSD1"};
  LedgerId ledger_id;
  std::string name;
  std::string origin;  // of shard 0, "<prefix>/0"; shard k is "<prefix>/k"
  int64_t created_at_us = 0;
  uint32_t shards = 1;
  uint8_t hash = 1;  // 1 = SHA-256, the only one
  PublicKey signer{};
  std::vector<Founder> founders;  // none = a trial ledger in open mode
  std::optional<Predecessor> predecessor;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("ledger_id", ledger_id), field("name", name), field("origin", origin),
       field("created_at", created_at_us), field("shards", shards), field("hash", hash), field("signer", signer),
       field("founders", founders), field("predecessor", predecessor));
  }
  bool open_mode() const { return founders.empty(); }
};

// Canonical bytes. decode refuses (kRefused) what is malformed, has no or more than 64 shards, or another hash.
std::string encode_descriptor(const Descriptor& descriptor);
Descriptor decode_descriptor(std::string_view bytes);
// The name under which shard `shard` signs its checkpoints.
std::string shard_origin(const Descriptor& descriptor, uint32_t shard);

}  // namespace custody
