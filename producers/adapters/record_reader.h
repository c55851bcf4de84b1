// Records of foreign files, one after the other, in memory that does not depend on the size of the file.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace custody {

// Longer ones are refused. CloudTrail's own limit is 256 KiB.
inline constexpr size_t kMaxRecordBytes = size_t{1} << 20;

struct TextPlace {
  uint64_t line = 1;    // from 1
  uint64_t column = 1;  // from 1, in bytes
};

struct SourceRecord {
  boost::json::object fields;
  TextPlace place;                 // of CloudTrail records, `line` is the record's number
  std::vector<TextPlace> columns;  // of CSV: of each member of `fields`
};

class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // nullopt after the last. Error kRefused, with file:line:column, for one bad record: the reader stands behind it.
  // kUsage when nothing after this place can be read.
  virtual std::optional<SourceRecord> next() = 0;
  // file:line:column of a member, or of the record where the reader does not know the member's own place.
  virtual std::string where(const SourceRecord& record, std::string_view member) const = 0;
};

// Bytes of a file with the place they stand at. A byte order mark at the start is passed over.
class ByteReader {
 public:
  // Error kNotFound where it cannot be opened, kUsage where it is no file.
  explicit ByteReader(const std::string& path);
  int get();                                         // the next byte, or EOF
  int peek();                                        // the same without going on
  const TextPlace& place() const { return place_; }  // of the next byte
  std::string at(const TextPlace& place) const;      // "file:line:column"
  const std::string& path() const { return path_; }

 private:
  bool fill();
  std::string path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::string buffer_;
  size_t next_ = 0;
  TextPlace place_;
};

// RFC 4180 with any one-byte delimiter, and LF as well as CRLF. Without `columns` the first line names them; all lines
// must have as many fields. Each value is a string. Empty lines are passed over.
std::unique_ptr<RecordReader> read_csv(const std::string& path, char delimiter, std::vector<std::string> columns);
// One JSON object a line; empty lines are passed over.
std::unique_ptr<RecordReader> read_ndjson(const std::string& path);
// The elements of "Records", each with a member "custody" added: what adapters/cloudtrail.h finds in it.
std::unique_ptr<RecordReader> read_cloudtrail(const std::string& path);

}  // namespace custody
