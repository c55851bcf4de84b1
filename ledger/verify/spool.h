// Rows of a fixed size that must be kept for later, however many: the newest in memory, the rest in a temporary file
// without a name. A file exists only once the memory is used up.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace custody {

// A file that is nobody else's and goes with the object. Errors: kUnavailable.
class TempFile {
 public:
  TempFile() = default;
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  bool is_open() const { return fd_ >= 0; }
  void open(const std::string& folder);  // empty = $TMPDIR, else /tmp
  void append(std::string_view bytes);
  void read(uint64_t offset, char* out, size_t size) const;
  uint64_t size() const { return size_; }
  void clear();

 private:
  int fd_ = -1;
  uint64_t size_ = 0;
};

// First in, first out, and readable by index from the front.
class SpoolBytes {
 public:
  SpoolBytes(std::string folder, size_t row_bytes, size_t memory_bytes)
      : folder_(std::move(folder)), row_(row_bytes), memory_(memory_bytes) {}
  void push(const void* row);
  void get(uint64_t at, void* row);  // at < size(), counted from the front
  void drop_front();
  uint64_t size() const { return (file_.size() + tail_.size()) / row_ - front_; }

 private:
  std::string folder_;
  size_t row_;
  size_t memory_;
  TempFile file_;      // the older rows
  std::string tail_;   // the newer ones
  std::string block_;  // of the file, as read last
  uint64_t block_at_ = 0;
  uint64_t front_ = 0;  // rows dropped
};

template <class Row>
class Spool {
  static_assert(std::is_trivially_copyable_v<Row>);

 public:
  Spool(std::string folder, size_t memory_bytes) : bytes_(std::move(folder), sizeof(Row), memory_bytes) {}
  void push(const Row& row) { bytes_.push(&row); }
  Row get(uint64_t at) {
    Row row;
    bytes_.get(at, &row);
    return row;
  }
  Row front() { return get(0); }
  void drop_front() { bytes_.drop_front(); }
  uint64_t size() const { return bytes_.size(); }
  bool empty() const { return size() == 0; }

 private:
  SpoolBytes bytes_;
};

}  // namespace custody
