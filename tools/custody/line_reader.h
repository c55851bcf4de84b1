// The lines of a file or of standard input, in memory that the longest line allowed bounds, however long the input is.
#pragma once

#include <cstdint>
#include <string>

namespace custody {

class LineReader {
 public:
  // "-" = standard input. Error kUsage where it cannot be read: absent, a folder, not allowed.
  LineReader(std::string path, size_t max_bytes);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next line without its line feed; false at the end. `too_long()` then says whether it was longer than max_bytes:
  // it is passed over and `line` is empty.
  bool next(std::string& line);
  bool too_long() const { return too_long_; }
  uint64_t number() const { return number_; }  // of the line that next() gave, from 1
  // Whether next() would have something at once. False while a pipe's writer is silent, so that what was read so far
  // need not wait for it.
  bool more_at_once() const;

 private:
  bool fill();

  std::string path_;
  size_t max_bytes_;
  int fd_ = -1;
  std::string buffer_;
  size_t at_ = 0;  // what stands before was given out
  bool end_ = false;
  bool too_long_ = false;
  uint64_t number_ = 0;
};

}  // namespace custody
