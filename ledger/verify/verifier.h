// The verifier: reads a ledger's log alone and says what its bytes prove. It shares with the writer only the grammar
// (ledger/codec, ledger/event) and the hash; tree, notes and rules are its own (docs/formats/log.md lists them).
//
// Memory is bounded whatever the log's size: ids_memory_bytes for ids (sorted runs in temporary files beyond that) and
// at most 2 MiB a shard beside. Nothing in the log can make it throw: what is wrong with bytes is a fault in the
// report. Error kUnavailable = a temporary file could not be written; Errors of the EntrySource pass through.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/codec/types.h"
#include "ledger/event/descriptor.h"
#include "ledger/verify/report.h"

namespace custody {

// What the last verification found, kept so that the next can prove that the log only grew.
struct SavedHead {
  struct Shard {
    uint32_t shard = 0;
    uint64_t size = 0;
    Digest head{};
    Digest root{};
    template <class Archive>
    void serialize(Archive& ar) {
      ar(field("shard", shard), field("size", size), field("head", head), field("root", root));
    }
  };
  Magic magic{"CSH1"};
  Digest descriptor{};
  std::vector<Shard> shards;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("descriptor", descriptor), field("shards", shards));
  }
};
std::string encode_saved_head(const SavedHead& head);
SavedHead decode_saved_head(std::string_view bytes);  // kStore when malformed
// Of a report without faults: what to save. Of one with faults nullopt: keep the old one.
std::optional<SavedHead> saved_head(const VerifyReport& report);

// A signed checkpoint as the log keeps it (C2SP tlog-checkpoint).
struct CheckpointNote {
  uint32_t shard = 0;
  std::string note;
};

// Counted while a verification runs; read by whoever draws the progress.
struct VerifyProgress {
  std::atomic<uint64_t> records{0};
  std::atomic<uint64_t> bytes{0};
};

struct VerifyOptions {
  std::string temp_folder;              // empty = $TMPDIR, else /tmp
  size_t ids_memory_bytes = 64u << 20;  // for all shards together
  unsigned threads = 0;                 // 0 = as many as there are processors
  std::optional<SavedHead> saved;       // prove that the log extends it
  std::optional<Digest> descriptor;     // SHA-256 of the descriptor that the reader trusts
  VerifyProgress* progress = nullptr;
};

// Where entries come from, in partition order. next() is called by one thread at a time for each shard, and for
// different shards at once.
class EntrySource {
 public:
  struct Entry {
    std::string_view record;
    std::string_view blob;
  };
  virtual ~EntrySource() = default;
  virtual std::string descriptor_bytes() = 0;
  // Newest first or last, any number; asked once, after descriptor_bytes() and before any next().
  virtual std::vector<CheckpointNote> checkpoints() = 0;
  // The next entry, or nullopt at the end of what is there now; asked again later it may give what has come since. The
  // bytes live until the next call for the same shard.
  virtual std::optional<Entry> next(uint32_t shard) = 0;
};

// Reads every shard to its end, in parallel, and as much further as needed to cover what was referred to meanwhile (a
// log may grow while it is read).
VerifyReport verify(EntrySource& source, const VerifyOptions& options = {});

// The streaming core, for callers that have the entries pushed at them. feed() may be called for different shards from
// different threads, for one shard by one thread at a time. All checkpoints come before the first entry.
class LedgerVerifier {
 public:
  LedgerVerifier(std::string_view descriptor_bytes, const VerifyOptions& options);
  ~LedgerVerifier();

  uint32_t shards() const;  // 0 when the descriptor is malformed: then nothing can be fed
  void checkpoint(const CheckpointNote& note);
  void feed(uint32_t shard, std::string_view record, std::string_view blob);
  // A fault found outside records: a malformed frame or entry. It ends the shard's reading.
  void malformed(FaultKind kind, uint32_t shard, std::string_view expected, std::string_view found);

  // What was referred to by other shards: the records of `shard` that must exist. Safe from any thread.
  uint64_t size(uint32_t shard) const;
  uint64_t referred_size(uint32_t shard) const;
  bool stopped(uint32_t shard) const;

  // Joins the shards; call once, when no feed() runs. Whole work that can be parallel is.
  VerifyReport finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace custody
