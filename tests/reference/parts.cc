#include "tests/reference/parts.h"

#include "ledger/base/crypto.h"
#include "ledger/base/hash.h"

namespace custody::twin {

std::string sha(const std::string& bytes) {
  const auto digest = custody::sha256(bytes);
  return std::string(digest.begin(), digest.end());
}

// RFC 6962 §2.1, as written there.
std::string merkle_root(const std::vector<std::string>& leaves, size_t begin, size_t end) {
  const size_t n = end - begin;
  if (n == 0) return sha("");
  if (n == 1) return leaves[begin];
  size_t k = 1;
  while (k * 2 < n) k *= 2;
  return sha("\x01" + merkle_root(leaves, begin, begin + k) + merkle_root(leaves, begin + k, end));
}

Descriptor read_descriptor(const std::string& bytes) {
  Cursor in(bytes);
  Descriptor out;
  out.bytes = bytes;
  in.mark("CSD1");
  out.ledger_id = in.raw(16);
  in.str8();
  out.origin = in.str8();
  in.time();
  out.shards = in.number(4);
  if (in.number(1) != 1) throw Malformed();
  out.signer = in.raw(32);
  uint64_t founders = in.number(4);
  out.governed = founders > 0;
  for (; founders > 0; --founders) {
    in.str8();
    in.raw(32);
  }
  if (in.flag()) {
    in.str16();
    in.number(8);
    in.raw(32);
  }
  in.end();
  if (out.shards < 1 || out.shards > 64 || !out.origin.ends_with("/0")) throw Malformed();
  return out;
}

Record read_record(const std::string& bytes) {
  Cursor in(bytes);
  Record r;
  in.mark("CSR1");
  r.shard = in.number(4);
  r.seq = in.number(8);
  r.sealed_at = in.time();
  r.reg = in.number(8);
  r.intake = in.number(8);
  r.prev = in.raw(32);
  in.mark("CST1");
  in.time();
  r.seen = in.number(8);
  in.str8();
  r.principal = in.str8();
  r.method = in.number(1);
  if (r.method > 4) throw Malformed();
  in.raw(32);
  r.subject = in.raw(16);
  r.blob = in.raw(32);
  r.statement_hash = sha(bytes.substr(in.at()));
  in.mark("CEV1");
  r.type = in.str8();
  r.version = in.number(2);
  r.id = in.raw(16);
  r.source = in.str8();
  r.source_id = in.str8();
  r.sequence = in.number(8);
  r.time = in.time();
  const auto offset = static_cast<int16_t>(in.number(2));
  if (offset < -1439 || offset > 1439) throw Malformed();
  if (r.time + offset * 60'000'000LL >= 253'402'300'800'000'000) throw Malformed();
  r.actor = in.str8();
  for (int i = 0; i < 3; ++i) in.str8();  // step, grant, purpose
  in.raw(16);
  for (int i = 0; i < 3; ++i) in.str8();  // device, place, traceparent
  r.values_commit = in.raw(32);
  r.body = in.bytes32();
  in.end();
  r.leaf = sha(std::string(1, '\0') + bytes);
  return r;
}

Term read_term(const Record& record) {
  if (record.version != 1) throw Malformed();
  Cursor in(record.body);
  Term out;
  out.term = in.number(8);
  out.intake_id = in.raw(16);
  out.from = in.number(8);
  in.str8();
  in.end();
  return out;
}

Round read_round(const Record& record, uint64_t shards) {
  if (record.version != 1) throw Malformed();
  Cursor in(record.body);
  Round out;
  out.number = in.number(8);
  out.closed_at = in.time();
  const uint64_t count = in.number(4);
  for (uint64_t i = 1; i <= count; ++i) {
    if (in.number(4) != i) throw Malformed();
    const uint64_t size = in.number(8);
    out.shards.push_back({size, in.raw(32)});
  }
  if (in.flag()) {
    const uint64_t anchored = in.number(8);
    if (anchored == 0 || anchored >= out.number) throw Malformed();
    in.raw(32);
    in.time();
  }
  in.end();
  if (count + 1 != shards) throw Malformed();
  return out;
}

// 48 bits of milliseconds, then 4 bits 8, 12 bits of the hash, 2 bits 10, and the next 62 bits: written bit by bit.
std::string event_id(const std::string& source, const std::string& source_id, int64_t time_us) {
  const std::string hash = sha(source + std::string(1, '\0') + source_id);
  std::string hex;
  bool uuid = source_id.size() == 36;
  for (size_t i = 0; uuid && i < 36; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = source_id[i];
    if (dash)
      uuid = c == '-';
    else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
      hex += c;
    else
      uuid = false;
  }
  uint64_t ms = static_cast<uint64_t>(time_us) / 1000;
  if (uuid && hex[12] == '7' && std::string("89abAB").find(hex[16]) != std::string::npos)
    ms = std::stoull(hex.substr(0, 12), nullptr, 16);
  std::string bits;
  for (int i = 47; i >= 0; --i) bits += (ms >> i & 1) != 0 ? '1' : '0';
  std::string hash_bits;
  for (const char c : hash)
    for (int i = 7; i >= 0; --i) hash_bits += (static_cast<uint8_t>(c) >> i & 1) != 0 ? '1' : '0';
  bits += "1000" + hash_bits.substr(0, 12) + "10" + hash_bits.substr(12, 62);
  std::string id;
  for (size_t i = 0; i < 128; i += 8) id += static_cast<char>(std::stoi(bits.substr(i, 8), nullptr, 2));
  return id;
}

uint64_t home_shard(const Record& record, uint64_t shards) {
  const std::string& type = record.type;
  if (type == "sealer.started" || type == "event.conflicted" || type == "event.refused") return record.shard;
  if (shards == 1) return 0;
  std::string key;
  if (record.subject != std::string(16, '\0'))
    key = record.subject;
  else if (type.rfind("data.", 0) == 0 || type.rfind("dataset.", 0) == 0 || type == "operation.closed" ||
           type == "source.attested")
    key = sha(record.source);
  else
    return 0;
  return 1 + Cursor(key).number(8) % (shards - 1);
}

std::string blob_hash(const std::string& blob, bool* taken_out) {
  try {
    Cursor in(blob);
    in.mark("CSB1");
    const uint64_t count = in.number(4);
    std::string all = "CSB1";
    for (uint64_t i = 0; i < count; ++i) {
      const size_t begin = in.at();
      in.raw(16);
      const std::string salt = in.raw(32);
      const bool there = !in.bytes32().empty();
      all += there ? sha(blob.substr(begin, in.at() - begin)) : salt;
      if (!there && taken_out != nullptr) *taken_out = true;
    }
    in.end();
    return count == 0 ? "" : sha(all);
  } catch (const Malformed&) {
    return "";
  }
}

}  // namespace custody::twin
