#include <sys/stat.h>

#include "ledger/base/error.h"
#include "producers/adapters/record_reader.h"

namespace custody {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 16;

std::FILE* open_file(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) throw Error(ErrorCode::kNotFound, path + ": no such file");
  if (!S_ISREG(status.st_mode)) throw Error(ErrorCode::kUsage, path + " is no regular file");
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) throw Error(ErrorCode::kNotFound, path + " cannot be opened for reading");
  return file;
}

}  // namespace

ByteReader::ByteReader(const std::string& path) : path_(path), file_(open_file(path), std::fclose) {
  if (fill() && buffer_.starts_with("\xef\xbb\xbf")) next_ = 3;
}

bool ByteReader::fill() {
  buffer_.resize(kBufferBytes);
  buffer_.resize(std::fread(buffer_.data(), 1, kBufferBytes, file_.get()));
  next_ = 0;
  if (buffer_.empty() && std::ferror(file_.get()) != 0)
    throw Error(ErrorCode::kUnavailable, path_ + " cannot be read further");
  return !buffer_.empty();
}

int ByteReader::peek() {
  if (next_ == buffer_.size() && !fill()) return EOF;
  return static_cast<unsigned char>(buffer_[next_]);
}

int ByteReader::get() {
  const int c = peek();
  if (c == EOF) return EOF;
  ++next_;
  if (c == '\n')
    place_ = {place_.line + 1, 1};
  else
    ++place_.column;
  return c;
}

std::string ByteReader::at(const TextPlace& place) const {
  return path_ + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

}  // namespace custody
