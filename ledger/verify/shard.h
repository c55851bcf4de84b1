// The streaming core: one shard's entries in partition order, and the rules of docs/formats/log.md that need no other
// shard. What needs shard 0 is noted and judged in join(). Each record is hashed once, for chain and tree alike.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/event/key_history.h"
#include "ledger/event/record.h"
#include "ledger/verify/fault_list.h"
#include "ledger/verify/note_check.h"
#include "ledger/verify/root_check.h"
#include "ledger/verify/sources.h"
#include "ledger/verify/spool.h"
#include "ledger/verify/unique_ids.h"
#include "ledger/verify/verifier.h"

namespace custody {

// What all shards share.
struct LedgerFacts {
  std::string descriptor_bytes;
  Descriptor descriptor;
  Digest descriptor_hash{};
  std::string temp_folder;
  size_t ids_memory_bytes = 0;             // for one shard
  std::atomic<uint64_t> registry_size{0};  // records of shard 0 accepted by now
  KeyHistory keys;                         // of these; shard 0's to write while it is read
  size_t notes_kept_bytes = 0;             // before the first record
  // Sizes that rounds name, of shard 0 none; shard 0's to write while it is read.
  std::vector<uint64_t> named_last, named_before;
  VerifyProgress* progress = nullptr;
};

class ShardVerifier {
 public:
  ShardVerifier(LedgerFacts& facts, uint32_t shard);

  // A signed checkpoint; all of them before the first record.
  void checkpoint(std::string_view note);
  void feed(std::string_view record, std::string_view blob);
  void stop(FaultKind kind, std::string expected, std::string found);
  void cut_off() { stopped_ = true; }  // by no fault of this shard
  RootCheck& roots() { return roots_; }
  SourceRows& sources() { return sources_; }

  // All entries of all shards were fed; in any thread.
  void finish(const ShardVerifier& registry);
  // After every finish(), one shard at a time.
  void join(ShardVerifier& registry);

  bool stopped() const { return stopped_; }
  uint64_t size() const { return size_; }
  uint64_t highest_reg() const { return highest_reg_; }

  // What the round that was fed last says of other shards; the caller hands it on and clears it.
  std::vector<std::pair<uint32_t, RootClaim>> round_claims;

  struct Counts {
    uint64_t bytes = 0;
    uint64_t rounds = 0;
    uint64_t last_round = 0;
    uint64_t blobs_present = 0;
    uint64_t blobs_missing = 0;
    uint64_t blobs_altered = 0;
    uint64_t attestations = 0;
  };
  Counts counts;
  VerifiedShard result;  // whole after join()
  FaultList faults;

 private:
  struct Fall {  // of sealed_at, to be excused by a clock.stepped on shard 0
    uint64_t seq;
    int64_t before;
    int64_t after;
    uint64_t reg;
  };
  struct Reach {  // a reg that was ahead of what had been read of shard 0
    uint64_t seq;
    uint64_t reg;
  };

  bool accept(const Record& record);
  void check_stale(const Record& record);
  void check_first(const Record& record);
  void check_own(const Record& record);
  void check_seal(const Record& record);
  void check_sealed_at(const Seal& seal);
  void check_reg(const Seal& seal);
  bool begins_intake(const Record& record);
  void check_statement(const Record& record);
  void check_blob(const Record& record, std::string_view blob);
  void check_round(const Record& record);
  uint32_t right_shard(const Record& record);
  void fault(FaultKind kind, std::string expected, std::string found);
  void late_fault(FaultKind kind, uint64_t seq, std::string expected, std::string found);
  void link(const Record& record, const Digest& leaf, size_t bytes);
  bool signature_holds(const RootClaim& checkpoint, uint64_t reg, const ShardVerifier& registry);
  void judge_falls(ShardVerifier& registry);
  void judge_reaches(const ShardVerifier& registry);
  void count_progress();

  LedgerFacts& facts_;
  const uint32_t shard_;
  std::atomic<bool> stopped_{false};
  std::atomic<uint64_t> size_{0};
  std::atomic<uint64_t> highest_reg_{0};
  Digest head_;
  bool doubtful_head_ = false;    // the next record names another head
  uint64_t obeyed_ = UINT64_MAX;  // the first record that breaks a rule

  Seal last_;  // of the record before
  bool clock_stepped_ = false;
  uint64_t term_ = 0;  // of the last sealer.started
  std::optional<ByteArray<16>> intake_id_;

  NoteCheck notes_;
  RootCheck roots_;
  UniqueIds ids_;
  SourceRows sources_;
  std::vector<Digest> recent_;  // leaves of the last accepted records, by seq modulo its size
  Spool<Fall> falls_;
  Spool<Reach> reaches_;
  Spool<uint64_t> steps_;  // shard 0: where clock.stepped stands
  std::vector<uint64_t> round_sizes_;
  std::string last_source_;
  uint32_t last_source_shard_ = 0;
  uint64_t new_records_ = 0, new_bytes_ = 0;  // not yet told to the progress
};

}  // namespace custody
