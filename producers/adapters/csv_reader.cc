// RFC 4180:  file = row *(line-end row);  row = field *(delimiter field);  field = plain | '"' *(any but '"' | '""')
// '"'
//
// A row that breaks the grammar is passed over to its line end and refused with the place; a quote that never closes
// ends the file, for nothing behind it can be told apart.
#include <algorithm>

#include "ledger/base/bytes.h"
#include "producers/adapters/record_reader.h"

namespace custody {
namespace {

class CsvReader : public RecordReader {
 public:
  CsvReader(const std::string& path, char delimiter, std::vector<std::string> columns)
      : bytes_(path), delimiter_(static_cast<unsigned char>(delimiter)), columns_(std::move(columns)) {}

  std::optional<SourceRecord> next() override {
    if (columns_.empty() && !read_header()) return std::nullopt;
    if (!read_row()) return std::nullopt;
    if (cells_.size() != columns_.size())
      fail_row(cells_.back().place, std::to_string(columns_.size()) + " columns were expected as in the header, " +
                                        std::to_string(cells_.size()) + " found");
    SourceRecord record;
    record.place = cells_[0].place;
    for (size_t i = 0; i < cells_.size(); ++i) {
      record.fields.emplace(columns_[i], cells_[i].text);
      record.columns.push_back(cells_[i].place);
    }
    return record;
  }

  std::string where(const SourceRecord& record, std::string_view member) const override {
    const auto found = std::find(columns_.begin(), columns_.end(), member);
    if (found == columns_.end()) return bytes_.at(record.place);
    return bytes_.at(record.columns[static_cast<size_t>(found - columns_.begin())]);
  }

 private:
  struct Cell {
    std::string text;
    TextPlace place;
  };

  [[noreturn]] void fail_row(const TextPlace& place, const std::string& message) const {
    throw Error(ErrorCode::kRefused, bytes_.at(place) + ": " + message);
  }
  [[noreturn]] void fail_file(const TextPlace& place, const std::string& message) const {
    throw Error(ErrorCode::kUsage, bytes_.at(place) + ": " + message);
  }

  bool read_header() {
    try {
      if (!read_row()) return false;
    } catch (const Error& error) {
      throw Error(ErrorCode::kUsage, error.what());
    }
    for (const Cell& cell : cells_) {
      if (cell.text.empty()) fail_file(cell.place, "a column of the header has no name");
      if (std::find(columns_.begin(), columns_.end(), cell.text) != columns_.end())
        fail_file(cell.place, "the header names column '" + cell.text + "' twice");
      columns_.push_back(cell.text);
    }
    return true;
  }

  // Fills cells_; false at the end of the file. Throws after the row's end was reached.
  bool read_row() {
    fault_.reset();
    while (at_line_end())
      if (!take_line_end()) return false;
    cells_.clear();
    size_ = 0;
    do {
      cells_.push_back({"", bytes_.place()});
      if (bytes_.peek() == '"')
        read_quoted();
      else
        read_plain();
    } while (take_delimiter());
    take_line_end();
    for (const Cell& cell : cells_)
      if (!is_utf8(cell.text)) note(cell.place, "the field is not UTF-8");
    if (fault_) fail_row(fault_->place, fault_->text);
    return true;
  }

  bool at_line_end() {
    const int c = bytes_.peek();
    return c == EOF || c == '\n' || c == '\r';
  }
  // False at the end of the file.
  bool take_line_end() {
    const TextPlace place = bytes_.place();
    if (bytes_.peek() == '\r') {
      bytes_.get();
      if (bytes_.peek() != '\n') note(place, "a carriage return without a line feed");
    }
    return bytes_.peek() == '\n' ? bytes_.get() != EOF : bytes_.peek() != EOF;
  }
  bool take_delimiter() {
    if (bytes_.peek() != delimiter_) return false;
    bytes_.get();
    if (cells_.size() == kMaxColumns) note(bytes_.place(), "more than " + std::to_string(kMaxColumns) + " columns");
    if (cells_.size() > kMaxColumns) cells_.pop_back();
    return true;
  }

  void read_plain() {
    while (bytes_.peek() != delimiter_ && !at_line_end()) {
      if (bytes_.peek() == '"') note(bytes_.place(), "a quote inside a field that does not begin with one");
      keep(bytes_.get());
    }
  }

  void read_quoted() {
    const TextPlace opened = bytes_.place();
    bytes_.get();
    for (int c = bytes_.get();; c = bytes_.get()) {
      if (c == EOF) fail_file(opened, "the quote that opens here never closes");
      if (c == '"' && bytes_.peek() != '"') break;
      if (c == '"') bytes_.get();
      keep(c);
    }
    if (bytes_.peek() != delimiter_ && !at_line_end()) {
      note(bytes_.place(), "text after a closing quote");
      read_plain();
    }
  }

  void keep(int c) {
    if (++size_ > kMaxRecordBytes)
      note(cells_.back().place, "the row is longer than " + std::to_string(kMaxRecordBytes) + " bytes");
    else
      cells_.back().text.push_back(static_cast<char>(c));
  }

  void note(const TextPlace& place, std::string text) {
    if (!fault_) fault_ = Fault{place, std::move(text)};
  }

  static constexpr size_t kMaxColumns = 4096;
  struct Fault {
    TextPlace place;
    std::string text;
  };
  ByteReader bytes_;
  const int delimiter_;
  std::vector<std::string> columns_;
  std::vector<Cell> cells_;
  std::optional<Fault> fault_;
  size_t size_ = 0;
};

}  // namespace

std::unique_ptr<RecordReader> read_csv(const std::string& path, char delimiter, std::vector<std::string> columns) {
  return std::make_unique<CsvReader>(path, delimiter, std::move(columns));
}

}  // namespace custody
