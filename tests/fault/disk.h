// The disk a recording (trace.h) leaves behind when the power goes, as POSIX allows it and no kinder:
//
//   - A write is certain once a sync of its file that began after it has returned; one through a descriptor that syncs,
//     once it has returned itself. Until then each of its 512-byte sectors may have reached the disk or not, in any
//     order with the others.
//   - A name (made, renamed, linked, removed) is certain once its folder was synced. A sync of a file covers its bytes
//     and size, not its name. A rename within a folder is one change.
//
// What is not certain has a fate, chosen by the test.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fault/trace.h"

namespace custody::fault {

// The point in the product that a sync step stands for: "sync data/log/data.mdb", "synced write data/log/data.mdb",
// with random parts of names left out. Empty for other steps.
std::string sync_point(const TraceStep& step);

enum class Fate : uint8_t { kKept, kLost, kTorn };

class Disk {
 public:
  // The power goes after steps [0, end) were begun, the last of them unfinished. Syncs of the point `ignored` count as
  // never done. `trace` outlives it.
  Disk(const std::vector<TraceStep>& trace, size_t end, std::string ignored = "");

  // A change that is not certain.
  struct Loose {
    size_t step = 0;
    size_t inode = 0;  // numbers are those of every Disk of the same trace
    auto operator<=>(const Loose&) const = default;
  };
  const std::vector<Loose>& loose() const { return loose_; }

  // Makes the disk in the folder, which is empty. fates[i] is that of loose()[i]; the seed tears, and where `shuffled`
  // the order of what is kept within a file is random, and a lost write may have made its file longer all the same.
  void make(const std::string& folder, const std::vector<Fate>& fates, uint64_t seed, bool shuffled) const;

 private:
  struct Change {
    size_t step = 0;
    bool certain = false;
    // Of a file: bytes at offset, or its new size.
    uint64_t offset = 0;
    std::string_view bytes;
    bool resize = false;
    // Of a folder.
    std::string removed;
    std::string made;
    size_t target = 0;
  };
  struct Inode {
    bool folder = false;
    std::string bytes;                    // certain
    std::map<std::string, size_t> names;  // certain
    std::map<std::string, size_t> now;    // names as the process saw them
    std::vector<Change> changes;          // since the last sync
  };
  struct Torn;

  void apply(const TraceStep& step, size_t number, bool finished);
  void write(const TraceStep& step, size_t number, bool certain);
  void sync(const TraceStep& step);
  void make_name(const std::string& path, size_t target, size_t number);
  void remove_name(const std::string& path, size_t number);
  void rename(const TraceStep& step, size_t number);
  size_t find(const std::string& path) const;  // 0 = none, or the root
  std::pair<size_t, std::string> parent_of(const std::string& path) const;
  size_t file_at(const std::string& path, size_t number);
  size_t new_inode(bool folder);
  void make_folder(size_t inode, const std::string& path, const std::map<Loose, Fate>& fates, uint64_t seed,
                   bool shuffled) const;
  std::string file_bytes(size_t inode, const std::map<Loose, Fate>& fates, uint64_t seed, bool shuffled) const;
  static void change_names(std::map<std::string, size_t>& names, const Change& change);

  std::string ignored_;
  std::vector<Inode> inodes_;
  std::vector<Loose> loose_;
};

// What the worker had promised by then.
std::string promises_of(const std::vector<TraceStep>& trace, size_t end);

}  // namespace custody::fault
