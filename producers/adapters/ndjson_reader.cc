#include <boost/json.hpp>

#include "ledger/base/bytes.h"
#include "ledger/codec/json.h"
#include "producers/adapters/record_reader.h"

namespace custody {
namespace {

class NdjsonReader : public RecordReader {
 public:
  explicit NdjsonReader(const std::string& path) : bytes_(path) {}

  std::optional<SourceRecord> next() override {
    while (read_line()) {
      if (line_.find_first_not_of(" \t\r") == std::string::npos && !too_long_) continue;
      if (too_long_) fail("the line is longer than " + std::to_string(kMaxRecordBytes) + " bytes");
      return parse();
    }
    return std::nullopt;
  }

  std::string where(const SourceRecord& record, std::string_view) const override { return bytes_.at(record.place); }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorCode::kRefused, bytes_.at(start_) + ": " + message);
  }

  bool read_line() {
    line_.clear();
    too_long_ = false;
    start_ = bytes_.place();
    int c = bytes_.get();
    if (c == EOF) return false;
    for (; c != EOF && c != '\n'; c = bytes_.get()) {
      too_long_ = too_long_ || line_.size() == kMaxRecordBytes;
      if (!too_long_) line_.push_back(static_cast<char>(c));
    }
    return true;
  }

  SourceRecord parse() const {
    SourceRecord record;
    record.place = start_;
    try {
      boost::json::value value = parse_json(line_);
      if (!value.is_object()) throw Error(ErrorCode::kUsage, "a JSON object was expected");
      record.fields = std::move(value.get_object());
    } catch (const Error& error) {
      fail(error.what());
    }
    return record;
  }

  ByteReader bytes_;
  TextPlace start_;
  std::string line_;
  bool too_long_ = false;
};

}  // namespace

std::unique_ptr<RecordReader> read_ndjson(const std::string& path) {
  return std::make_unique<NdjsonReader>(path);
}

}  // namespace custody
