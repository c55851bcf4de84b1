// Cuts a stream of bytes into lines, one event each, and lines into batches. Holds at most one batch and one line more,
// however long the stream is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace custody {

class EventLines {
 public:
  struct Limits {
    size_t line_bytes = 1u << 20;
    size_t batch_lines = 512;
    size_t batch_bytes = 1u << 20;
  };
  // Lines that follow each other without a gap; blank ones are counted and skipped, so a batch ends before one.
  struct Batch {
    uint64_t first_line = 0;  // from 1
    std::vector<std::string_view> lines;
    bool too_long = false;  // `first_line` was longer than line_bytes, and is gone; `lines` is empty
    bool empty() const { return lines.empty() && !too_long; }
  };

  explicit EventLines(Limits limits) : limits_(limits) {}

  void push(std::string_view bytes);
  // The next batch, of the lines that are there. Its views live until the next call of push. Empty: more bytes are
  // needed; at the end of the stream (`end`) a last line needs no line feed.
  Batch next(bool end);
  // Whether a whole batch is there, so that it should be taken before more is pushed.
  bool full() const { return line_feeds_ >= limits_.batch_lines || buffer_.size() - at_ >= limits_.batch_bytes; }

  // Number of the next line that is not given out yet.
  uint64_t line() const { return line_; }

 private:
  bool next_line(bool end, std::string_view& line);

  Limits limits_;
  std::string buffer_;
  size_t at_ = 0;          // what stands before was given out
  size_t line_feeds_ = 0;  // in buffer_ from at_
  uint64_t line_ = 1;      // number of the line at at_
  bool skipping_ = false;  // inside a line that is too long
};

}  // namespace custody
