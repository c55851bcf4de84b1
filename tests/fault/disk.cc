#include "tests/fault/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <stdexcept>

namespace custody::fault {
namespace {

constexpr uint64_t kSectorBytes = 512;

void put(std::string& bytes, uint64_t offset, std::string_view data) {
  if (bytes.size() < offset + data.size()) bytes.resize(offset + data.size(), '\0');
  bytes.replace(offset, data.size(), data);
}

// Some of the sectors: a first part of them, or any, never all where there are more than one.
void put_torn(std::string& bytes, uint64_t offset, std::string_view data, std::mt19937_64& random) {
  const uint64_t first = offset / kSectorBytes, end = (offset + data.size() + kSectorBytes - 1) / kSectorBytes;
  const bool prefix = random() % 2 == 0;
  const uint64_t cut = end - first < 2 ? random() % 2 : 1 + random() % (end - first - 1);
  for (uint64_t sector = first; sector < end; ++sector) {
    if (prefix ? sector - first >= cut : sector - first == cut || random() % 2 == 0) continue;
    const uint64_t from = std::max(sector * kSectorBytes, offset);
    const uint64_t to = std::min((sector + 1) * kSectorBytes, offset + data.size());
    put(bytes, from, data.substr(from - offset, to - from));
  }
}

void make_file(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = fd >= 0 && ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  if (fd >= 0) close(fd);
  if (!written) throw std::runtime_error("cannot make " + path);
}

bool is_hex_id(std::string_view name) {
  return name.size() == 32 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string sync_point(const TraceStep& step) {
  if (step.step != Step::kSync && step.step != Step::kSyncWrite) return "";
  std::string text = step.step == Step::kSync ? "sync " : "synced write ";
  for (size_t at = 0; at < step.path.size();) {
    const size_t end = std::min(step.path.find('/', at), step.path.size());
    std::string name = step.path.substr(at, end - at);
    if (is_hex_id(name)) name = "ID";
    for (const char* mark : {".tmp.", ".new."})
      if (const size_t dot = name.find(mark); dot != std::string::npos) name.resize(dot + 4);
    text += (at == 0 ? "" : "/") + name;
    at = end + 1;
  }
  if (step.path.empty()) text += ".";
  return text;
}

std::string promises_of(const std::vector<TraceStep>& trace, size_t end) {
  std::string text;
  for (size_t i = 0; i < end; ++i)
    if (trace[i].step == Step::kPromise) text += trace[i].data + "\n";
  return text;
}

Disk::Disk(const std::vector<TraceStep>& trace, size_t end, std::string ignored) : ignored_(std::move(ignored)) {
  new_inode(true);  // the root
  for (size_t i = 0; i < end; ++i) apply(trace[i], i, i + 1 < end);
  for (size_t inode = 0; inode < inodes_.size(); ++inode)
    for (const Change& change : inodes_[inode].changes)
      if (!change.certain) loose_.push_back({change.step, inode});
  std::sort(loose_.begin(), loose_.end());
  loose_.erase(std::unique(loose_.begin(), loose_.end()), loose_.end());
}

void Disk::apply(const TraceStep& step, size_t number, bool finished) {
  const bool counts = finished && (ignored_.empty() || sync_point(step) != ignored_);
  switch (step.step) {
    case Step::kWrite:
    case Step::kTruncate:
      return write(step, number, false);
    case Step::kSyncWrite:
      return write(step, number, counts);
    case Step::kSync:
      if (counts) sync(step);
      return;
    case Step::kMkdir:
      return make_name(step.path, new_inode(true), number);
    case Step::kLink:
      return make_name(step.second, find(step.path), number);
    case Step::kRename:
      return rename(step, number);
    case Step::kUnlink:
      return remove_name(step.path, number);
    case Step::kPromise:
      return;
  }
}

size_t Disk::new_inode(bool folder) {
  inodes_.emplace_back().folder = folder;
  return inodes_.size() - 1;
}

std::pair<size_t, std::string> Disk::parent_of(const std::string& path) const {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {0, path};
  return {find(path.substr(0, slash)), path.substr(slash + 1)};
}

size_t Disk::find(const std::string& path) const {
  if (path.empty()) return 0;
  const auto [parent, name] = parent_of(path);
  const auto at = inodes_[parent].now.find(name);
  if (at == inodes_[parent].now.end()) return 0;
  return at->second;
}

// A file shows itself by its first write: opening it is not recorded.
size_t Disk::file_at(const std::string& path, size_t number) {
  if (const size_t known = find(path)) return known;
  const size_t inode = new_inode(false);
  make_name(path, inode, number);
  return inode;
}

void Disk::write(const TraceStep& step, size_t number, bool certain) {
  const size_t inode = file_at(step.path, number);
  Change change;
  change.step = number;
  change.certain = certain;
  change.offset = step.offset;
  change.bytes = step.data;
  change.resize = step.step == Step::kTruncate;
  inodes_[inode].changes.push_back(change);
}

void Disk::sync(const TraceStep& step) {
  Inode& inode = inodes_[step.path.empty() ? 0 : find(step.path)];
  for (const Change& change : inode.changes) {
    if (inode.folder)
      change_names(inode.names, change);
    else if (change.resize)
      inode.bytes.resize(change.offset, '\0');
    else
      put(inode.bytes, change.offset, change.bytes);
  }
  inode.changes.clear();
}

void Disk::change_names(std::map<std::string, size_t>& names, const Change& change) {
  if (!change.removed.empty()) names.erase(change.removed);
  if (!change.made.empty()) names[change.made] = change.target;
}

void Disk::make_name(const std::string& path, size_t target, size_t number) {
  const auto [parent, name] = parent_of(path);
  Change change;
  change.step = number;
  change.made = name;
  change.target = target;
  change_names(inodes_[parent].now, change);
  inodes_[parent].changes.push_back(change);
}

void Disk::remove_name(const std::string& path, size_t number) {
  const auto [parent, name] = parent_of(path);
  Change change;
  change.step = number;
  change.removed = name;
  change_names(inodes_[parent].now, change);
  inodes_[parent].changes.push_back(change);
}

void Disk::rename(const TraceStep& step, size_t number) {
  const size_t target = find(step.path);
  const auto [from, old_name] = parent_of(step.path);
  const auto [to, new_name] = parent_of(step.second);
  if (from != to) throw std::logic_error("a rename from folder to folder is not modelled: " + step.path);
  Change change;
  change.step = number;
  change.removed = old_name;
  change.made = new_name;
  change.target = target;
  change_names(inodes_[from].now, change);
  inodes_[from].changes.push_back(change);
}

void Disk::make(const std::string& folder, const std::vector<Fate>& fates, uint64_t seed, bool shuffled) const {
  std::map<Loose, Fate> by_change;
  for (size_t i = 0; i < loose_.size(); ++i) by_change[loose_[i]] = fates.at(i);
  make_folder(0, folder, by_change, seed, shuffled);
}

// A torn change of names: there is no half of one.
void Disk::make_folder(size_t inode, const std::string& path, const std::map<Loose, Fate>& fates, uint64_t seed,
                       bool shuffled) const {
  auto names = inodes_[inode].names;
  for (const Change& change : inodes_[inode].changes)
    if (fates.at({change.step, inode}) == Fate::kKept) change_names(names, change);
  for (const auto& [name, target] : names) {
    const std::string below = path + "/" + name;
    if (!inodes_[target].folder) {
      make_file(below, file_bytes(target, fates, seed, shuffled));
    } else {
      if (mkdir(below.c_str(), 0700) != 0) throw std::runtime_error("cannot make " + below);
      make_folder(target, below, fates, seed, shuffled);
    }
  }
}

std::string Disk::file_bytes(size_t inode, const std::map<Loose, Fate>& fates, uint64_t seed, bool shuffled) const {
  std::mt19937_64 random(seed ^ (inode * 0x9e3779b97f4a7c15ULL));
  std::string bytes = inodes_[inode].bytes;
  std::vector<const Change*> order;
  for (const Change& change : inodes_[inode].changes) order.push_back(&change);
  if (shuffled) {
    std::shuffle(order.begin(), order.end(), random);
    std::stable_sort(order.begin(), order.end(), [](const Change* a, const Change* b) {
      return a->certain < b->certain || (a->certain && b->certain && a->step < b->step);
    });
  }
  uint64_t size = bytes.size();
  for (const Change* change : order) {
    const Fate fate = change->certain ? Fate::kKept : fates.at({change->step, inode});
    const uint64_t end = change->offset + change->bytes.size();
    if (fate == Fate::kLost) {
      if (shuffled && random() % 4 == 0) size = std::max(size, end);
    } else if (change->resize) {
      if (fate == Fate::kKept) bytes.resize(change->offset, '\0');
    } else if (fate == Fate::kTorn) {
      put_torn(bytes, change->offset, change->bytes, random);
    } else {
      put(bytes, change->offset, change->bytes);
    }
  }
  if (bytes.size() < size) bytes.resize(size, '\0');
  return bytes;
}

}  // namespace custody::fault
