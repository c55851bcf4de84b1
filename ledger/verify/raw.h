// The raw form of a ledger: everything a verifier needs as one stream of bytes (docs/formats/log.md).
//
//   raw   = "CSX1" descriptor:bytes32 note* entry* end
//   note  = u8 2, shard:u32, note:bytes32      a signed checkpoint; all of them before the first entry
//   entry = u8 1, shard:u32, log_entry:bytes32 in partition order within a shard, shards interleaved at will
//   end   = u8 3, frames:u64                   count of notes and entries; nothing follows
//
// Memory is constant: a frame longer than kMaxRawFrameBytes is refused before it is read.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/verify/verifier.h"

namespace custody {

inline constexpr size_t kMaxRawFrameBytes = 4u << 20;
inline constexpr size_t kMaxRawDescriptorBytes = 1u << 20;

class RawWriter {
 public:
  // Writes the mark and the descriptor. Error kUnavailable here and below when the stream refuses the bytes.
  RawWriter(std::ostream& out, std::string_view descriptor_bytes);
  void checkpoint(const CheckpointNote& note);  // kUsage after the first entry
  void entry(uint32_t shard, std::string_view record, std::string_view blob);
  void finish();

 private:
  void frame(uint8_t kind, uint32_t shard, uint64_t size);
  void put(std::string_view bytes);
  std::ostream& out_;
  uint64_t frames_ = 0;
  bool entries_ = false;
};

struct RawFrame {
  enum Kind : uint8_t { kEntry = 1, kNote = 2 };
  Kind kind;
  uint32_t shard;
  std::string_view bytes;  // until the next call of next()
};

class RawReader {
 public:
  explicit RawReader(std::istream& in) : in_(in) {}
  // Mark and descriptor. Like next(): Error kRefused with the byte offset when the stream is malformed or cut off.
  std::string descriptor();
  // nullopt behind a well-formed end.
  std::optional<RawFrame> next();

 private:
  std::string_view take(size_t size);
  [[noreturn]] void fail(const std::string& what) const;
  std::istream& in_;
  std::string buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t offset_ = 0;  // of buffer_[begin_] in the stream
  uint64_t frames_ = 0;
  bool entries_ = false;
  bool ended_ = false;
};

// The whole source as one raw stream: checkpoints, shard 0, then the other shards in turn, each up to the first record
// that refers beyond what was written of shard 0, so that the stream is a consistent cut of a log that grows meanwhile.
// Returns the number of entries.
uint64_t write_raw(EntrySource& source, std::ostream& out);

// Verifies a raw stream in one pass, shards in parallel. A malformed stream is a fault of kind raw_form.
VerifyReport verify_raw(std::istream& in, const VerifyOptions& options = {});

}  // namespace custody
