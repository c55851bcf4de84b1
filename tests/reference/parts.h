// The parts of a raw log as docs/formats/record.md and log.md lay them out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/reference/bytes.h"

namespace custody::twin {

struct Descriptor {
  std::string bytes;
  std::string ledger_id;
  std::string origin;
  uint64_t shards = 0;
  std::string signer;
  bool governed = false;
};
Descriptor read_descriptor(const std::string& bytes);

struct Record {
  uint64_t shard, seq, reg, intake, seen, method, version, sequence;
  int64_t sealed_at, time;
  std::string prev, subject, blob, type, id, source, source_id, actor, principal, values_commit, body, leaf,
      statement_hash;
};
Record read_record(const std::string& bytes);

struct Term {
  uint64_t term, from;
  std::string intake_id;
};
Term read_term(const Record& record);

struct Round {
  uint64_t number = 0;
  int64_t closed_at = 0;
  struct Entry {
    uint64_t size;
    std::string root;
  };
  std::vector<Entry> shards;  // [0] is shard 1
};
Round read_round(const Record& record, uint64_t shards);

// Hashes and what is made of them.
std::string sha(const std::string& bytes);
std::string merkle_root(const std::vector<std::string>& leaves, size_t begin, size_t end);
std::string event_id(const std::string& source, const std::string& source_id, int64_t time_us);
uint64_t home_shard(const Record& record, uint64_t shards);
// Empty string: no blob's form. Says whether a section was taken out of it.
std::string blob_hash(const std::string& blob, bool* taken_out = nullptr);

// A signed checkpoint.
struct Note {
  std::string kind;  // empty: it can be read; else the kind of the fault
  uint64_t size = 0;
  std::string root;
  std::string body;                                             // what is signed
  std::vector<std::pair<std::string, std::string>> signatures;  // under the origin: key hash, and the rest
};
Note read_note(const std::string& note, const std::string& origin);
// How many signatures of the key a note has, and whether all hold.
struct Word {
  size_t valid = 0, invalid = 0;
};
Word word_of(const std::string& key, const Note& note, const std::string& origin);

// A key of the ledger: it signs for sizes of shard 0 in [from, until).
struct Key {
  std::string key;
  uint64_t from, until;
};
std::vector<Key> keys_of(const Descriptor& descriptor, const std::vector<Record>& registry);

// What a source.attested says. Malformed where it is none.
struct Attestation {
  std::string source, digest, signature;
  uint64_t from, to;
};
Attestation read_attestation(const Record& record);
// The faults of attestations, (kind, shard, seq), with the records of each shard as they were read. `cuts`: how many of
// each shard are judged.
struct SourceFault {
  std::string kind;
  uint64_t shard, seq;
};
std::vector<SourceFault> judge_sources(const Descriptor& descriptor, const std::vector<std::vector<Record>>& shards,
                                       const std::vector<uint64_t>& cuts, bool all_read);

}  // namespace custody::twin
