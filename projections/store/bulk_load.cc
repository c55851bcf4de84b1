#include "projections/store/bulk_load.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <queue>

#include "ledger/base/file.h"

namespace custody {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

constexpr size_t kMostBuffer = size_t{1} << 20;
constexpr size_t kLeastBuffer = size_t{16} << 10;

File open_run(const std::string& path, const char* mode, size_t buffer_bytes) {
  File file(std::fopen(path.c_str(), mode));
  if (!file)
    throw Error(errno == EMFILE ? ErrorCode::kUnavailable : ErrorCode::kStore,
                "cannot open " + path + ": " + std::strerror(errno));
  std::setvbuf(file.get(), nullptr, _IOFBF, buffer_bytes);
  return file;
}

// A run: for each row view:u8 key_size:u16 value_size:u32 key value. A scratch file of one process, never kept.
constexpr size_t kHeaderBytes = 7;

void write_run(const std::string& path, RowBatch& batch) {
  batch.sort();
  const File file = open_run(path, "wb", kMostBuffer);
  std::string row;
  for (size_t i = 0; i < batch.size(); ++i) {
    const RowView view = batch[i];
    row.clear();
    append_le(row, static_cast<uint64_t>(view.view), 1);
    append_le(row, view.key.size(), 2);
    append_le(row, view.value.size(), 4);
    row.append(view.key).append(view.value);
    if (std::fwrite(row.data(), 1, row.size(), file.get()) != row.size())
      throw Error(ErrorCode::kUnavailable, "disk full: cannot write " + path);
  }
  if (std::fflush(file.get()) != 0) throw Error(ErrorCode::kUnavailable, "disk full: cannot write " + path);
}

class RunReader {
 public:
  RunReader(const std::string& path, size_t buffer_bytes) : path_(path), file_(open_run(path, "rb", buffer_bytes)) {}
  bool next() {
    std::string header(kHeaderBytes, '\0');
    const size_t got = std::fread(header.data(), 1, kHeaderBytes, file_.get());
    if (got == 0 && std::feof(file_.get()) != 0) return false;
    if (got != kHeaderBytes) fail();
    const size_t key_size = read_le(header, 1, 2);
    bytes_.resize(key_size + read_le(header, 3, 4));
    if (std::fread(bytes_.data(), 1, bytes_.size(), file_.get()) != bytes_.size()) fail();
    const std::string_view bytes = bytes_;
    row_ = {static_cast<View>(header[0]), bytes.substr(0, key_size), bytes.substr(key_size)};
    return true;
  }
  const RowView& row() const { return row_; }

 private:
  [[noreturn]] void fail() const { throw Error(ErrorCode::kStore, "cannot read back " + path_); }
  std::string path_;
  File file_;
  std::string bytes_;
  RowView row_{};
};

struct Later {
  bool operator()(const RunReader* a, const RunReader* b) const {
    if (a->row().view != b->row().view) return a->row().view > b->row().view;
    return a->row().key > b->row().key;
  }
};

// Appends rows that come in order, a transaction for each so many.
class Appender {
 public:
  Appender(ShardStore& store, const std::function<void(uint64_t)>& loaded) : store_(store), loaded_(loaded) {}
  void add(const RowView& row) {
    if (!txn_) txn_.emplace(store_.env().begin_write());
    if (!cursor_ || view_ != row.view) {
      cursor_.emplace(txn_->cursor(store_.table(row.view)));
      view_ = row.view;
    }
    cursor_->put_append(row.key, row.value);
    if (++rows_ % kRowsPerCommit == 0) commit();
  }
  void commit() {
    cursor_.reset();
    if (txn_) txn_->commit();
    txn_.reset();
    if (loaded_) loaded_(rows_);
  }

 private:
  static constexpr uint64_t kRowsPerCommit = 1 << 18;
  ShardStore& store_;
  const std::function<void(uint64_t)>& loaded_;
  std::optional<LmdbTxn> txn_;
  std::optional<LmdbCursor> cursor_;
  View view_ = View::kArchives;
  uint64_t rows_ = 0;
};

}  // namespace

BulkLoad::~BulkLoad() {
  if (spilled_.valid()) spilled_.wait();
  for (const std::string& run : runs_) std::remove(run.c_str());
}

void BulkLoad::batch_grew() {
  if (batch_.size_bytes() >= buffer_bytes_) spill();
}

void BulkLoad::wait_for_spill() {
  if (spilled_.valid()) spilled_.get();
}

void BulkLoad::spill() {
  wait_for_spill();
  spilled_rows_ += batch_.size();
  std::swap(batch_, spilling_);
  batch_.clear();
  batch_.reserve(buffer_bytes_);
  runs_.push_back(folder_ + "/run-" + std::to_string(runs_.size()));
  spilled_ = std::async(std::launch::async, [this, path = runs_.back()] { write_run(path, spilling_); });
}

void BulkLoad::finish(const FoldCursor& cursor, const UnknownCounts& unknown,
                      const std::function<void(uint64_t)>& loaded) {
  Appender appender(store_, loaded);
  if (runs_.empty()) {
    batch_.sort();
    for (size_t i = 0; i < batch_.size(); ++i) appender.add(batch_[i]);
  } else {
    if (!batch_.empty()) spill();
    wait_for_spill();
    batch_ = {};
    spilling_ = {};
    std::vector<std::unique_ptr<RunReader>> readers;
    std::priority_queue<RunReader*, std::vector<RunReader*>, Later> queue;
    // All runs are read at once; together they have the memory that gathering had.
    const size_t buffer = std::clamp<size_t>(buffer_bytes_ / runs_.size(), kLeastBuffer, kMostBuffer);
    for (const std::string& run : runs_) {
      readers.push_back(std::make_unique<RunReader>(run, buffer));
      if (readers.back()->next()) queue.push(readers.back().get());
    }
    while (!queue.empty()) {
      RunReader* reader = queue.top();
      queue.pop();
      appender.add(reader->row());
      if (reader->next()) queue.push(reader);
    }
  }
  appender.commit();
  LmdbTxn txn = store_.env().begin_write();
  store_.put_cursor(txn, cursor, unknown);
  txn.commit();
}

}  // namespace custody
