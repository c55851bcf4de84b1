#include "ledger/verify/raw.h"

#include <algorithm>
#include <istream>
#include <ostream>

namespace custody {
namespace {

constexpr std::string_view kMark = "CSX1";
constexpr uint8_t kEndFrame = 3;
constexpr size_t kBlockBytes = 1u << 20;
constexpr uint64_t kMaxNotes = 4096;

}  // namespace

RawWriter::RawWriter(std::ostream& out, std::string_view descriptor_bytes) : out_(out) {
  std::string head(kMark);
  append_le(head, descriptor_bytes.size(), 4);
  put(head);
  put(descriptor_bytes);
}

void RawWriter::put(std::string_view bytes) {
  if (!out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    throw Error(ErrorCode::kUnavailable, "the raw log could not be written: the disk is full or the reader went away");
}

void RawWriter::frame(uint8_t kind, uint32_t shard, uint64_t size) {
  std::string head(1, static_cast<char>(kind));
  append_le(head, shard, 4);
  append_le(head, size, 4);
  put(head);
  ++frames_;
}

void RawWriter::checkpoint(const CheckpointNote& note) {
  if (entries_) throw Error(ErrorCode::kUsage, "checkpoints come before the first entry of a raw log");
  frame(RawFrame::kNote, note.shard, note.note.size());
  put(note.note);
}

void RawWriter::entry(uint32_t shard, std::string_view record, std::string_view blob) {
  entries_ = true;
  frame(RawFrame::kEntry, shard, 4 + record.size() + blob.size());
  std::string length;
  append_le(length, record.size(), 4);
  put(length);
  put(record);
  put(blob);
}

void RawWriter::finish() {
  std::string end(1, static_cast<char>(kEndFrame));
  append_le(end, frames_, 8);
  put(end);
  out_.flush();
  if (!out_) put("");
}

void RawReader::fail(const std::string& what) const {
  throw Error(ErrorCode::kRefused, what + " at byte " + std::to_string(offset_));
}

// `size` bytes in one piece, valid until the next call.
std::string_view RawReader::take(size_t size) {
  if (end_ - begin_ < size) {
    buffer_.erase(0, begin_);
    end_ -= begin_;
    begin_ = 0;
    buffer_.resize(std::max(size, kBlockBytes));
    while (end_ < size && in_) {
      in_.read(buffer_.data() + end_, static_cast<std::streamsize>(buffer_.size() - end_));
      end_ += static_cast<size_t>(in_.gcount());
    }
    if (end_ < size) fail("the stream is cut off");
  }
  const std::string_view out(buffer_.data() + begin_, size);
  begin_ += size;
  offset_ += size;
  return out;
}

std::string RawReader::descriptor() {
  if (take(4) != kMark) {
    offset_ = 0;
    fail("expected the mark CSX1");
  }
  const uint64_t size = read_le(take(4), 0, 4);
  if (size > kMaxRawDescriptorBytes) fail("a descriptor of " + std::to_string(size) + " bytes");
  return std::string(take(size));
}

std::optional<RawFrame> RawReader::next() {
  if (ended_) return std::nullopt;
  const auto kind = static_cast<uint8_t>(take(1)[0]);
  if (kind == kEndFrame) {
    if (read_le(take(8), 0, 8) != frames_) fail("the end counts other than " + std::to_string(frames_) + " frames");
    if (begin_ != end_ || in_.peek() != std::istream::traits_type::eof()) fail("bytes behind the end");
    ended_ = true;
    return std::nullopt;
  }
  if (kind != RawFrame::kEntry && kind != RawFrame::kNote) fail("a frame of unknown kind " + std::to_string(kind));
  const bool note = kind == RawFrame::kNote;
  if (note && entries_) fail("a checkpoint behind an entry");
  if (note && frames_ == kMaxNotes) fail("more than " + std::to_string(kMaxNotes) + " checkpoints");
  entries_ = !note;
  const std::string_view head = take(8);
  const auto shard = static_cast<uint32_t>(read_le(head, 0, 4));
  const uint64_t size = read_le(head, 4, 4);
  if (size > kMaxRawFrameBytes) fail("a frame of " + std::to_string(size) + " bytes");
  ++frames_;
  return RawFrame{static_cast<RawFrame::Kind>(kind), shard, take(size)};
}

}  // namespace custody
