// CloudTrail's log files are one JSON object {"Records":[{...},{...}]}, often without a line break and of any length.
// The elements are cut out by their braces, outside of strings, and only then parsed, one at a time.
#include <boost/json.hpp>

#include "ledger/base/bytes.h"
#include "ledger/codec/json.h"
#include "producers/adapters/cloudtrail.h"
#include "producers/adapters/record_reader.h"

namespace custody {
namespace {

class CloudTrailReader : public RecordReader {
 public:
  explicit CloudTrailReader(const std::string& path) : bytes_(path) {}

  std::optional<SourceRecord> next() override {
    if (ended_ || (number_ == 0 && !open_list())) return std::nullopt;
    ++number_;
    cut_out();
    SourceRecord record = parse();
    return record;
  }

  std::string where(const SourceRecord& record, std::string_view) const override { return place(record.place.line); }

 private:
  std::string place(uint64_t number) const { return bytes_.path() + ": record " + std::to_string(number); }
  [[noreturn]] void fail_file(const std::string& expected) const {
    throw Error(ErrorCode::kUsage, bytes_.at(bytes_.place()) + ": this is no CloudTrail log file: " + expected);
  }
  [[noreturn]] void fail_record(const std::string& message) const {
    throw Error(ErrorCode::kRefused, place(number_) + ": " + message);
  }

  int take() {
    while (bytes_.peek() == ' ' || bytes_.peek() == '\n' || bytes_.peek() == '\r' || bytes_.peek() == '\t')
      bytes_.get();
    return bytes_.get();
  }
  void expect(char wanted) {
    if (take() != wanted) fail_file(std::string("'") + wanted + "' was expected");
  }

  // Up to the first element; false where the list is empty.
  bool open_list() {
    if (bytes_.peek() == 0x1f) fail_file("it is compressed; unpack it with gunzip first");
    expect('{');
    expect('"');
    for (char c : std::string_view("Records\""))
      if (bytes_.get() != c) fail_file("\"Records\" was expected");
    expect(':');
    expect('[');
    opening_ = take();
    if (opening_ == ']') close();
    return !ended_;
  }

  void close() {
    expect('}');
    if (take() != EOF) fail_file("the end of the file was expected");
    ended_ = true;
  }

  // One object into text_, and the comma or the end behind it.
  void cut_out() {
    if (opening_ != '{') fail_file("a record, '{', was expected");
    text_.clear();
    too_long_ = false;
    size_t depth = 0;
    for (int c = opening_;; c = bytes_.get()) {
      if (c == EOF) fail_file("the file ends within record " + std::to_string(number_));
      keep(c);
      if (c == '"') skip_string();
      if (c == '{') ++depth;
      if (c == '}' && --depth == 0) break;
    }
    const int after = take();
    if (after == ',') return void(opening_ = take());
    if (after != ']') fail_file("',' or ']' was expected");
    close();
  }

  void skip_string() {
    for (int c = bytes_.get(); c != '"'; c = bytes_.get()) {
      if (c == EOF) fail_file("the file ends within a text");
      keep(c);
      if (c == '\\') keep(bytes_.get());
    }
    keep('"');
  }

  void keep(int c) {
    if (c == EOF) fail_file("the file ends within a text");
    too_long_ = too_long_ || text_.size() == kMaxRecordBytes;
    if (!too_long_) text_.push_back(static_cast<char>(c));
  }

  SourceRecord parse() const {
    if (too_long_) fail_record("is longer than " + std::to_string(kMaxRecordBytes) + " bytes");
    SourceRecord record;
    record.place = {number_, 1};
    try {
      record.fields = std::move(parse_json(text_).get_object());
    } catch (const Error& error) {
      fail_record(error.what());
    }
    for (const char* name : {"eventID", "eventName", "eventSource", "eventTime"}) {
      const auto* value = record.fields.if_contains(name);
      if (value == nullptr || !value->is_string() || value->get_string().empty())
        fail_record(std::string("has no ") + name);
    }
    record.fields["custody"] = cloudtrail_findings(record.fields);
    return record;
  }

  ByteReader bytes_;
  uint64_t number_ = 0;
  int opening_ = 0;  // first byte of the element to come
  bool ended_ = false;
  bool too_long_ = false;
  std::string text_;
};

}  // namespace

std::unique_ptr<RecordReader> read_cloudtrail(const std::string& path) {
  return std::make_unique<CloudTrailReader>(path);
}

}  // namespace custody
