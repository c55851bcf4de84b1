// The log a ledger stands on: per shard an intake (what gateways took) and a sealed sequence (what is for ever).
//
// Two implementations, one conformance suite (tests/unit/log): LmdbLog for one machine, KafkaLog for many. The log
// moves bytes and makes them durable; what they mean, and which entry is the next record, is decided above it
// (ledger/seal/acceptance.h), from the bytes alone.
//
// Errors, beside what each function names: kUnavailable = not now (broker away, disk full, too slow): nothing was
// acknowledged, try again; kStore = damaged, foreign, trimmed, deleted, made anew, or of a newer format: do not go on.
// Objects are used by one thread at a time, except Log itself, whose functions may be called from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/event/descriptor.h"

namespace custody {

// Which keyring the ledger's values are under, and where it was when it was made: "host:/folder".
struct KeyringClaim {
  ByteArray<16> id{};
  std::string place;
};

// What one gateway call puts into the intake of one shard: bytes of encode_intake().
struct IntakeAppend {
  uint32_t shard;
  std::string_view entry;
};

// One intake entry as read back. `end` is the position behind it: the value of Seal::intake once it is consumed.
struct IntakeItem {
  uint64_t end;
  std::string_view entry;
};

// One entry of the sealed sequence. `position` orders entries of a shard and is where a reader can go on from.
struct SealedItem {
  uint64_t position;
  std::string_view record;
  std::string_view blob;
};

class IntakeReader {
 public:
  virtual ~IntakeReader() = default;
  // The next entry in order; waits up to `wait` for one and returns nullopt when none came. The bytes live until the
  // next call. Memory is bounded however far the reader is behind.
  virtual std::optional<IntakeItem> next(std::chrono::milliseconds wait) = 0;
};

class SealedReader {
 public:
  virtual ~SealedReader() = default;
  // As IntakeReader::next. Only what is committed is seen. Entries that are no part of the chain (left by a writer that
  // was overtaken) may be among them: the acceptance rule tells.
  virtual std::optional<SealedItem> next(std::chrono::milliseconds wait) = 0;
  // Whether all that was committed when this reader was opened has been returned.
  virtual bool caught_up() const = 0;
};

// The one writer of a shard's sealed sequence.
class SealedWriter {
 public:
  virtual ~SealedWriter() = default;
  struct Entry {
    std::string_view record;
    std::string_view blob;
  };
  // Appends all entries or none, in order; durable and visible to readers on return. Any Error ends this writer:
  // kConflict = another writer has taken over; kUnavailable = the outcome is unknown. Then open a new writer and read
  // the sequence again before anything else is sealed.
  virtual void append(std::span<const Entry> entries) = 0;
};

using NoteFilter = std::function<bool(std::string_view note)>;
inline bool any_note(std::string_view) {
  return true;
}

class Log {
 public:
  virtual ~Log() = default;

  virtual const Descriptor& descriptor() const = 0;

  // Durable on return, in the order given within each shard. On kUnavailable some entries may still have arrived;
  // appending them again is safe, as the sealer drops repeats.
  virtual void append_intake(std::span<const IntakeAppend> entries) = 0;
  // Reads from `position` (0 = the first ever). kStore where entries from there on are gone.
  virtual std::unique_ptr<IntakeReader> read_intake(uint32_t shard, uint64_t position) = 0;
  // The position behind the last durable entry.
  virtual uint64_t intake_end(uint32_t shard) = 0;
  // Allows entries before `position` to be deleted; they have been sealed and signed.
  virtual void trim_intake(uint32_t shard, uint64_t position) = 0;
  // Names the intake's incarnation (a topic id): a changed one means that positions start anew.
  virtual ByteArray<16> intake_id(uint32_t shard) = 0;

  // Reads from the first entry whose record has this seq (or waits for it to come). `position` may be that of an item
  // at or before it, where the search begins; entries from there on may then come first.
  virtual std::unique_ptr<SealedReader> read_sealed(uint32_t shard, uint64_t seq,
                                                    std::optional<uint64_t> position = std::nullopt) = 0;
  // Becomes the shard's writer. Embedded: kConflict while another holds it. Kafka: fences the other out, and what it
  // left unfinished is aborted before this returns.
  virtual std::unique_ptr<SealedWriter> open_writer(uint32_t shard) = 0;

  // Signed checkpoints (ledger/proof/checkpoint.h), the last one put of each size; of a shard the one of the largest
  // size, up to `most`, of those that `wanted` takes.
  virtual void put_checkpoint(uint32_t shard, uint64_t size, std::string_view note) = 0;
  virtual std::optional<std::string> newest_checkpoint(uint32_t shard, uint64_t most = UINT64_MAX,
                                                       const NoteFilter& wanted = any_note) = 0;

  // The first claim ever made stands, durable on return of claim_keyring, which returns it: of racing ones all but one
  // learn that they lost. A second keyring would give customers second subject ids.
  virtual std::optional<KeyringClaim> keyring() = 0;
  virtual KeyringClaim claim_keyring(const KeyringClaim& mine) = 0;

  // Why nothing can be appended or read at this moment, as far as known (an append refused just now is known); empty =
  // well. Never waits.
  virtual std::string trouble() const = 0;
  // "lmdb" or "kafka"; and whether a single machine's loss loses acknowledged records.
  virtual std::string_view kind() const = 0;
  virtual bool replicated() const = 0;
};

}  // namespace custody
