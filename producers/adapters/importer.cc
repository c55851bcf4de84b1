// Files in, events out: lists the files, reads the mapping, and walks record by record.
#include <algorithm>
#include <boost/json.hpp>
#include <deque>
#include <filesystem>

#include "ledger/base/file.h"
#include "ledger/base/hash.h"
#include "producers/adapters/brackets.h"
#include "producers/adapters/builtin_mapping.h"
#include "producers/adapters/event_source.h"
#include "producers/adapters/mapper.h"

namespace custody {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxMappingBytes = uint64_t{1} << 20;

bool is_of(ImportFormat format, const fs::path& file) {
  const std::string ending = file.extension().string();
  if (format == ImportFormat::kCsv) return ending == ".csv";
  if (format == ImportFormat::kNdjson) return ending == ".ndjson" || ending == ".jsonl";
  return ending == ".json";
}

// Files as named; folders as the files below them, in the order of their names.
std::vector<std::string> list_files(const ImportRequest& request) {
  std::vector<std::string> files;
  for (const std::string& path : request.paths) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status)) throw Error(ErrorCode::kNotFound, path + ": no such file or folder");
    if (!fs::is_directory(status)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (auto entry = fs::recursive_directory_iterator(path, error); !error && entry != fs::end(entry);
         entry.increment(error))
      if (entry->is_regular_file() && is_of(request.format, entry->path())) found.push_back(entry->path().string());
    if (error) throw Error(ErrorCode::kNotFound, path + " cannot be listed: " + error.message());
    if (found.empty()) throw Error(ErrorCode::kNotFound, path + ": the folder holds no file of this format");
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  if (files.empty()) throw Error(ErrorCode::kUsage, "name at least one file or folder to import");
  return files;
}

Mapping load_mapping(const ImportRequest& request) {
  if (request.mapping) return parse_mapping(read_file(*request.mapping, kMaxMappingBytes), *request.mapping);
  if (request.format == ImportFormat::kCloudTrail)
    return parse_mapping(kBuiltinCloudTrailMapping, "(built-in CloudTrail mapping)");
  throw Error(ErrorCode::kUsage, "name a mapping file: --map FILE");
}

std::string base_name(const std::string& path) {
  return fs::path(path).filename().string();
}

void require_rules_for(const Mapping& mapping, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    const std::string name = base_name(file);
    const auto is_ruled = [&](const auto& rule) { return is_for(rule.files, name); };
    if (std::none_of(mapping.rules.begin(), mapping.rules.end(), is_ruled))
      throw Error(ErrorCode::kUsage, file + ": no [[rule]] of " + mapping.path + " is for a file of this name");
  }
}

class Importer : public EventSource {
 public:
  Importer(const ImportRequest& request, Mapping mapping, std::vector<std::string> files)
      : format_(request.format),
        with_brackets_(request.brackets),
        mapping_(std::move(mapping)),
        files_(std::move(files)),
        mapper_(mapping_) {}

  std::optional<ImportedEvent> next() override {
    while (ready_.empty()) {
      if (!reader_ && !open_next()) return std::nullopt;
      try {
        const auto record = reader_->next();
        if (record)
          take(*record);
        else
          close();
      } catch (const Error& error) {
        count_error(error);
        throw;
      }
    }
    ImportedEvent event = std::move(ready_.front());
    ready_.pop_front();
    return event;
  }

  const ImportSummary& summary() const override { return summary_; }

 private:
  bool open_next() {
    if (at_ == files_.size()) return false;
    const std::string& path = files_[at_++];
    file_name_ = base_name(path);
    ++summary_.files;
    if (format_ == ImportFormat::kCsv) reader_ = read_csv(path, mapping_.delimiter, mapping_.columns);
    if (format_ == ImportFormat::kNdjson) reader_ = read_ndjson(path);
    if (format_ == ImportFormat::kCloudTrail) reader_ = read_cloudtrail(path);
    if (with_brackets_) brackets_.open(path, mapping_.digest);
    return true;
  }

  const std::string& path() const { return files_[at_ - 1]; }

  void take(const SourceRecord& record) {
    const Mapped mapped = map(record);
    ++summary_.seen;
    brackets_.record(mapped);
    if (mapped.events.empty()) {
      ++summary_.left_out[{mapped.name, mapped.reason}];
      return;
    }
    ++summary_.mapped[mapped.name];
    if (with_brackets_ && !brackets_.begun())
      ready_.push_back({brackets_.begin(mapped.events.front()), path(), 0, true});
    for (const MappedEvent& event : mapped.events) {
      if (event.label)
        ++summary_.labels;
      else
        ++summary_.events[{mapped.name, event.type}];
      ready_.push_back({event.json, path(), record.place.line, false});
    }
  }

  Mapped map(const SourceRecord& record) {
    try {
      return mapper_.map(record, file_name_);
    } catch (const RecordFault& fault) {
      const std::string column = fault.column.empty() ? "" : "'" + fault.column + "': ";
      throw Error(ErrorCode::kRefused, reader_->where(record, fault.column) + ": " + column + fault.message);
    }
  }

  // One bad record is passed over; anything else is the end.
  void count_error(const Error& error) {
    if (error.code() == ErrorCode::kRefused) {
      ++summary_.seen;
      ++summary_.refused;
      brackets_.refused();
      return;
    }
    reader_.reset();
    at_ = files_.size();
  }

  void close() {
    reader_.reset();
    if (with_brackets_ && brackets_.begun()) ready_.push_back({brackets_.end(), path(), 0, true});
  }

  const ImportFormat format_;
  const bool with_brackets_;
  const Mapping mapping_;
  const std::vector<std::string> files_;
  Mapper mapper_;
  std::unique_ptr<RecordReader> reader_;
  Brackets brackets_;
  std::string file_name_;
  size_t at_ = 0;
  std::deque<ImportedEvent> ready_;
  ImportSummary summary_;
};

}  // namespace

std::unique_ptr<EventSource> open_import(const ImportRequest& request) {
  Mapping mapping = load_mapping(request);
  std::vector<std::string> files = list_files(request);
  require_rules_for(mapping, files);
  return std::make_unique<Importer>(request, std::move(mapping), std::move(files));
}

std::string_view builtin_cloudtrail_mapping() {
  return kBuiltinCloudTrailMapping;
}

}  // namespace custody
